// A shard: the switch as a value. Given a datagram, a moment in time or a command it changes its tables and fills
// its outbox, and does nothing else. These are the only ways in; each runs to its end, then the host drains.
//
//   datagram --parse--> response --> client transaction --> leg --> call
//                   \-> request  --> server transaction (absorbed)
//                               \--> reception: dialog's leg | CANCEL's INVITE | new call | refusal

import type { EndReason } from '../base/end-reason.ts';
import { CALL_ID_CHARACTERS_MAX } from '../base/limits.ts';
import type { Call } from '../call/call.ts';
import { type CallCheckpoint, shiftOf } from '../call/checkpoint.ts';
import type { Source } from '../call/incoming-request.ts';
import type { LrnAnswer } from '../call/lrn-dips.ts';
import { resumeCall, resumedRecord } from '../call/resume-call.ts';
import { acknowledgeStray } from '../call/stray-answer.ts';
import { settleBill } from '../call/talk-reserve.ts';
import type { Snapshot } from '../routing/snapshot.ts';
import { SipMessage } from '../sip/message.ts';
import { parseMessage } from '../sip/parse-message.ts';
import { ShardNumber } from './counters.ts';
import type { FormerCall } from './former-calls.ts';
import type { Outbox } from './outbox.ts';
import { Reception, type ReceptionBounds } from './reception.ts';
import { routingViewOf } from './routing-view.ts';
import { type ShardBirth, ShardSurroundings } from './surroundings.ts';

/** The moment of an input: monotonic and wall clock, ms. */
export interface Moment {
  readonly nowMs: number;
  readonly wallMs: number;
}

/** A shard at rest holds nothing: all numbers are 0. */
export interface ShardView {
  readonly calls: number;
  readonly dialogs: number;
  readonly transactions: number;
  readonly timers: number;
}

/** What a media host tells. */
export type MediaEvent = 'started' | 'silent';

/** The Call-ID of a datagram, for which no parser is needed that may be what has failed. */
const CALL_ID = /^(?:call-id|i)[ \t]*:\s*(\S+)/im;

/** Longest that a gateway is taken to ring on after a restart, ms. */
const EARLIER_INVITES_MS = 300_000;

/** One shard. */
export class Shard {
  readonly #around: ShardSurroundings;
  readonly #reception: Reception;
  readonly #outbox: Outbox;
  /** Until then an answer may come to an INVITE that an earlier life has sent. */
  #earlierUntilMs = 0;

  /** `bounds`: lower in tests. */
  constructor(birth: ShardBirth, bounds?: ReceptionBounds) {
    this.#outbox = birth.outbox;
    this.#around = new ShardSurroundings(birth);
    this.#reception = new Reception(this.#around, bounds);
  }

  /** A datagram arrived. `text`: its bytes as latin1. */
  receive(text: string, source: Source, nowMs: number, wallMs: number): void {
    this.#around.counters.add(ShardNumber.datagramsReceived);
    this.advance(nowMs, wallMs); // What was due before this datagram happens before it; and delays count from now.
    try {
      this.#receive(text, source);
    } catch (error) {
      this.#failed(error, text);
    }
  }

  /** Time has passed: everything due until `nowMs` happens. */
  advance(nowMs: number, wallMs: number): void {
    this.#around.nowMs = nowMs;
    this.#around.wallMs = wallMs;
    try {
      this.#around.wheel.advance(nowMs);
      this.#around.lingering.advance(nowMs);
    } catch (error) {
      this.#failed(error, '');
    }
  }

  /**
   * Takes up calls of an earlier life: after `publish`, before any datagram. `isSameClock`: whether their times are of
   * the clock that still runs. They are made again by `resumeSome`, or when a message in one of their dialogs comes; at
   * once where a 200 is to be said again.
   */
  resume(checkpoints: readonly CallCheckpoint[], isSameClock: boolean, nowMs: number, wallMs: number): void {
    this.#around.nowMs = nowMs;
    this.#around.wallMs = wallMs;
    this.#earlierUntilMs = nowMs + EARLIER_INVITES_MS;
    for (const checkpoint of checkpoints) {
      if (checkpoint.answer === null) this.#around.former.add({ checkpoint, isSameClock });
      else this.#resume({ checkpoint, isSameClock });
    }
  }

  /** Makes `count` of them again, in their turn; answers how many still wait. */
  resumeSome(count: number, nowMs: number, wallMs: number): number {
    const { former } = this.#around;
    this.#around.nowMs = nowMs;
    this.#around.wallMs = wallMs;
    for (let done = 0; done < count && former.size > 0; done++) this.#resume(former.takeNext());
    return former.size;
  }

  /** New routing tables, for calls from now on. */
  publish(snapshot: Snapshot): void {
    const before = this.#around.routing.snapshot;
    this.#around.routing = routingViewOf(snapshot);
    this.#around.registration.publish(before);
    this.#around.prober.publish(before);
    this.#around.counters.set(ShardNumber.snapshotVersion, snapshot.version);
  }

  /** Datagrams to this address could not be sent. */
  unreachable(address: string, port: number, nowMs: number, wallMs: number): void {
    this.advance(nowMs, wallMs);
    this.#around.counters.add(ShardNumber.sendErrors);
    try {
      this.#around.transactions.transportError(address, port);
    } catch (error) {
      this.#failed(error, '');
    }
  }

  /** What a media host has to say about the call with that CDR: its callee was heard, or a side no longer is. */
  media(event: MediaEvent, cdrId: string, nowMs: number, wallMs: number): void {
    this.advance(nowMs, wallMs);
    const call = this.#around.calls.get(cdrId);
    if (call === undefined) return;
    if (event === 'started') call.mediaStarted();
    else this.#release(call, 'MediaTimeout');
  }

  /** What the LRN source says to question `id`; null: nothing. */
  lrnAnswered(id: number, answer: LrnAnswer | null, nowMs: number, wallMs: number): void {
    this.advance(nowMs, wallMs);
    try {
      this.#around.lrn.answered(id, answer);
    } catch (error) {
      this.#failed(error, '');
    }
  }

  /** Ends every call; or, with `keepsAnswered`, those alone that no checkpoint brings to another life. */
  releaseAll(reason: EndReason, nowMs: number, wallMs: number, keepsAnswered = false): void {
    this.advance(nowMs, wallMs);
    if (!keepsAnswered) this.resumeSome(this.#around.former.size, nowMs, wallMs);
    for (const call of this.#around.calls.values()) {
      if (!keepsAnswered || call.state === null) this.#release(call, reason);
      else for (const leg of [call.caller.leg, call.caller.leg?.twin]) leg?.postpone();
    }
  }

  /** No call begins any more: the switch is about to stop. */
  set isDraining(isDraining: boolean) {
    this.#reception.isDraining = isDraining;
  }

  /** While true new calls get 503: finished CDRs have nowhere to go. */
  set isClosed(isClosed: boolean) {
    this.#reception.isClosed = isClosed;
  }

  /** When something is next due; Infinity when nothing waits. */
  nextDueMs(): number {
    return Math.min(this.promptDueMs(), this.lingeringDueMs());
  }

  /** When `advance` is next needed on time. */
  promptDueMs(): number {
    return this.#around.wheel.nextDueMs();
  }

  /** When something is next due that may as well be late: a transaction to be forgotten. */
  lingeringDueMs(): number {
    return this.#around.lingering.nextDueMs();
  }

  /** Sizes of all tables; also the gauges. */
  inspect(): ShardView {
    const { calls, former, dialogs, transactions, wheel, lingering } = this.#around;
    return {
      calls: calls.size + former.size,
      dialogs: dialogs.size + 2 * former.size,
      transactions: transactions.size,
      timers: wheel.size + lingering.size,
    };
  }

  #receive(text: string, source: Source): void {
    const message = parseMessage(text);
    if (!(message instanceof SipMessage)) {
      this.#around.counters.addParseFailure(message.why);
      if (message.status !== 0 && message.request !== null) {
        this.#reception.refuseUnparsed(message.request, source, message.status, message.sentence);
      }
      return;
    }
    // Of a response our tag is in From, of a request in To.
    if (this.#around.former.size > 0) {
      this.#resume(this.#around.former.takeOf(message.kind === 'response' ? message.fromTag : message.toTag));
    }
    if (message.kind === 'response') {
      const isMatched = this.#around.transactions.receiveResponse(message);
      const isEarlierOne = this.#around.nowMs < this.#earlierUntilMs;
      if (!isMatched && isEarlierOne) acknowledgeStray(this.#around, message, source);
      this.#around.counters.add(isMatched ? ShardNumber.responsesMatched : ShardNumber.responsesStray);
      return;
    }
    const isAbsorbed = this.#around.transactions.receiveRequest(message) !== null;
    this.#around.counters.add(isAbsorbed ? ShardNumber.requestsAbsorbed : ShardNumber.requestsPassedUp);
    if (!isAbsorbed) this.#reception.receive(message, source);
  }

  /** Makes one again. One that cannot be ends there and then, with its record. */
  #resume(former: FormerCall | null): void {
    if (former === null) return;
    const { checkpoint, isSameClock } = former;
    const { nowMs, wallMs, routing } = this.#around;
    const shiftMs = shiftOf(checkpoint, isSameClock, nowMs, wallMs);
    try {
      resumeCall(this.#around, routing, checkpoint, shiftMs);
    } catch (error) {
      this.#failed(error, checkpoint.cdr.callerCallId);
      if (!this.#around.calls.has(checkpoint.cdr.id)) this.#settle(checkpoint, shiftMs);
    }
  }

  #settle(checkpoint: CallCheckpoint, shiftMs: number): void {
    const { nowMs, wallMs, admission, balances } = this.#around;
    const record = resumedRecord(this.#around, checkpoint, shiftMs);
    const end = { reason: 'SwitchRestart', endedBy: 'server', status: 200, reasonHeader: '', q850: 0 } as const;
    record.ended(nowMs, wallMs, end);
    settleBill(record, balances);
    for (const slot of record.slots.splice(0)) admission.giveCall(slot);
    this.#outbox.recordEnded(record);
  }

  /**
   * One guard around one input: a defect costs the call it happened in, never the shard. That call is the datagram's; a
   * timer names none, but the call it was for may be left with nothing to end it.
   */
  #failed(error: unknown, input: string): void {
    this.#tellDefect(error, input);
    const culprit = input === '' ? null : this.#callOf(input);
    for (const call of this.#around.calls.values()) {
      if (call === culprit || call.isStranded) this.#release(call, 'Defect');
    }
  }

  /** Ends a call, in whatever state a defect has left it. */
  #release(call: Call, reason: EndReason): void {
    try {
      call.release(reason);
    } catch (error) {
      this.#tellDefect(error, '');
    }
  }

  #tellDefect(error: unknown, input: string): void {
    this.#around.counters.add(ShardNumber.defects);
    this.#outbox.defect(error instanceof Error ? (error.stack ?? error.message) : String(error), input);
  }

  #callOf(input: string): Call | null {
    const [, named = ''] = CALL_ID.exec(input) ?? [];
    const callerCallId = named.slice(0, CALL_ID_CHARACTERS_MAX);
    const isNamed = ({ record: { cdr } }: Call): boolean =>
      cdr.callerCallId === callerCallId || cdr.attempts.some(({ callId }) => callId === named);
    return this.#around.calls.values().find(isNamed) ?? null;
  }
}
