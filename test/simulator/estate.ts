// What a shard leaves behind when it is killed, as its host would keep it: the board, the journal. As bytes, as there.

import type { LiveRecord } from '../../src/core/call/call-record.ts';
import type { CallCheckpoint } from '../../src/core/call/checkpoint.ts';
import type { Cdr } from '../../src/core/cdr/cdr.ts';
import { settledCdr } from '../../src/core/cdr/settled-cdr.ts';
import { packCheckpoint, unpackCheckpoint } from '../../src/store/live-records.ts';
import { pack, unpackCdr } from '../../src/store/records.ts';

/** One shard's. */
export class Estate {
  /** By id of the CDR. */
  readonly #board = new Map<string, Uint8Array>();
  readonly #checkpoints = new Map<string, Uint8Array>();
  readonly #ended: { readonly callId: string; readonly atWallMs: number }[] = [];

  /** One batch. */
  keep(changed: Iterable<LiveRecord>, ended: Iterable<LiveRecord>): void {
    for (const record of changed) {
      const cdr = pack(record.cdr);
      this.#board.set(record.cdr.id, cdr);
      const state = record.isAnswered ? (record.source?.state ?? null) : null;
      if (state !== null) this.#checkpoints.set(record.cdr.id, packCheckpoint(state, cdr));
    }
    for (const { cdr } of ended) {
      const { id, callerCallId, endedAtWallMs } = cdr;
      this.#board.delete(id);
      this.#checkpoints.delete(id);
      this.#ended.push({ callId: callerCallId, atWallMs: endedAtWallMs ?? 0 });
    }
  }

  /** Caller's Call-IDs of calls that ended at `wallMs` or later. */
  endedSince(wallMs: number): string[] {
    return this.#ended.filter(({ atWallMs }) => atWallMs >= wallMs).map(({ callId }) => callId);
  }

  /**
   * The shard was killed at `wallMs`: CDRs of the calls that are lost, and those that live on, whose checkpoints
   * stand until they are renewed.
   */
  handOver(wallMs: number): { readonly lost: Cdr[]; readonly kept: CallCheckpoint[] } {
    const kept: CallCheckpoint[] = [];
    for (const bytes of this.#checkpoints.values()) {
      const checkpoint = unpackCheckpoint(bytes);
      if (checkpoint !== null) kept.push(checkpoint);
    }
    const lost: Cdr[] = [];
    for (const [id, bytes] of this.#board) {
      if (!this.#checkpoints.has(id)) lost.push(settledCdr(unpackCdr(bytes), wallMs));
    }
    this.#board.clear();
    return { lost, kept };
  }
}
