// How often each nonce has been used (RFC 7616 3.4, nc), in memory that all shards share: a request that was overheard
// buys nothing at another shard either. Written only when credentials were right, so strangers cannot fill it.
//
// Buckets of WAYS cells; a cell is one 64-bit word:  mark of the nonce (32) | second of its first use (16) | nc (16)
//
// Where a bucket is full its oldest nonce makes room, and the bucket remembers when: whatever was minted before that
// moment is stale there, so that a nonce that was pushed out does not look like one that was never used.

import { NONCES_USED_MAX } from '../base/limits.ts';

const WAYS = 8;
const BUCKETS = NONCES_USED_MAX / WAYS;
const SECONDS = 0x1_0000;
const COUNT_MAX = 0xffff;

/** What a use is: `fresh` may pass, a `replay` is none, `stale` wants a new nonce. */
export type NonceUse = 'fresh' | 'replay' | 'stale';

/** The uses as every shard sees them. Seconds are those of the monotonic clock. */
export class NonceUses {
  readonly #cells: BigUint64Array;
  /** Nonces of the bucket that were minted before this second are stale. */
  readonly #staleBefore: Int32Array;

  constructor(shared: SharedArrayBuffer) {
    this.#cells = new BigUint64Array(shared, 0, BUCKETS * WAYS);
    this.#staleBefore = new Int32Array(shared, BUCKETS * WAYS * 8, BUCKETS);
  }

  static allocate(): SharedArrayBuffer {
    return new SharedArrayBuffer(BUCKETS * (WAYS * 8 + 4));
  }

  /** Whether the nonce has been used before. */
  has(mark: number, spread: number): boolean {
    return this.#find(mark, bucketOf(spread)) >= 0;
  }

  /** Uses a nonce minted in second `mintedAt` for the `count`th time. `mark`, `spread`: two hashes of it. */
  use(mark: number, spread: number, mintedAt: number, count: number, now: number): NonceUse {
    if (count < 1 || count > COUNT_MAX) return 'stale';
    const bucket = bucketOf(spread);
    for (;;) {
      const cell = this.#find(mark, bucket);
      if (cell < 0) {
        if (mintedAt < Atomics.load(this.#staleBefore, bucket)) return 'stale';
        if (this.#enter(bucket, wordOf(mark, now, count), now)) return 'fresh';
        continue;
      }
      const word = Atomics.load(this.#cells, cell);
      if (markIn(word) !== mark >>> 0) continue;
      if (count <= countIn(word)) return 'replay';
      const next = (word & ~0xffffn) | BigInt(count);
      if (Atomics.compareExchange(this.#cells, cell, word, next) === word) return 'fresh';
    }
  }

  #find(mark: number, bucket: number): number {
    for (let way = 0; way < WAYS; way++) {
      const cell = bucket * WAYS + way;
      const word = Atomics.load(this.#cells, cell);
      if (word !== 0n && markIn(word) === mark >>> 0) return cell;
    }
    return -1;
  }

  /** Takes the free cell, or that of the oldest; false when another shard was faster. */
  #enter(bucket: number, word: bigint, now: number): boolean {
    let oldest = bucket * WAYS;
    let oldestAge = -1;
    for (let way = 0; way < WAYS; way++) {
      const cell = bucket * WAYS + way;
      const seen = Atomics.load(this.#cells, cell);
      const age = seen === 0n ? SECONDS : (now - secondIn(seen) + SECONDS) % SECONDS;
      if (age <= oldestAge) continue;
      oldest = cell;
      oldestAge = age;
    }
    const before = Atomics.load(this.#cells, oldest);
    if (before !== 0n) Atomics.store(this.#staleBefore, bucket, now + 1);
    if (Atomics.compareExchange(this.#cells, oldest, before, word) !== before) return false;
    if (!this.#isElsewhere(markIn(word), oldest)) return true;
    // Another shard has entered the same nonce at the same moment: neither may have it, each looks again.
    Atomics.store(this.#cells, oldest, 0n);
    return false;
  }

  #isElsewhere(mark: number, own: number): boolean {
    const first = own - (own % WAYS);
    for (let cell = first; cell < first + WAYS; cell++) {
      const word = Atomics.load(this.#cells, cell);
      if (cell !== own && word !== 0n && markIn(word) === mark) return true;
    }
    return false;
  }
}

function bucketOf(spread: number): number {
  return (spread >>> 0) % BUCKETS;
}

function wordOf(mark: number, second: number, count: number): bigint {
  return (BigInt(mark >>> 0) << 32n) | (BigInt(second % SECONDS) << 16n) | BigInt(count);
}

function markIn(word: bigint): number {
  return Number(word >> 32n);
}

function secondIn(word: bigint): number {
  return Number((word >> 16n) & 0xffffn);
}

function countIn(word: bigint): number {
  return Number(word & 0xffffn);
}
