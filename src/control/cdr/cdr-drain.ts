// From the shards' rings to the spool. Frames are appended in one commit and released only afterwards: what control
// had not committed when it died is still in the ring for its successor, and what was in a ring when the process died
// comes again from the shard's journal.
//
// So a CDR may come twice, and is known by its position: with the records the spool keeps, in the same commit, how far
// each journal has come. What is not beyond it is dropped. The shard is told once that is on the disk, and forgets: a
// commit alone outlives the process, not a power cut.

import { CDR_RING_BYTES } from '../../core/base/limits.ts';
import type { Ring } from '../../core/base/ring.ts';
import { TakenMark } from '../../core/base/taken-mark.ts';
import { CDR_FRAME_HEAD_BYTES, readPosition } from '../../core/shard/cdr-frame.ts';
import type { CdrSpool } from '../../store/ports.ts';

/** Frames taken in one commit, from all rings together; what is beyond waits for the next round. */
const DRAIN_FRAMES_MAX = 4_096;

/** With so many bytes in a ring nothing more is waited for: a sixteenth of its room. */
const DRAIN_BYTES = CDR_RING_BYTES / 16;

/** What of a shard's memory the drain reads and writes. */
export interface DrainMemory {
  readonly cdrs: SharedArrayBuffer;
  readonly cdrsTaken: SharedArrayBuffer;
}

/** One shard's end of it. Positions are of its last CDR: told to the shard, spooled, found in this round. */
interface Source {
  readonly journal: string;
  readonly memory: DrainMemory;
  readonly told: TakenMark;
  spooled: number;
  found: number;
  ring: Ring;
}

/** The reader of all CDR rings. */
export class CdrDrain {
  readonly #sources: readonly Source[];
  readonly #openRing: (shared: SharedArrayBuffer) => Ring;
  readonly #spool: CdrSpool;
  /** Records appended since the start. */
  appendedCount = 0;
  /** Records dropped because they were spooled before. */
  repeatedCount = 0;

  /**
   * `openRing` makes a reader that begins at what was released last. The shards learn here what `spool` has already,
   * all of which is on the disk.
   */
  constructor(memory: readonly DrainMemory[], openRing: (shared: SharedArrayBuffer) => Ring, spool: CdrSpool) {
    this.#openRing = openRing;
    this.#spool = spool;
    this.#sources = memory.map((one, shard) => {
      const journal = journalName(shard, memory.length);
      const told = new TakenMark(one.cdrsTaken);
      const spooled = spool.taken(journal);
      told.position = spooled;
      return { journal, memory: one, told, spooled, found: spooled, ring: openRing(one.cdrs) };
    });
  }

  /** Whether so much has come that it is time. */
  get isDue(): boolean {
    return this.#sources.some(({ ring }) => ring.depthBytes > DRAIN_BYTES);
  }

  /**
   * Moves what is in the rings to the spool; answers how many frames it took. Throws what the spool throws; then
   * nothing was released, and the next call begins again with the same frames.
   */
  drain(): number {
    const found: Uint8Array[] = [];
    let frameCount = 0;
    for (const source of this.#sources) frameCount += this.#takeFrames(source, found);
    if (frameCount === 0) return 0;
    try {
      if (found.length > 0) this.#spool.append(found, this.#positions());
    } catch (error) {
      this.#beginAgain();
      throw error;
    }
    for (const source of this.#sources) {
      source.ring.release();
      source.spooled = source.found;
    }
    this.appendedCount += found.length;
    this.repeatedCount += frameCount - found.length;
    return frameCount;
  }

  /** Tells the shards how far the spool is, once `flush` has brought that to the disk. Rejects as `flush` does. */
  async tell(flush: () => Promise<void>): Promise<void> {
    const spooled = this.#sources.map((source) => [source, source.spooled] as const);
    await flush();
    for (const [{ told }, position] of spooled) told.position = position;
  }

  /** Position of the last CDR that `shard` may forget. */
  toldOf(shard: number): number {
    return this.#sources[shard]?.told.position ?? 0;
  }

  #takeFrames(source: Source, found: Uint8Array[]): number {
    const framesMax = Math.ceil(DRAIN_FRAMES_MAX / this.#sources.length);
    const { ring } = source;
    let frameCount = 0;
    for (; frameCount < framesMax && ring.next(); frameCount++) {
      const position = readPosition(ring.bytes, ring.frameStart);
      if (position <= source.found) continue;
      source.found = position;
      // A copy: unpacking strings straight from shared memory takes ten times as long.
      found.push(Buffer.from(ring.bytes.subarray(ring.frameStart + CDR_FRAME_HEAD_BYTES, ring.frameEnd)));
    }
    return frameCount;
  }

  /** By journal, of those that brought something. */
  #positions(): Map<string, number> {
    const changed = this.#sources.filter(({ found, spooled }) => found > spooled);
    return new Map(changed.map(({ journal, found }) => [journal, found]));
  }

  #beginAgain(): void {
    for (const source of this.#sources) {
      source.ring = this.#openRing(source.memory.cdrs);
      source.found = source.spooled;
    }
  }
}

/** The journal of `shard`, as the spool knows it: a shard of another number of shards has another. */
function journalName(shard: number, shardCount: number): string {
  return `${shardCount}/${shard}`;
}
