// The newest bytes of a journal, in a mapped file beside its segments: an append is a copy, and no system call. They
// are in the page cache and outlive the process there, as they would in the segment. With the next flush, or when there
// is no room for more, they go to the segment in one write.
//
//   "TNDMTAIL", clock run (36 bytes of text, padded), name of the segment (20 bytes of text, padded),
//   where in the segment it begins (f64), its length (u32, as the machine has it), from byte 128 on: its bytes
//
// The length is written last: a kill finds a whole number of appends. A power cut finds any mixture of old and new, so
// the tail of another run of the clock is none; what it costs is what a flush later costs.

import { CLOCK_BYTES, paddedText } from './journal-segment.ts';

const MAGIC = 'TNDMTAIL';
const CLOCK_AT = 8;
const NAME_AT = CLOCK_AT + CLOCK_BYTES;
const NAME_BYTES = 20;
const POSITION_AT = NAME_AT + NAME_BYTES;
const LENGTH_AT = POSITION_AT + 8;
const BYTES_AT = 128;

/** Of the file. Some sixty calls: small enough to stay in the processor's cache. */
export const TAIL_FILE_BYTES = 128 * 1024;

/** What stands in a tail and, maybe, not in its segment. */
export interface LeftTail {
  readonly name: string;
  /** Where in the segment it belongs. */
  readonly position: number;
  readonly bytes: Buffer;
}

/** The writer of one tail. */
export class JournalTail {
  readonly #bytes: Buffer;
  /** Its length in the file: one store, which a kill cannot cut in two. */
  readonly #lengthWord: Uint32Array;
  #position = 0;
  #length = 0;

  /** `file`: TAIL_FILE_BYTES of memory that outlives the process, aligned. `clockRun`: of the monotonic clock. */
  constructor(file: Uint8Array, clockRun: string) {
    this.#bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
    this.#lengthWord = new Uint32Array(file.buffer, file.byteOffset + LENGTH_AT, 1);
    this.#setLength(0);
    this.#bytes.fill(0, CLOCK_AT, POSITION_AT);
    this.#bytes.write(MAGIC, 0, 'latin1');
    this.#bytes.write(clockRun.slice(0, CLOCK_BYTES), CLOCK_AT, 'latin1');
  }

  /** Where in the segment the next append stands. */
  get end(): number {
    return this.#position + this.#length;
  }

  /** Where in the segment its own bytes begin. */
  get position(): number {
    return this.#position;
  }

  /** Its bytes; until the next call of any other member. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(BYTES_AT, BYTES_AT + this.#length);
  }

  /** From now on it is the tail of the segment `name`, which is empty. */
  begin(name: string): void {
    this.moveTo(0);
    this.#bytes.fill(0, NAME_AT, POSITION_AT);
    this.#bytes.write(name.slice(0, NAME_BYTES), NAME_AT, 'latin1');
  }

  /** The segment has everything before `position`. */
  moveTo(position: number): void {
    this.#setLength(0);
    this.#position = position;
    this.#bytes.writeDoubleLE(position, POSITION_AT);
  }

  /** Forgets what it has from `end` on, which may be before all that it has: what went to the segment comes anew. */
  cut(end: number): void {
    if (end < this.#position) this.moveTo(end);
    else if (end < this.end) this.#setLength(end - this.#position);
  }

  /** False when there is no room. */
  append(bytes: Uint8Array): boolean {
    const at = BYTES_AT + this.#length;
    if (at + bytes.length > this.#bytes.length) return false;
    this.#bytes.set(bytes, at);
    this.#setLength(this.#length + bytes.length);
    return true;
  }

  #setLength(length: number): void {
    this.#length = length;
    this.#lengthWord[0] = length;
  }
}

/** What a tail `file` of this run of the clock holds; null when it holds nothing that counts. */
export function readTail(file: Buffer, clockRun: string): LeftTail | null {
  if (file.length < BYTES_AT || file.toString('latin1', 0, CLOCK_AT) !== MAGIC) return null;
  if (clockRun === '' || paddedText(file, CLOCK_AT, CLOCK_BYTES) !== clockRun.slice(0, CLOCK_BYTES)) return null;
  const [length = 0] = new Uint32Array(Uint8Array.from(file.subarray(LENGTH_AT, LENGTH_AT + 4)).buffer);
  if (length === 0 || BYTES_AT + length > file.length) return null;
  const bytes = file.subarray(BYTES_AT, BYTES_AT + length);
  return { name: paddedText(file, NAME_AT, NAME_BYTES), position: file.readDoubleLE(POSITION_AT), bytes };
}
