// A segment of the index: which of 16 384 neighbouring records have which key. It is built once, when its last record
// is there, and never changes: sorted keys in 1 024 buckets by their upper bits, so that a search reads one bucket of
// each segment, some 700 bytes, and nothing is ever inserted into a tree.

/** Records of one segment; a place within it has 14 bits. */
export const SEGMENT_RECORDS = 16_384;
/** Blocks of a segment whose times are kept: a search for a time looks at 256 records too many at most. */
const BLOCKS = 64;
/** Buckets of a segment. */
export const BUCKETS = 1_024;
/** Keys of one bucket. */
const KEYS_OF_BUCKET = 2 ** 32 / BUCKETS;

/** One finished bucket. */
export interface Bucket {
  readonly bucket: number;
  readonly bytes: Uint8Array;
}

/** Collects the keys of the newest records. */
export class OpenSegment {
  #keys = new Uint32Array(8 * SEGMENT_RECORDS);
  #count = 0;
  /** Where the keys of each record begin; one more for the end. */
  readonly #starts = new Uint32Array(SEGMENT_RECORDS + 1);
  #recordCount = 0;
  /** Of each block, in the order of places. */
  readonly firstEndsWallMs: number[] = new Array<number>(BLOCKS).fill(Number.POSITIVE_INFINITY);
  readonly lastEndsWallMs: number[] = new Array<number>(BLOCKS).fill(Number.NEGATIVE_INFINITY);

  get recordCount(): number {
    return this.#recordCount;
  }

  /** Adds the next record: `write` puts its keys into the array from the given place on, and answers where they end. */
  add(endWallMs: number, keysMax: number, write: (keys: Uint32Array, at: number) => number): void {
    if (this.#count + keysMax > this.#keys.length) this.#grow();
    this.#count = write(this.#keys, this.#count);
    const block = blockOf(this.#recordCount);
    this.skip();
    this.firstEndsWallMs[block] = Math.min(this.firstEndsWallMs[block] as number, endWallMs);
    this.lastEndsWallMs[block] = Math.max(this.lastEndsWallMs[block] as number, endWallMs);
  }

  /** The next place has no record. */
  skip(): void {
    this.#recordCount += 1;
    this.#starts[this.#recordCount] = this.#count;
  }

  /** Places of the records that have `key`, rising. */
  find(key: number): Uint16Array {
    const found: number[] = [];
    const keys = this.#keys;
    let place = 0;
    for (let at = 0; at < this.#count; at++) {
      if (keys[at] !== key) continue;
      while (at >= (this.#starts[place + 1] as number)) place++;
      if (found.at(-1) !== place) found.push(place);
    }
    return Uint16Array.from(found);
  }

  /** All of it, as buckets; those without a key are left out. */
  seal(): Bucket[] {
    // Key and place in one number of 46 bits: the platform sorts those fastest.
    const sorted = new Float64Array(this.#count);
    for (let place = 0; place < this.#recordCount; place++) {
      const end = this.#starts[place + 1] as number;
      for (let at = this.#starts[place] as number; at < end; at++) {
        sorted[at] = (this.#keys[at] as number) * SEGMENT_RECORDS + place;
      }
    }
    sorted.sort();
    const buckets: Bucket[] = [];
    for (let at = 0; at < sorted.length; ) {
      const bucket = bucketOf(Math.floor((sorted[at] as number) / SEGMENT_RECORDS));
      const end = endOfBucket(sorted, at, bucket);
      buckets.push({ bucket, bytes: bucketBytes(sorted.subarray(at, end)) });
      at = end;
    }
    return buckets;
  }

  #grow(): void {
    const larger = new Uint32Array(2 * this.#keys.length);
    larger.set(this.#keys);
    this.#keys = larger;
  }
}

/** The block that `place` is in. */
export function blockOf(place: number): number {
  return Math.floor((place * BLOCKS) / SEGMENT_RECORDS);
}

/** The bucket that `key` is in. */
export function bucketOf(key: number): number {
  return Math.floor(key / KEYS_OF_BUCKET);
}

/** Places of the records that have `key`, rising. `bytes`: the bucket of that key. */
export function placesIn(bytes: Uint8Array, key: number): Uint16Array {
  const count = bytes.length / 6;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let low = 0;
  for (let high = count; low < high; ) {
    const middle = (low + high) >>> 1;
    if (view.getUint32(4 * middle, true) < key) low = middle + 1;
    else high = middle;
  }
  let end = low;
  while (end < count && view.getUint32(4 * end, true) === key) end++;
  const places = new Uint16Array(end - low);
  for (let at = low; at < end; at++) places[at - low] = view.getUint16(4 * count + 2 * at, true);
  return places;
}

/** What stands in both lists, which rise. */
export function inBoth(one: Uint16Array, other: Uint16Array): Uint16Array {
  const found = new Uint16Array(Math.min(one.length, other.length));
  let count = 0;
  for (let i = 0, j = 0; i < one.length && j < other.length; ) {
    const difference = (one[i] as number) - (other[j] as number);
    if (difference === 0) found[count++] = one[i] as number;
    if (difference <= 0) i++;
    if (difference >= 0) j++;
  }
  return found.subarray(0, count);
}

function endOfBucket(sorted: Float64Array, start: number, bucket: number): number {
  const bound = (bucket + 1) * KEYS_OF_BUCKET * SEGMENT_RECORDS;
  let end = start;
  while (end < sorted.length && (sorted[end] as number) < bound) end++;
  return end;
}

/** First all keys, then all places, little end first. A place that has a key twice stands once. */
function bucketBytes(sorted: Float64Array): Uint8Array {
  const distinct = sorted.filter((value, at) => value !== sorted[at - 1]);
  const bytes = new Uint8Array(6 * distinct.length);
  const view = new DataView(bytes.buffer);
  for (const [at, value] of distinct.entries()) {
    view.setUint32(4 * at, Math.floor(value / SEGMENT_RECORDS), true);
    view.setUint16(4 * distinct.length + 2 * at, value % SEGMENT_RECORDS, true);
  }
  return bytes;
}
