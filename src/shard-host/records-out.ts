// The records of a shard on their way out, once a batch: live calls onto the board, checkpoints and CDRs into the
// journal in one append, then the CDRs into the ring to control. Datagrams of the batch leave when the append has
// succeeded, and not before: what an answer promises is kept first.
//
// A CDR counts until control has it in its spool, a checkpoint until its call has a CDR. Both are written again when
// the journal has begun a new segment, a few with each batch.

import { CDR_HELD_MAX } from '../core/base/limits.ts';
import { LinkedList, leave } from '../core/base/linked-list.ts';
import type { RecordBoard } from '../core/base/record-board.ts';
import type { Ring } from '../core/base/ring.ts';
import type { TakenMark } from '../core/base/taken-mark.ts';
import type { LiveRecord } from '../core/call/call-record.ts';
import type { Cdr } from '../core/cdr/cdr.ts';
import type { Balances } from '../core/rating/balances.ts';
import type { Loss } from '../core/rating/bill.ts';
import { CDR_FRAME_HEAD_BYTES, writePosition } from '../core/shard/cdr-frame.ts';
import type { CallJournal } from '../store/call-journal.ts';
import { packBoardRecord, packCheckpoint } from '../store/live-records.ts';
import { pack } from '../store/records.ts';

/** Entries of an earlier segment written again with one batch: less than a millisecond of work. */
const CARRIED_MAX = 16;

/** ACKs that wait for something else to be written: without them a later life repeats so many 200s for nothing. */
const ACKNOWLEDGED_WAITING_MAX = 32;

/** A CDR that control may not have yet. */
interface HeldCdr {
  readonly id: string;
  readonly position: number;
  readonly bytes: Uint8Array;
  /** Of the journal's segment that has it. */
  generation: number;
}

/** Where records go. */
export interface RecordPlaces {
  readonly board: RecordBoard;
  readonly journal: CallJournal;
  readonly ring: Ring;
  readonly taken: TakenMark;
  readonly balances: Balances;
  /** Position of the last CDR that the balances have for good. */
  readonly charged: TakenMark;
  /** Whether calls in set-up may wait for `showWaiting`: nobody settles them from the board when this thread dies. */
  readonly showsLater?: boolean;
}

/** Writes records once a batch. */
export class RecordsOut {
  readonly #board: RecordBoard;
  readonly #journal: CallJournal;
  readonly #ring: Ring;
  readonly #taken: TakenMark;
  readonly #balances: Balances;
  readonly #charged: TakenMark;
  #changed: LiveRecord[] = [];
  /** Changed and not on the board yet, which shall not say more than the journal does; their CDRs, packed. */
  #unshown: { readonly record: LiveRecord; readonly cdr: Uint8Array }[] = [];
  /** In set-up, changed since the board was written: most of them are over, or answered, before anyone looks. */
  readonly #waiting = new LinkedList<LiveRecord>();
  readonly #showsLater: boolean;
  #ended: LiveRecord[] = [];
  /** Calls whose callers have their 200, which their checkpoints do not know. */
  #acknowledged: string[] = [];
  /** Calls of an earlier life, whose checkpoints stand in its segments. */
  readonly #resumed = new LinkedList<LiveRecord>();
  /** Other live calls with a checkpoint, those written longest ago first. */
  readonly #kept = new LinkedList<LiveRecord>();
  /** In the order of their positions. */
  #held: HeldCdr[] = [];
  /** How many of them are in the ring. */
  #sentCount = 0;
  #lastPosition: number;
  /** Board slots of calls that have ended, to be given back when their CDRs are kept. */
  #slotsOver: number[] = [];
  /** Charges of ended calls, held until their CDRs are kept. */
  #losses: Loss[] = [];
  /** Whether calls of an earlier life are missing that live on: its segments stay until then. */
  awaitsResumed = false;
  /** Whether a call was answered, or an answered one ended, since the last append: something is promised. */
  hasPromise = false;

  constructor({ board, journal, ring, taken, balances, charged, showsLater = false }: RecordPlaces) {
    this.#showsLater = showsLater;
    this.#board = board;
    this.#journal = journal;
    this.#ring = ring;
    this.#taken = taken;
    this.#balances = balances;
    this.#charged = charged;
    this.#lastPosition = taken.position;
    for (const { id, position, bytes } of journal.found.cdrs) {
      this.#lastPosition = Math.max(this.#lastPosition, position);
      if (position > taken.position) this.#held.push({ id, position, bytes: Uint8Array.from(bytes), generation: -1 });
    }
  }

  get heldCount(): number {
    return this.#held.length;
  }

  /** CDRs that the ring has no room for. */
  get unsentCount(): number {
    return this.#held.length - this.#sentCount;
  }

  /** No call may begin now: its CDR might have nowhere to go. */
  get isFull(): boolean {
    return this.#held.length >= CDR_HELD_MAX || this.#journal.isFull;
  }

  /** Whether calls in set-up wait to be shown. */
  get hasWaiting(): boolean {
    return this.#waiting.first !== null;
  }

  changed(record: LiveRecord): void {
    if (record.isAnswered) this.hasPromise = true;
    if (record.isDirty) return;
    record.isDirty = true;
    this.#changed.push(record);
  }

  acknowledged(record: LiveRecord): void {
    if (!record.isDirty) this.#acknowledged.push(record.cdr.id);
  }

  /** Its checkpoint stands in an earlier segment: it is written again, and shown on the board, in its turn. */
  resumed(record: LiveRecord): void {
    this.#resumed.add(record);
  }

  ended(record: LiveRecord): void {
    if (record.isAnswered) this.hasPromise = true;
    this.#ended.push(record);
  }

  /** A CDR of a call that has no live record: a dead predecessor's. */
  settle(cdr: Cdr): void {
    this.#keep(cdr);
  }

  /**
   * Writes what the batch changed. Throws what the journal throws; then nothing may leave that this batch promises, and
   * the next flush tries again.
   */
  flush(): void {
    this.#forgetTaken();
    if (this.#changed.length > 0) this.#writeChanged();
    if (this.#ended.length > 0) this.#writeEnded();
    if (this.#journal.hasOlder) this.#carryOver();
    this.#writeAcknowledged();
    this.#journal.commit();
    if (this.#unshown.length > 0) this.#showChanged();
    this.#noteCharged();
    this.hasPromise = false;
    if (this.#sentCount < this.#held.length) this.#publish();
    if (this.#slotsOver.length > 0) this.#giveSlots();
  }

  /** Shows the calls in set-up that have waited for it; those that this batch has changed are the next flush's. */
  showWaiting(): void {
    for (let record = this.#waiting.first; record !== null; record = this.#waiting.first) {
      this.#waiting.remove(record);
      if (!record.isDirty) this.#writeBoard(record, pack(record.cdr));
    }
  }

  #forgetTaken(): void {
    if (this.#held.length === 0) return;
    const { position } = this.#taken;
    let count = 0;
    while (count < this.#sentCount && (this.#held[count] as HeldCdr).position <= position) count += 1;
    if (count === 0) return;
    this.#held = count === this.#held.length ? [] : this.#held.slice(count);
    this.#sentCount -= count;
  }

  #writeChanged(): void {
    for (const record of this.#changed) {
      record.isDirty = false;
      if (record.cdr.endReason !== null) continue;
      if (this.#showsLater && !record.isAnswered) {
        this.#waiting.add(record);
        continue;
      }
      const cdr = pack(record.cdr);
      this.#unshown.push({ record, cdr });
      if (record.isAnswered) this.#writeCheckpoint(record, cdr);
    }
    this.#changed = [];
  }

  #writeAcknowledged(): void {
    if (this.#journal.isBatchEmpty && this.#acknowledged.length < ACKNOWLEDGED_WAITING_MAX) return;
    for (const id of this.#acknowledged) this.#journal.putAcknowledged(id);
    this.#acknowledged = [];
  }

  #showChanged(): void {
    for (const { record, cdr } of this.#unshown) if (record.cdr.endReason === null) this.#writeBoard(record, cdr);
    this.#unshown = [];
  }

  #writeBoard(record: LiveRecord, cdr: Uint8Array): void {
    if (record.boardSlot < 0) record.boardSlot = this.#board.take();
    if (record.boardSlot < 0) return;
    const { slots, boardSlot } = record;
    if (this.#board.write(boardSlot, packBoardRecord(slots, cdr))) return;
    this.#board.write(boardSlot, packBoardRecord(slots, pack({ ...record.cdr, attempts: [] })));
  }

  #writeCheckpoint(record: LiveRecord, cdr: Uint8Array): void {
    const state = record.source?.state ?? null;
    leave(record);
    if (state === null) return;
    this.#journal.putCheckpoint(record.cdr.id, packCheckpoint(state, cdr));
    record.generation = this.#journal.generation;
    this.#kept.add(record);
  }

  #writeEnded(): void {
    for (const record of this.#ended) {
      if (record.isKept) this.#keep(record.cdr);
      leave(record);
      this.#losses.push(...record.losses);
      if (record.boardSlot >= 0) this.#slotsOver.push(record.boardSlot);
    }
    this.#ended = [];
  }

  /** Nobody will charge these calls again: their CDRs are in the journal. */
  #noteCharged(): void {
    if (this.#losses.length > 0) {
      for (const { slot, nanos, free } of this.#losses) {
        this.#balances.recorded(slot, nanos);
        if (free !== null) this.#balances.free.recorded(free);
      }
      this.#losses = [];
    }
    this.#charged.position = this.#lastPosition;
  }

  #keep(cdr: Cdr): void {
    this.#lastPosition += 1;
    const held = { id: cdr.id, position: this.#lastPosition, bytes: pack(cdr), generation: this.#journal.generation };
    this.#held.push(held);
    this.#journal.putCdr(held.id, held.position, held.bytes);
  }

  #carryOver(): void {
    const { generation } = this.#journal;
    let count = 0;
    for (const held of this.#held) {
      if (held.generation === generation) continue;
      if (++count > CARRIED_MAX) return;
      held.generation = generation;
      this.#journal.putCdr(held.id, held.position, held.bytes);
    }
    for (let record = this.#resumed.first; record !== null; record = this.#resumed.first) {
      if (++count > CARRIED_MAX) return;
      this.#carry(record);
    }
    if (this.awaitsResumed) return;
    for (let record = this.#kept.first; record !== null; record = this.#kept.first) {
      if (record.generation === generation) break;
      if (++count > CARRIED_MAX) return;
      this.#carry(record);
    }
    this.#journal.dropOlder();
  }

  /** It leaves its list, or goes to the end of those kept. */
  #carry(record: LiveRecord): void {
    const cdr = pack(record.cdr);
    if (record.boardSlot < 0) this.#writeBoard(record, cdr);
    this.#writeCheckpoint(record, cdr);
  }

  #publish(): void {
    while (this.#sentCount < this.#held.length) {
      const { position, bytes } = this.#held[this.#sentCount] as HeldCdr;
      const at = this.#ring.reserve(CDR_FRAME_HEAD_BYTES + bytes.length);
      if (at < 0) break;
      writePosition(this.#ring.bytes, at, position);
      this.#ring.bytes.set(bytes, at + CDR_FRAME_HEAD_BYTES);
      this.#sentCount += 1;
    }
    this.#ring.publish();
  }

  #giveSlots(): void {
    for (const slot of this.#slotsOver) this.#board.give(slot);
    this.#slotsOver = [];
  }
}
