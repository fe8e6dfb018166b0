// The records of a shard on their way out: live calls onto the board, finished CDRs into the ring to control. A call
// that
// begins and ends within one batch never touches the board.

import { CDR_HELD_MAX } from '../core/base/limits.ts';
import type { RecordBoard } from '../core/base/record-board.ts';
import type { Ring } from '../core/base/ring.ts';
import type { LiveRecord } from '../core/call/call-record.ts';
import type { Cdr } from '../core/cdr/cdr.ts';
import { pack } from '../store/records.ts';

/** A CDR that is not yet in the ring, and the place on the board that it keeps until then; -1 for none. */
interface HeldCdr {
  readonly bytes: Uint8Array;
  readonly boardSlot: number;
}

/** Writes records once a batch. */
export class RecordsOut {
  readonly #board: RecordBoard;
  readonly #ring: Ring;
  #changed: LiveRecord[] = [];
  #ended: LiveRecord[] = [];
  /** Packed CDRs on their way into the ring, oldest first; more than one batch's when the ring is full. */
  #held: HeldCdr[] = [];

  constructor(board: RecordBoard, ring: Ring) {
    this.#board = board;
    this.#ring = ring;
  }

  get heldCount(): number {
    return this.#held.length;
  }

  /** No call may begin now: its CDR might have nowhere to go. */
  get isFull(): boolean {
    return this.#held.length >= CDR_HELD_MAX;
  }

  changed(record: LiveRecord): void {
    if (record.isDirty) return;
    record.isDirty = true;
    this.#changed.push(record);
  }

  ended(record: LiveRecord): void {
    this.#ended.push(record);
  }

  /** A CDR of a call that has no live record: a dead predecessor's. */
  settle(cdr: Cdr): void {
    this.#held.push({ bytes: pack(cdr), boardSlot: -1 });
  }

  /**
   * Writes what the batch changed. A CDR is published before its place on the board is cleared, so a crash in between
   * repeats a CDR (same id) and never loses one.
   */
  flush(): void {
    if (this.#changed.length > 0) this.#writeChanged();
    if (this.#ended.length > 0) {
      for (const { cdr, boardSlot, isKept } of this.#ended) {
        if (isKept) this.#held.push({ bytes: pack(cdr), boardSlot });
        else if (boardSlot >= 0) this.#board.give(boardSlot);
      }
      this.#ended = [];
    }
    if (this.#held.length > 0) this.#publish();
  }

  #publish(): void {
    let sentCount = 0;
    for (const { bytes } of this.#held) {
      const at = this.#ring.reserve(bytes.length);
      if (at < 0) break;
      this.#ring.bytes.set(bytes, at);
      sentCount += 1;
    }
    this.#ring.publish();
    for (let sent = 0; sent < sentCount; sent++) {
      const { boardSlot } = this.#held[sent] as HeldCdr;
      if (boardSlot >= 0) this.#board.give(boardSlot);
    }
    this.#held = sentCount === this.#held.length ? [] : this.#held.slice(sentCount);
  }

  #writeChanged(): void {
    for (const record of this.#changed) {
      record.isDirty = false;
      if (record.cdr.endReason !== null) continue;
      if (record.boardSlot < 0) record.boardSlot = this.#board.take();
      if (record.boardSlot < 0) continue;
      if (!this.#board.write(record.boardSlot, pack({ cdr: record.cdr, slots: record.slots }))) {
        this.#board.write(record.boardSlot, pack({ cdr: { ...record.cdr, attempts: [] }, slots: record.slots }));
      }
    }
    this.#changed = [];
  }
}
