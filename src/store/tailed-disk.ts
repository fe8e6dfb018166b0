// A journal's disk with a tail: what is written to the newest segment stands in memory that outlives the process until
// the segment is synced, has a successor, or the tail is full. Then it goes there in one write. An append is a copy.

import type { JournalDisk } from './journal-disk.ts';
import { JournalTail, type LeftTail, readTail, TAIL_FILE_BYTES } from './journal-tail.ts';

/** Memory that outlives the process. */
export interface TailMemory {
  /** The run of the monotonic clock; '' is unknown, and then there is no tail. */
  readonly clockRun: string;
  /** A copy of it; null when it was never mapped. */
  read(): Buffer | null;
  /** The same memory each time, or null where it cannot be had. */
  map(sizeBytes: number): Uint8Array | null;
}

const NO_FILE = -1;

/** `disk`, whose newest segment has a tail in `memory`. */
export class TailedDisk implements JournalDisk {
  readonly #disk: JournalDisk;
  readonly #memory: TailMemory;
  /** Null before a segment was made, and where there is none. */
  #tail: JournalTail | null = null;
  /** The newest segment. */
  #newest = NO_FILE;

  constructor(disk: JournalDisk, memory: TailMemory) {
    this.#disk = disk;
    this.#memory = memory;
  }

  list(): readonly string[] {
    return this.#disk.list();
  }

  read(name: string): Buffer {
    const bytes = this.#disk.read(name);
    const left = this.#leftTail();
    return left?.name === name ? Buffer.concat([bytes.subarray(0, left.position), left.bytes]) : bytes;
  }

  create(name: string): number {
    if (this.#newest === NO_FILE) this.#openTail();
    else this.#bring(this.#newest);
    this.#newest = this.#disk.create(name);
    this.#tail?.begin(name);
    return this.#newest;
  }

  open(name: string): number {
    return this.#disk.open(name);
  }

  write(file: number, bytes: Uint8Array, position: number): void {
    if (this.#tail === null || file !== this.#newest) return this.#disk.write(file, bytes, position);
    this.#tail.cut(position);
    if (this.#tail.append(bytes)) return;
    this.#bring(file);
    if (this.#tail.append(bytes)) return;
    this.#disk.write(file, bytes, position);
    this.#tail.moveTo(position + bytes.length);
  }

  truncate(file: number, sizeBytes: number): void {
    if (this.#tail === null || file !== this.#newest) return this.#disk.truncate(file, sizeBytes);
    this.#tail.cut(sizeBytes);
    this.#disk.truncate(file, this.#tail.position);
  }

  syncNow(file: number): void {
    this.#bring(file);
    this.#disk.syncNow(file);
  }

  async sync(file: number): Promise<void> {
    this.#bring(file);
    await this.#disk.sync(file);
  }

  close(file: number): void {
    this.#disk.close(file);
  }

  remove(name: string): void {
    this.#disk.remove(name);
  }

  /** The segment `file` gets what its tail has. */
  #bring(file: number): void {
    if (this.#tail === null || file !== this.#newest) return;
    const { position, end, bytes } = this.#tail;
    if (position === end) return;
    this.#disk.write(file, bytes, position);
    this.#tail.moveTo(end);
  }

  /** What an earlier life has left goes to its segment and to the disk; then the tail is this one's. */
  #openTail(): void {
    const { clockRun } = this.#memory;
    const left = this.#leftTail();
    if (left !== null && this.#disk.list().includes(left.name)) {
      const file = this.#disk.open(left.name);
      this.#disk.write(file, left.bytes, left.position);
      this.#disk.syncNow(file);
      this.#disk.close(file);
    }
    const memory = clockRun === '' ? null : this.#memory.map(TAIL_FILE_BYTES);
    this.#tail = memory && new JournalTail(memory, clockRun);
  }

  #leftTail(): LeftTail | null {
    const bytes = this.#memory.read();
    return bytes && readTail(bytes, this.#memory.clockRun);
  }
}
