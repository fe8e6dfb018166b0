// The records of a shard on their way out, once a batch: live calls onto the board, checkpoints and CDRs into the
// journal in one append. Datagrams of the batch leave when the append has succeeded, and not before: what an answer
// promises is kept first. CDRs go into the ring to control once they are on the disk: a power cut would else find the
// CDR of a call in the spool, or with a sink, and the call still alive.
//
// A CDR counts until control has it in its spool, a checkpoint until its call has a CDR. When the journal has begun a
// new segment, checkpoints are written there again, a few with each batch, and control has a second or two for the
// CDRs: then nothing in the earlier segments counts any more.

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
import { packBoardRecord, packCheckpoint, shortCdr } from '../store/live-records.ts';
import { pack } from '../store/records.ts';

/** Entries of an earlier segment written again with one batch: less than a millisecond of work. */
const CARRIED_MAX = 16;

/** ACKs that wait for something else to be written: without them a later life repeats so many 200s for nothing. */
const ACKNOWLEDGED_WAITING_MAX = 32;

/** A CDR that is not in the ring. */
interface UnsentCdr {
  readonly position: number;
  readonly bytes: Uint8Array;
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
  #unsent: UnsentCdr[] = [];
  #lastPosition: number;
  /** Position of the last CDR in earlier segments. */
  #olderPosition: number;
  /** Board slots of calls that have ended, to be given back when their CDRs are kept. */
  #slotsOver: number[] = [];
  /** Charges of ended calls, held until their CDRs are kept. */
  #losses: Loss[] = [];
  /** Whether calls of an earlier life are missing that live on: its segments stay until then. */
  awaitsResumed = false;
  /** Whether nothing comes after the next flush: then no ACK waits. */
  isLast = false;
  /** Whether a call was answered, or an answered one ended, since the last append: something is promised. */
  hasPromise = false;
  /** Whether one of those was answered that has no checkpoint. */
  hasAnswer = false;

  constructor({ board, journal, ring, taken, balances, charged, showsLater = false }: RecordPlaces) {
    this.#showsLater = showsLater;
    this.#board = board;
    this.#journal = journal;
    this.#ring = ring;
    this.#taken = taken;
    this.#balances = balances;
    this.#charged = charged;
    this.#lastPosition = taken.position;
    for (const { position, bytes } of journal.found.cdrs) {
      this.#lastPosition = Math.max(this.#lastPosition, position);
      if (position > taken.position) this.#unsent.push({ position, bytes: Uint8Array.from(bytes) });
    }
    this.#olderPosition = this.#lastPosition;
  }

  /** CDRs that control does not have. */
  get heldCount(): number {
    return this.#lastPosition - this.#taken.position;
  }

  /** CDRs that the ring has no room for. */
  get unsentCount(): number {
    const [first] = this.#unsent;
    return first === undefined ? 0 : Math.max(0, this.#journal.keptPosition + 1 - first.position);
  }

  /** No call may begin now: its CDR might have nowhere to go. */
  get isFull(): boolean {
    return this.heldCount >= CDR_HELD_MAX || this.#journal.isFull;
  }

  /** Whether earlier segments are kept for nothing but CDRs, which control has not taken. */
  get awaitsControl(): boolean {
    const isCarried = this.#resumed.first === null && !this.awaitsResumed && this.#firstToCarry() === null;
    return isCarried && this.#taken.position < this.#olderPosition;
  }

  /** Whether calls in set-up wait to be shown. */
  get hasWaiting(): boolean {
    return this.#waiting.first !== null;
  }

  changed(record: LiveRecord): void {
    if (record.isAnswered) {
      this.hasPromise = true;
      this.hasAnswer ||= record.generation < 0;
    }
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

  /** A CDR of a call that has no live record: a dead predecessor's, which stands in `boardSlot` unless that is -1. */
  settle(cdr: Cdr, boardSlot = -1): void {
    this.#keep(cdr);
    if (boardSlot >= 0) this.#slotsOver.push(boardSlot);
  }

  /**
   * Writes what the batch changed. Throws what the journal throws; then nothing may leave that this batch promises, and
   * the next flush tries again.
   */
  flush(): void {
    if (this.#changed.length > 0) this.#writeChanged();
    if (this.#ended.length > 0) this.#writeEnded();
    const isCarried = this.#journal.hasOlder && this.#carryOver();
    this.#writeAcknowledged();
    this.#commit();
    if (isCarried) this.#journal.dropOlder();
    if (this.#unshown.length > 0) this.#showChanged();
    this.#noteCharged();
    this.hasPromise = false;
    this.hasAnswer = false;
    this.publish();
    if (this.#slotsOver.length > 0) this.#giveSlots();
  }

  /** Gives control the CDRs that are on the disk, as far as the ring has room. */
  publish(): void {
    const { keptPosition } = this.#journal;
    let sentCount = 0;
    for (const { position, bytes } of this.#unsent) {
      const at = position > keptPosition ? -1 : this.#ring.reserve(CDR_FRAME_HEAD_BYTES + bytes.length);
      if (at < 0) break;
      writePosition(this.#ring.bytes, at, position);
      this.#ring.bytes.set(bytes, at + CDR_FRAME_HEAD_BYTES);
      sentCount += 1;
    }
    if (sentCount === 0) return;
    this.#unsent = sentCount === this.#unsent.length ? [] : this.#unsent.slice(sentCount);
    this.#ring.publish();
  }

  /** Shows the calls in set-up that have waited for it; those that this batch has changed are the next flush's. */
  showWaiting(): void {
    for (let record = this.#waiting.first; record !== null; record = this.#waiting.first) {
      this.#waiting.remove(record);
      if (!record.isDirty) this.#writeBoard(record, pack(record.cdr));
    }
  }

  /** Writes the batch; when the segment is full after it, all CDRs so far stand in earlier ones. */
  #commit(): void {
    const { generation } = this.#journal;
    this.#journal.commit();
    if (this.#journal.generation !== generation) this.#olderPosition = this.#lastPosition;
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
    const mayWait = !this.isLast && this.#acknowledged.length < ACKNOWLEDGED_WAITING_MAX;
    if (mayWait && this.#journal.isBatchEmpty) return;
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
    if (this.#board.write(boardSlot, packBoardRecord(slots, pack({ ...record.cdr, attempts: [] })))) return;
    this.#board.write(boardSlot, packBoardRecord(slots, pack(shortCdr(record.cdr))));
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
    const bytes = pack(cdr);
    this.#unsent.push({ position: this.#lastPosition, bytes });
    this.#journal.putCdr(cdr.id, this.#lastPosition, bytes);
  }

  /** Whether nothing in earlier segments counts any more, once this batch is written. */
  #carryOver(): boolean {
    let count = 0;
    for (let record = this.#resumed.first; record !== null; record = this.#resumed.first) {
      if (++count > CARRIED_MAX) return false;
      this.#carry(record);
    }
    if (this.awaitsResumed) return false;
    for (let record = this.#firstToCarry(); record !== null; record = this.#firstToCarry()) {
      if (++count > CARRIED_MAX) return false;
      this.#carry(record);
    }
    return this.#taken.position >= this.#olderPosition;
  }

  /** The live call whose checkpoint was written longest ago, if that is in an earlier segment. */
  #firstToCarry(): LiveRecord | null {
    const { first } = this.#kept;
    return first !== null && first.generation !== this.#journal.generation ? first : null;
  }

  /** It leaves its list, or goes to the end of those kept. */
  #carry(record: LiveRecord): void {
    const cdr = pack(record.cdr);
    if (record.boardSlot < 0) this.#writeBoard(record, cdr);
    this.#writeCheckpoint(record, cdr);
  }

  #giveSlots(): void {
    for (const slot of this.#slotsOver) this.#board.give(slot);
    this.#slotsOver = [];
  }
}
