// From the shards' rings to the spool. Frames are appended in one commit and released only afterwards: what control
// had not committed when it died is still in the ring for its successor.
//
// Two cuts would bring a record twice, and both are known by its id, which is compared with those spooled last:
// - control dies between commit and release, and its successor finds the same frames in the ring;
// - a shard dies between putting a CDR into its ring and taking the call off its board, and its successor settles
//   a call that has its CDR already. The first record stands.

import type { Ring } from '../../core/base/ring.ts';
import type { CdrSpool } from '../../store/ports.ts';
import { unpackCdr } from '../../store/records.ts';

/** Frames taken in one commit, from all rings together; what is beyond waits for the next round. */
export const DRAIN_FRAMES_MAX = 4_096;

/** Ids remembered: more than one commit has, and than a shard ends in one batch. */
const RECENT_IDS_MAX = 2 * DRAIN_FRAMES_MAX;

/** The reader of all CDR rings. */
export class CdrDrain {
  readonly #memory: readonly SharedArrayBuffer[];
  readonly #openRing: (shared: SharedArrayBuffer) => Ring;
  readonly #spool: CdrSpool;
  readonly #recent = new RecentIds();
  #rings: readonly Ring[];
  /** Records appended since the start. */
  appendedCount = 0;
  /** Records dropped because the same id was spooled before. */
  repeatedCount = 0;

  /** `openRing` makes a reader that begins at what was released last. */
  constructor(memory: readonly SharedArrayBuffer[], openRing: (shared: SharedArrayBuffer) => Ring, spool: CdrSpool) {
    this.#memory = memory;
    this.#openRing = openRing;
    this.#spool = spool;
    this.#rings = memory.map(openRing);
    const newestFirst = spool.before(Number.POSITIVE_INFINITY, RECENT_IDS_MAX);
    for (const { record } of newestFirst.toReversed()) this.#recent.add(unpackCdr(record).id);
  }

  /**
   * Moves what is in the rings to the spool; answers how many frames it took. Throws what the spool throws; then
   * nothing was released, and the next call begins again with the same frames.
   */
  drain(): number {
    const found = new Map<string, Uint8Array>();
    let frameCount = 0;
    for (const ring of this.#rings) frameCount += this.#takeFrames(ring, found);
    if (frameCount === 0) return 0;
    try {
      if (found.size > 0) this.#spool.append([...found.values()]);
    } catch (error) {
      this.#rings = this.#memory.map(this.#openRing);
      throw error;
    }
    for (const ring of this.#rings) ring.release();
    for (const id of found.keys()) this.#recent.add(id);
    this.appendedCount += found.size;
    this.repeatedCount += frameCount - found.size;
    return frameCount;
  }

  #takeFrames(ring: Ring, found: Map<string, Uint8Array>): number {
    const framesMax = Math.ceil(DRAIN_FRAMES_MAX / this.#rings.length);
    let frameCount = 0;
    for (; frameCount < framesMax && ring.next(); frameCount++) {
      // A copy: unpacking strings straight from shared memory takes ten times as long.
      const record = Buffer.from(ring.bytes.subarray(ring.frameStart, ring.frameEnd));
      const { id } = unpackCdr(record);
      if (!this.#recent.has(id) && !found.has(id)) found.set(id, record);
    }
    return frameCount;
  }
}

/** The ids that were added last. */
class RecentIds {
  readonly #ids = new Set<string>();

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  add(id: string): void {
    this.#ids.add(id);
    if (this.#ids.size <= RECENT_IDS_MAX) return;
    for (const oldest of this.#ids) {
      this.#ids.delete(oldest);
      return;
    }
  }
}
