// A single-producer, single-consumer ring of byte frames in shared memory: how datagrams and records
// cross threads. The writer appends any number of frames and publishes them with one store; the
// reader sleeps on a word that the writer clears, so a batch costs one wake-up and an awake reader none.
//
//   word 0  tail      bytes ever published by the writer (mod 2^32)
//   word 1  head      bytes ever released by the reader (mod 2^32)
//   word 2  sleeping  1 while the reader waits in its kernel
//   word 3  refused   frames that found no room
//
// A frame is a 32-bit length followed by that many bytes, rounded up to 8. Frames do not wrap: a
// length of SKIP says that the rest up to the end of the buffer is unused.

import { assert } from './assert.ts';

const HEADER_BYTES = 64;
const LENGTH_BYTES = 4;
const SKIP = 0xffff_ffff;
const TAIL = 0;
const HEAD = 1;
const SLEEPING = 2;
const REFUSED = 3;

/** One end of the ring. Make one Ring per thread over the same SharedArrayBuffer. */
export class Ring {
  /** The frames' bytes; valid only between `reserve` and `publish`, or `next` and `release`. */
  readonly bytes: Uint8Array;
  /** Where the frame that `next` found begins and ends in `bytes`. */
  frameStart = 0;
  frameEnd = 0;

  readonly #words: Int32Array;
  readonly #lengths: Uint32Array;
  readonly #capacity: number;
  #written = 0;
  #read = 0;

  constructor(shared: SharedArrayBuffer) {
    this.#capacity = shared.byteLength - HEADER_BYTES;
    assert((this.#capacity & (this.#capacity - 1)) === 0, 'a ring holds a power of two of bytes');
    this.#words = new Int32Array(shared, 0, 4);
    this.bytes = new Uint8Array(shared, HEADER_BYTES);
    this.#lengths = new Uint32Array(shared, HEADER_BYTES);
    this.#written = Atomics.load(this.#words, TAIL) >>> 0;
    this.#read = Atomics.load(this.#words, HEAD) >>> 0;
  }

  /** Shared memory for a ring of `capacity` bytes (a power of two). */
  static allocate(capacity: number): SharedArrayBuffer {
    return new SharedArrayBuffer(HEADER_BYTES + capacity);
  }

  /** Writer: room for a frame of `size` bytes; answers its offset in `bytes`, or -1 (counted) when the ring is full. */
  reserve(size: number): number {
    const step = stepOf(size);
    const position = this.#written & (this.#capacity - 1);
    const rest = this.#capacity - position;
    const needed = rest < step ? rest + step : step;
    const used = (this.#written - (Atomics.load(this.#words, HEAD) >>> 0)) >>> 0;
    if (used + needed > this.#capacity) {
      Atomics.add(this.#words, REFUSED, 1);
      return -1;
    }
    let start = position;
    if (rest < step) {
      this.#lengths[position >>> 2] = SKIP;
      this.#written = (this.#written + rest) >>> 0;
      start = 0;
    }
    this.#lengths[start >>> 2] = size;
    this.#written = (this.#written + step) >>> 0;
    return start + LENGTH_BYTES;
  }

  /** Writer: makes every frame reserved so far visible. Answers true when the reader was asleep and has been woken. */
  publish(): boolean {
    Atomics.store(this.#words, TAIL, this.#written | 0);
    return this.wake();
  }

  /** Wakes a sleeping reader without a frame, for instance because a command waits elsewhere. */
  wake(): boolean {
    if (Atomics.load(this.#words, SLEEPING) === 0) return false;
    Atomics.store(this.#words, SLEEPING, 0);
    Atomics.notify(this.#words, SLEEPING);
    return true;
  }

  /** Reader: moves to the next frame; false when none is published. */
  next(): boolean {
    const tail = Atomics.load(this.#words, TAIL) >>> 0;
    if (tail === this.#read) return false;
    let position = this.#read & (this.#capacity - 1);
    let length = this.#lengths[position >>> 2] as number;
    if (length === SKIP) {
      this.#read = (this.#read + this.#capacity - position) >>> 0;
      position = 0;
      length = this.#lengths[0] as number;
    }
    this.frameStart = position + LENGTH_BYTES;
    this.frameEnd = this.frameStart + length;
    this.#read = (this.#read + stepOf(length)) >>> 0;
    return true;
  }

  /** Reader: gives the frames passed by `next` back to the writer. */
  release(): void {
    Atomics.store(this.#words, HEAD, this.#read | 0);
  }

  /**
   * Reader: passes by everything published so far; a successor's first step, for one of those frames may have killed
   * it.
   */
  skipAll(): void {
    this.#read = Atomics.load(this.#words, TAIL) >>> 0;
    this.release();
  }

  /** Reader: sleeps until something is published, `wake` is called, or `timeoutMs` has passed. */
  sleep(timeoutMs: number): void {
    Atomics.store(this.#words, SLEEPING, 1);
    if (Atomics.load(this.#words, TAIL) >>> 0 === this.#read) {
      Atomics.wait(this.#words, SLEEPING, 1, timeoutMs);
    }
    Atomics.store(this.#words, SLEEPING, 0);
  }

  /** Bytes published and not yet released: the ring's depth. Any thread may ask. */
  get depthBytes(): number {
    return ((Atomics.load(this.#words, TAIL) >>> 0) - (Atomics.load(this.#words, HEAD) >>> 0)) >>> 0;
  }

  /** Frames that found no room so far. Any thread may ask. */
  get refusedCount(): number {
    return Atomics.load(this.#words, REFUSED) >>> 0;
  }
}

function stepOf(size: number): number {
  return (LENGTH_BYTES + size + 7) & ~7;
}
