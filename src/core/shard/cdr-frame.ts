// A frame of the ring from a shard to control: the position of a CDR among all of its shard (float64), then the CDR.

/** Bytes before the CDR. */
export const CDR_FRAME_HEAD_BYTES = 8;

const words = new DataView(new ArrayBuffer(CDR_FRAME_HEAD_BYTES));
const bytesOfWords = new Uint8Array(words.buffer);

/** Writes `position` into `bytes` at `at`. */
export function writePosition(bytes: Uint8Array, at: number, position: number): void {
  words.setFloat64(0, position, true);
  bytes.set(bytesOfWords, at);
}

/** The position that stands in `bytes` at `at`. */
export function readPosition(bytes: Uint8Array, at: number): number {
  bytesOfWords.set(bytes.subarray(at, at + CDR_FRAME_HEAD_BYTES));
  return words.getFloat64(0, true);
}
