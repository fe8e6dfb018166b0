// The record of one call while it lives: the CDR as it grows, and the counters the call holds. What stands
// here is what the board shows, what a successor settles or goes on with after a crash, and in the end the CDR.

import type { EndedBy, EndReason } from '../base/end-reason.ts';
import { endReasonRow } from '../base/end-reason.ts';
import { flat } from '../base/flat.ts';
import { REASON_CHARACTERS_MAX, USER_AGENT_CHARACTERS_MAX } from '../base/limits.ts';
import type { Linked, LinkedList } from '../base/linked-list.ts';
import type { Cdr, CdrAttempt } from '../cdr/cdr.ts';
import { type Bill, type BillWords, billOf, fillFees, type Loss } from '../rating/bill.ts';
import { audioAddress, firstCodec } from '../sdp/audio.ts';
import { detach } from '../sip/detach.ts';
import type { HeaderId } from '../sip/header-name.ts';
import type { SipMessage } from '../sip/message.ts';
import type { CallState } from './checkpoint.ts';
import type { Acknowledger, Crossing, Question } from './leg-events.ts';
import { q850Of } from './reason-header.ts';
import { recordNumber, recordText } from './record-text.ts';
import type { TalkLimit } from './talk-limit.ts';

/** The board's entry: the CDR so far, and the admission slots to give back should the shard die. */
export interface LiveEntry {
  readonly cdr: Cdr;
  readonly slots: readonly number[];
}

/** Whoever knows the whole call. */
export interface CheckpointSource {
  /** Null as long as its caller has no answer. */
  readonly state: CallState | null;
}

/** What of a record stands in a checkpoint. */
interface Resumed {
  readonly cdr: Cdr;
  readonly slots: readonly number[];
  readonly bill: BillWords | null;
  readonly limit: TalkLimit | null;
}

/** How a call ended, as its record says it. */
export interface Ending {
  readonly reason: EndReason;
  readonly endedBy: EndedBy;
  /** Final status told to the caller; 200 for an answered call. */
  readonly status: number;
  readonly reasonHeader: string;
  /** Q.850 cause by which the call failed; 0 where no device told it. */
  readonly q850: number;
}

/** One live call's record. */
export class LiveRecord implements LiveEntry, Linked<LiveRecord> {
  readonly cdr: Cdr;
  /** The called number as it came, however long. */
  readonly dialled: string;
  slots: number[] = [];
  /** Null while nobody pays. */
  bill: Bill | null = null;
  /** Once it has ended: who was charged what, until its record is kept. */
  losses: readonly Loss[] = [];
  /** How many of `slots` are the caller's side's; those after them are the present attempt's. */
  attemptFrom = 0;
  /** The caller number that the present attempt has of its gateway's caller pool; '' without one. */
  pooledCaller = '';
  /** Place on the host's board, -1 while it has none; the host's own. */
  boardSlot = -1;
  /** Whether the host has yet to write it to the board; the host's own. */
  isDirty = false;
  /** The list of the host's that it is in; the host's own. */
  list: LinkedList<LiveRecord> | null = null;
  before: LiveRecord | null = null;
  after: LiveRecord | null = null;
  /** Whether it becomes a CDR at the end. */
  isKept = true;
  /** Generation of the host's journal that has its checkpoint, -1 while none has; the host's own. */
  generation = -1;
  /** Its call: what a checkpoint is made of. */
  source: CheckpointSource | null = null;
  /** How long it may talk; what is beyond is no part of it, however late it was noticed. */
  talkMsMax = Number.POSITIVE_INFINITY;
  readonly #startedAtMs: number;
  /** When the present attempt began. */
  #triedAtMs = 0;
  #answeredAtMs = 0;

  constructor(cdr: Cdr, nowMs: number, dialled = cdr.callee) {
    this.cdr = cdr;
    this.dialled = dialled;
    this.#startedAtMs = nowMs;
  }

  get isAnswered(): boolean {
    return this.cdr.answeredAtWallMs !== null;
  }

  /** By the monotonic clock, which may have begun after that: then it is below 0. Of an answered call alone. */
  get answeredAtMs(): number {
    return this.#answeredAtMs;
  }

  /** The record of a call that was answered in an earlier life of the switch. */
  static resumed({ cdr, slots, bill, limit }: Resumed, answeredAtMs: number): LiveRecord {
    const record = new LiveRecord(cdr, answeredAtMs);
    record.slots.push(...slots);
    record.bill = bill && billOf(bill);
    record.#answeredAtMs = answeredAtMs;
    if (limit !== null) record.talkMsMax = limit.afterMs;
    return record;
  }

  /** A first sign of life other than 100 reached the caller. */
  alerted(nowMs: number, wallMs: number, isRinging: boolean): void {
    this.cdr.firstProvisionalAtWallMs ??= wallMs;
    if (isRinging) this.cdr.ringingAtWallMs ??= wallMs;
    this.#noteDelays(nowMs);
  }

  /** An attempt begins. */
  tried(attempt: CdrAttempt, nowMs: number): void {
    const { cdr } = this;
    this.#triedAtMs = nowMs;
    cdr.attempts.push(attempt);
    cdr.routingGateway = attempt.gateway;
    cdr.calleeAddress = attempt.address;
    cdr.calleeCallId = attempt.callId;
    cdr.calleePostDialDelayMs = null;
    cdr.calleeMedia = '';
    cdr.codec = '';
  }

  /** The gateway of an attempt is told these numbers, or would be. */
  told(caller: string, callee: string): void {
    this.cdr.callerSent = recordNumber(caller);
    this.cdr.calleeSent = recordNumber(callee);
  }

  /** Prices go by these numbers. */
  billedBy(caller: string, callee: string): void {
    this.cdr.callerBilled = recordNumber(caller);
    this.cdr.calleeBilled = recordNumber(callee);
  }

  answered(nowMs: number, wallMs: number): void {
    this.#answeredAtMs = nowMs;
    this.cdr.answeredAtWallMs = wallMs;
    this.#noteDelays(nowMs);
    // Lists that have grown keep room for as many again; copies do not, and these last as long as the call.
    this.slots = this.slots.slice();
    this.cdr.attempts = this.cdr.attempts.slice();
  }

  /** The caller has described what it wants, in its INVITE or in the ACK that answers an offer. */
  callerDescribed({ hasSdp, body }: Crossing): void {
    if (hasSdp) this.cdr.callerMedia = flat(audioAddress(body));
  }

  /** The callee has. A gateway that forks describes itself more than once, and means the last one. */
  calleeDescribed({ hasSdp, body }: Crossing): void {
    if (hasSdp) this.cdr.calleeMedia = flat(audioAddress(body));
  }

  /** A request of the caller: its PRACK answers an offer that came in a reliable response. */
  callerAsked({ method, crossing }: Pick<Question, 'method' | 'crossing'>): void {
    if (method !== 'PRACK' || this.cdr.callerMedia !== '') return;
    this.callerDescribed(crossing);
    this.settled(crossing);
  }

  /** One side has answered what the other offered; an early description is taken for an answer, until one comes. */
  settled({ hasSdp, body }: Crossing): void {
    if (hasSdp) this.cdr.codec = detach(firstCodec(body)) || this.cdr.codec;
  }

  /** Which sides keep a session timer from now on. */
  timed(isCallerTimed: boolean, isCalleeTimed: boolean): void {
    const one = isCallerTimed ? 'caller' : 'callee';
    this.cdr.sessionTimer = isCallerTimed && isCalleeTimed ? 'both' : isCallerTimed || isCalleeTimed ? one : '';
  }

  /** A side of it was over at that moment, and nobody noticed. */
  talkedUntil(atMs = Number.POSITIVE_INFINITY): void {
    this.talkMsMax = Math.min(this.talkMsMax, Math.max(0, atMs - this.#answeredAtMs));
  }

  ended(nowMs: number, wallMs: number, ending: Ending): void {
    const { cdr } = this;
    const talkMs = this.isAnswered ? Math.max(0, nowMs - this.#answeredAtMs) : 0;
    const overMs = Math.max(0, talkMs - this.talkMsMax);
    cdr.endedAtWallMs = wallMs - Math.round(overMs);
    cdr.holdMs = Math.round(talkMs - overMs);
    if (this.bill !== null && this.isAnswered) fillFees(cdr, this.bill);
    cdr.endReason = ending.reason;
    cdr.endedBy = ending.endedBy;
    cdr.sipCode = ending.status;
    cdr.q850 = q850Of(ending.reasonHeader) || ending.q850 || endReasonRow(ending.reason).q850;
    cdr.reasonHeader = recordText(ending.reasonHeader, REASON_CHARACTERS_MAX);
  }

  /** The post-dial delays of both sides end with the first sign of life of the call. */
  #noteDelays(nowMs: number): void {
    this.cdr.postDialDelayMs ??= Math.round(nowMs - this.#startedAtMs);
    this.cdr.calleePostDialDelayMs ??= Math.round(nowMs - this.#triedAtMs);
  }
}

/**
 * `acknowledger`, and the caller's answer to the offer in the callee's 2xx, which comes with its ACK, for `record`;
 * `onChanged` then.
 */
export function recordingAnswer(record: LiveRecord, acknowledger: Acknowledger, onChanged: () => void): Acknowledger {
  return {
    acknowledge(crossing) {
      record.callerDescribed(crossing);
      record.settled(crossing);
      acknowledger.acknowledge(crossing);
      onChanged();
    },
  };
}

/** What `message` says its sender is, in the header of that name; cut to what a record keeps. */
export function agentOf(message: SipMessage, header: HeaderId): string {
  return recordText(message.value(header) ?? '', USER_AGENT_CHARACTERS_MAX);
}
