// A journal's folder in memory, which remembers what was flushed and lets any of its calls fail.

import type { JournalDisk } from '../../src/store/journal-disk.ts';

interface File {
  bytes: Buffer;
  syncedBytes: number;
}

/** One folder. */
export class MemoryDisk implements JournalDisk {
  readonly files = new Map<string, File>();
  /** Calls made so far. */
  callCount = 0;
  /** The number of the first call that fails, from 1, and how many fail from there on. */
  failsAt = Number.POSITIVE_INFINITY;
  failCount = 1;
  /** Share of a failing write that reaches the file all the same. */
  tornShare = 0;
  readonly #open: File[] = [];

  list(): string[] {
    this.#call();
    return [...this.files.keys()];
  }

  read(name: string): Buffer {
    this.#call();
    return Buffer.from((this.files.get(name) as File).bytes);
  }

  create(name: string): number {
    this.#call();
    const file = { bytes: Buffer.alloc(0), syncedBytes: 0 };
    this.files.set(name, file);
    return this.#open.push(file) - 1;
  }

  open(name: string): number {
    this.#call();
    return this.#open.push(this.files.get(name) as File) - 1;
  }

  write(file: number, bytes: Uint8Array, position: number): void {
    const target = this.#open[file] as File;
    try {
      this.#call();
    } catch (error) {
      put(target, bytes.subarray(0, bytes.length * this.tornShare), position);
      throw error;
    }
    put(target, bytes, position);
  }

  truncate(file: number, sizeBytes: number): void {
    this.#call();
    const target = this.#open[file] as File;
    target.bytes = target.bytes.subarray(0, sizeBytes);
  }

  syncNow(file: number): void {
    this.#call();
    const target = this.#open[file] as File;
    target.syncedBytes = target.bytes.length;
  }

  sync(file: number): Promise<void> {
    try {
      this.syncNow(file);
      return Promise.resolve();
    } catch (error) {
      return Promise.reject(error);
    }
  }

  close(): void {
    this.#call();
  }

  remove(name: string): void {
    this.#call();
    this.files.delete(name);
  }

  /** What a successor of this process finds; with `afterPowerCut` only what was flushed. */
  successor(afterPowerCut = false): MemoryDisk {
    const next = new MemoryDisk();
    for (const [name, { bytes, syncedBytes }] of this.files) {
      const kept = Buffer.from(afterPowerCut ? bytes.subarray(0, syncedBytes) : bytes);
      next.files.set(name, { bytes: kept, syncedBytes });
    }
    return next;
  }

  #call(): void {
    this.callCount += 1;
    if (this.callCount >= this.failsAt && this.callCount < this.failsAt + this.failCount) {
      throw new Error(`EIO: call ${this.callCount}`);
    }
  }
}

function put(file: File, bytes: Uint8Array, position: number): void {
  const grown = Buffer.alloc(Math.max(file.bytes.length, position + bytes.length));
  grown.set(file.bytes);
  grown.set(bytes, position);
  file.bytes = grown;
}
