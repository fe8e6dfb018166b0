// One segment file of a journal, as bytes: its head, its frames, what is read of them again.
//
//   head:  "TNDMCALL", format (u32), clock run (36 bytes of text, padded)
//   frame: length of what follows the CRC (u32), CRC-32 of it (u32), entries
//   entry: kind (u8), length of the call's id (u8), the id, position (f64; 0 of a checkpoint), length (u32), bytes

import { crc32 } from 'node:zlib';
import { TandemError } from '../tandem-error.ts';
import { SHAPE_COUNT } from './records.ts';

const MAGIC = 'TNDMCALL';
/**
 * That of the records in it, since 4. Format 1 had no ACKNOWLEDGED, 2 no checkpoints in two parts, 3 no tail in a file
 * of its own.
 */
const FORMAT = SHAPE_COUNT;
/** Of the name of a run of the clock. */
export const CLOCK_BYTES = 36;

export const SEGMENT_HEAD_BYTES = 8 + 4 + CLOCK_BYTES;
export const FRAME_HEAD_BYTES = 8;

const CHECKPOINT = 1;
const CDR = 2;
const ACKNOWLEDGED = 3;
const NO_BYTES = new Uint8Array(0);
const ENTRY_HEAD_BYTES = 2 + 8 + 4;

/** A finished CDR in a journal. */
export interface JournalCdr {
  /** Id of its call. */
  readonly id: string;
  /** Rises with each CDR of the journal, and is never given twice. */
  readonly position: number;
  readonly bytes: Uint8Array;
}

/** A checkpoint in a journal. */
export interface JournalCheckpoint {
  readonly bytes: Uint8Array;
  /** The run of the monotonic clock that its times are of; '' is unknown. */
  readonly clockRun: string;
  /** Whether the 200 in it has had its ACK. */
  isAcknowledged: boolean;
}

/** What stands in the segments of a journal, read in their order. */
export interface JournalContent {
  /** By call id: answered calls that have no CDR. */
  readonly calls: Map<string, JournalCheckpoint>;
  readonly cdrs: JournalCdr[];
  /** Frames that are torn or damaged; what was in them is lost. */
  refusedCount: number;
}

/** The head of a segment. */
export function segmentHead(clockRun: string): Buffer {
  const head = Buffer.alloc(SEGMENT_HEAD_BYTES);
  head.write(MAGIC, 0, 'latin1');
  head.writeUInt32LE(FORMAT, 8);
  head.write(clockRun.slice(0, CLOCK_BYTES), 12, 'latin1');
  return head;
}

/** A frame as it grows, entry by entry. */
export class FrameBuffer {
  #bytes = Buffer.allocUnsafe(64 * 1024);
  #size = FRAME_HEAD_BYTES;

  get isEmpty(): boolean {
    return this.#size === FRAME_HEAD_BYTES;
  }

  addCheckpoint(id: string, bytes: Uint8Array): void {
    this.#add(CHECKPOINT, id, 0, bytes);
  }

  addAcknowledged(id: string): void {
    this.#add(ACKNOWLEDGED, id, 0, NO_BYTES);
  }

  addCdr({ id, position, bytes }: JournalCdr): void {
    this.#add(CDR, id, position, bytes);
  }

  /** The whole frame, in place. */
  seal(): Uint8Array {
    this.#bytes.writeUInt32LE(this.#size - FRAME_HEAD_BYTES, 0);
    this.#bytes.writeUInt32LE(crc32(this.#bytes.subarray(FRAME_HEAD_BYTES, this.#size)), 4);
    return this.#bytes.subarray(0, this.#size);
  }

  clear(): void {
    this.#size = FRAME_HEAD_BYTES;
  }

  #add(kind: number, id: string, position: number, bytes: Uint8Array): void {
    const size = ENTRY_HEAD_BYTES + id.length + bytes.length;
    if (this.#size + size > this.#bytes.length) this.#grow(this.#size + size);
    const to = this.#bytes;
    let at = to.writeUInt8(kind, this.#size);
    at = to.writeUInt8(id.length, at);
    at += to.write(id, at, 'latin1');
    at = to.writeDoubleLE(position, at);
    at = to.writeUInt32LE(bytes.length, at);
    to.set(bytes, at);
    this.#size = at + bytes.length;
  }

  #grow(sizeBytes: number): void {
    const larger = Buffer.allocUnsafe(2 ** Math.ceil(Math.log2(sizeBytes)));
    larger.set(this.#bytes.subarray(0, this.#size));
    this.#bytes = larger;
  }
}

/**
 * Reads the segment `bytes` into `content`. A frame that does not pass its check is left out and counted; so is what
 * follows it when its length cannot be right. Throws TANDEM_STORE_NEWER for a later format.
 */
export function readSegment(bytes: Buffer, content: JournalContent): void {
  if (bytes.length < SEGMENT_HEAD_BYTES || bytes.toString('latin1', 0, 8) !== MAGIC) {
    if (bytes.length > 0) content.refusedCount += 1;
    return;
  }
  const format = bytes.readUInt32LE(8);
  if (format > FORMAT) {
    const told = `Live calls were written in format ${format}, and this Tandem reads ${FORMAT}.`;
    const sentence = `${told} Start the newer version.`;
    throw new TandemError('TANDEM_STORE_NEWER', sentence);
  }
  const clockRun = paddedText(bytes, 12, CLOCK_BYTES);
  let at = SEGMENT_HEAD_BYTES;
  while (at < bytes.length) {
    const start = at + FRAME_HEAD_BYTES;
    const end = start <= bytes.length ? start + bytes.readUInt32LE(at) : Number.POSITIVE_INFINITY;
    if (end > bytes.length || end === start) {
      content.refusedCount += 1;
      return;
    }
    const frame = bytes.subarray(start, end);
    if (crc32(frame) === bytes.readUInt32LE(at + 4)) readFrame(frame, clockRun, content);
    else content.refusedCount += 1;
    at = end;
  }
}

/** The text at `start` in a field of `length` bytes; zeros fill it up. */
export function paddedText(bytes: Buffer, start: number, length: number): string {
  return bytes.toString('latin1', start, start + length).replaceAll('\0', '');
}

function readFrame(frame: Buffer, clockRun: string, { calls, cdrs }: JournalContent): void {
  for (let at = 0; at < frame.length; ) {
    const kind = frame.readUInt8(at);
    const idEnd = at + 2 + frame.readUInt8(at + 1);
    const id = frame.toString('latin1', at + 2, idEnd);
    const position = frame.readDoubleLE(idEnd);
    const start = idEnd + 12;
    at = start + frame.readUInt32LE(idEnd + 8);
    const bytes = frame.subarray(start, at);
    if (kind === CHECKPOINT) {
      calls.set(id, { bytes, clockRun, isAcknowledged: false });
    } else if (kind === ACKNOWLEDGED) {
      const call = calls.get(id);
      if (call !== undefined) call.isAcknowledged = true;
    } else {
      calls.delete(id);
      cdrs.push({ id, position, bytes });
    }
  }
}
