// A file that records are appended to, held open. Whoever ships files may move the current one away: then the next
// lines belong into a new one in its place, and not into what is somebody else's by now.

import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';

/** A first line that is longer is none of ours. */
const FIRST_LINE_BYTES_MAX = 4_096;

/** One open file. */
export class RecordFile {
  readonly #path: string;
  readonly #handle: FileHandle;
  #sizeBytes: number;

  private constructor(path: string, handle: FileHandle, sizeBytes: number) {
    this.#path = path;
    this.#handle = handle;
    this.#sizeBytes = sizeBytes;
  }

  /** Opens it, or makes it, for its owner alone. Rejects as the platform does. */
  static async open(path: string): Promise<RecordFile> {
    const handle = await open(path, constants.O_RDWR | constants.O_CREAT | constants.O_APPEND, 0o600);
    return new RecordFile(path, handle, (await handle.stat()).size);
  }

  /** As of the last append, or cut. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Whether its path still leads to it. */
  async isInPlace(): Promise<boolean> {
    const own = await this.#handle.stat({ bigint: true });
    const there = await stat(this.#path, { bigint: true }).catch(() => null);
    return there !== null && there.ino === own.ino && there.dev === own.dev;
  }

  /** Resolves when it is on the disk. Rejects as the platform does, and when nobody will ever read it. */
  async append(bytes: Uint8Array | string): Promise<void> {
    await this.#handle.appendFile(bytes);
    await this.#handle.datasync();
    const { size, nlink } = await this.#handle.stat();
    this.#sizeBytes = size;
    if (nlink === 0) throw new Error(`${this.#path} was deleted while it was written to`);
  }

  /** Without its end; '' as long as there is none. */
  async firstLine(): Promise<string> {
    const { buffer, bytesRead } = await this.#handle.read(
      Buffer.alloc(FIRST_LINE_BYTES_MAX),
      0,
      FIRST_LINE_BYTES_MAX,
      0,
    );
    const end = buffer.subarray(0, bytesRead).indexOf('\n');
    return end < 0 ? '' : buffer.toString('utf8', 0, end);
  }

  /** What it has from `start` on. */
  async readFrom(start: number): Promise<Buffer> {
    const bytes = Buffer.alloc(this.#sizeBytes - start);
    await this.#handle.read(bytes, 0, bytes.length, start);
    return bytes;
  }

  async cutTo(sizeBytes: number): Promise<void> {
    await this.#handle.truncate(sizeBytes);
    this.#sizeBytes = sizeBytes;
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}
