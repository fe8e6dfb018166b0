// The shard's datagrams on their way to the wire: into the outbound ring, then one ring of the bell for a batch.

import { monotonicMs } from '../clock.ts';
import type { Doorbell } from '../core/base/doorbell.ts';
import type { Ring } from '../core/base/ring.ts';
import type { Target } from '../core/base/target.ts';
import { FRAME_HEAD_BYTES, stampOf, writeHead } from '../core/shard/datagram-frame.ts';

/**
 * Waits for room in the ring, of ROOM_WAIT_MS each; after that the datagram is dropped and its sender's timers repeat
 * it.
 */
const ROOM_WAITS_MAX = 100;
const ROOM_WAIT_MS = 1;

/** Writes datagrams into the ring. */
export class DatagramsOut {
  readonly #ring: Ring;
  readonly #bytes: Buffer;
  readonly #doorbell: Doorbell;
  readonly #poke: () => void;
  readonly #pause = new Int32Array(new SharedArrayBuffer(4));
  #count = 0;

  /** `poke`: wakes an edge that is away in its event loop. */
  constructor(ring: Ring, doorbell: Doorbell, poke: () => void) {
    this.#ring = ring;
    this.#bytes = Buffer.from(ring.bytes.buffer, ring.bytes.byteOffset, ring.bytes.length);
    this.#doorbell = doorbell;
    this.#poke = poke;
  }

  /** Appends one datagram; it leaves with `publish`. */
  transmit(text: string, target: Target): void {
    const { address, port, listener } = target;
    const size = FRAME_HEAD_BYTES + address.length + text.length;
    const at = this.#reserve(size);
    if (at < 0) return;
    writeHead(this.#bytes, at, { listener, port, stampMicros: stampOf(monotonicMs()) }, address.length);
    this.#bytes.write(address, at + FRAME_HEAD_BYTES, address.length, 'latin1');
    this.#bytes.write(text, at + FRAME_HEAD_BYTES + address.length, text.length, 'latin1');
    this.#count += 1;
  }

  /** Makes the batch visible and sees to it that the edge looks. */
  publish(): void {
    if (this.#count === 0) return;
    this.#count = 0;
    this.#ring.publish();
    if (this.#doorbell.ring()) this.#poke();
  }

  /** Lets an edge that waits for this shard go on. */
  nudge(): void {
    this.#doorbell.nudge();
  }

  /** Room for a frame. A full ring means that the edge is behind: it gets the time to catch up. */
  #reserve(size: number): number {
    for (let waits = 0; waits < ROOM_WAITS_MAX; waits++) {
      const at = this.#ring.reserve(size);
      if (at >= 0) return at;
      this.#ring.publish();
      if (this.#doorbell.ring()) this.#poke();
      Atomics.wait(this.#pause, 0, 0, ROOM_WAIT_MS);
    }
    return -1;
  }
}
