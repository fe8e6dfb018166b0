// A board of fixed-size records in shared memory: one slot for each live call of a shard. The shard
// writes, anyone reads without disturbing it, and what stands on it outlives the thread that wrote it:
// `tandem calls` reads it, and a restarted shard settles the calls of its predecessor from it.
//
// Each slot is guarded by a sequence word: odd while it is being written, so a reader that saw the same
// even number before and after has a whole record (a seqlock). Length 0 means free.
//
//   | head of slot 0 | head of slot 1 | ... | tail of slot 0 | tail of slot 1 | ...
//      sequence, length, a record, or the first bytes of a long one: the rest stands in its tail
//
// Memory is asked for when it is first written to. Most records are short, so most tails cost nothing.

const SLOT_HEADER_BYTES = 8;

/** Bytes of a record in its head: one of up to three attempts, as a rule. A multiple of 8. */
const HEAD_RECORD_BYTES = 760;

/** The writer's and the readers' view of one board. */
export class RecordBoard {
  readonly slotCount: number;
  readonly #recordBytesMax: number;
  readonly #headBytes: number;
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;
  readonly #free: number[] = [];
  #nextFresh = 0;

  /** `recordBytesMax`: bytes one record may have, as given to `allocate`. */
  constructor(shared: SharedArrayBuffer, recordBytesMax: number) {
    this.#recordBytesMax = recordBytesMax;
    this.#headBytes = Math.min(recordBytesMax, HEAD_RECORD_BYTES);
    this.slotCount = Math.floor(shared.byteLength / (SLOT_HEADER_BYTES + recordBytesMax));
    this.#words = new Int32Array(shared);
    this.#bytes = new Uint8Array(shared);
  }

  /** Shared memory for `slotCount` records of up to `recordBytesMax` bytes (a multiple of 8). */
  static allocate(slotCount: number, recordBytesMax: number): SharedArrayBuffer {
    return new SharedArrayBuffer(slotCount * (SLOT_HEADER_BYTES + recordBytesMax));
  }

  /**
   * Writer: a free slot, or -1 when the board is full. Slots are taken in order, so that few pages are touched; those
   * that a dead predecessor has left records in are passed by.
   */
  take(): number {
    const slot = this.#free.pop();
    if (slot !== undefined) return slot;
    while (this.#nextFresh < this.slotCount && this.#words[this.#wordOf(this.#nextFresh) + 1] !== 0) this.#nextFresh++;
    return this.#nextFresh < this.slotCount ? this.#nextFresh++ : -1;
  }

  /** Writer: puts `record` into `slot`. Answers false, leaving the old record, when it is too long. */
  write(slot: number, record: Uint8Array): boolean {
    if (record.length > this.#recordBytesMax) return false;
    const word = this.#wordOf(slot);
    const isLong = record.length > this.#headBytes;
    Atomics.add(this.#words, word, 1);
    this.#words[word + 1] = record.length;
    this.#bytes.set(isLong ? record.subarray(0, this.#headBytes) : record, this.#headOf(slot));
    if (isLong) this.#bytes.set(record.subarray(this.#headBytes), this.#tailOf(slot));
    Atomics.add(this.#words, word, 1);
    return true;
  }

  /** Writer: empties `slot`. One that was not taken yet, a dead predecessor's, comes in its turn. */
  give(slot: number): void {
    this.clear(slot);
    if (slot < this.#nextFresh) this.#free.push(slot);
  }

  /** Empties `slot` without making it the writer's to take: for the successor that settles a dead shard's board. */
  clear(slot: number): void {
    const word = this.#wordOf(slot);
    const sequence = Atomics.load(this.#words, word);
    // A slot that is whole and free stays untouched: most never were used, and their memory was never asked for.
    if ((sequence & 1) === 0 && Atomics.load(this.#words, word + 1) === 0) return;
    Atomics.add(this.#words, word, sequence & 1 ? 2 : 1);
    Atomics.store(this.#words, word + 1, 0);
    Atomics.add(this.#words, word, 1);
  }

  /** Any thread: a copy of the record in `slot`; null when it is free or is being written just now. */
  read(slot: number): Uint8Array | null {
    const word = this.#wordOf(slot);
    const before = Atomics.load(this.#words, word);
    const length = Atomics.load(this.#words, word + 1);
    if (before & 1 || length === 0) return null;
    const copy = new Uint8Array(length);
    const [head, tail] = [this.#headOf(slot), this.#tailOf(slot)];
    copy.set(this.#bytes.subarray(head, head + Math.min(length, this.#headBytes)));
    if (length > this.#headBytes)
      copy.set(this.#bytes.subarray(tail, tail + length - this.#headBytes), this.#headBytes);
    return Atomics.load(this.#words, word) === before ? copy : null;
  }

  /** Any thread: whether nothing was ever written into `slot`. Slots are taken from the lowest up: few above were. */
  isUntouched(slot: number): boolean {
    return Atomics.load(this.#words, this.#wordOf(slot)) === 0;
  }

  #wordOf(slot: number): number {
    return (slot * (SLOT_HEADER_BYTES + this.#headBytes)) >>> 2;
  }

  #headOf(slot: number): number {
    return slot * (SLOT_HEADER_BYTES + this.#headBytes) + SLOT_HEADER_BYTES;
  }

  #tailOf(slot: number): number {
    const tailBytes = this.#recordBytesMax - this.#headBytes;
    return this.slotCount * (SLOT_HEADER_BYTES + this.#headBytes) + slot * tailBytes;
  }
}
