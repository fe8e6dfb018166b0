// The checkpoint of an answered call: all that a later life of the switch needs to go on with it. The host keeps it
// from before the caller's 200 leaves until the CDR is kept; resume-call.ts makes the call again.
//
// Times are of the monotonic clock of the life that wrote them, which goes on while the machine runs; `taken...` ties
// both clocks together for the case that it did not (shiftOf).

import type { NumberKey } from '../admission/number-counters.ts';
import type { Target } from '../base/target.ts';
import type { Cdr } from '../cdr/cdr.ts';
import type { DialogState } from '../dialog/dialog.ts';
import { type BillWords, billWordsOf } from '../rating/bill.ts';
import type { LiveRecord } from './call-record.ts';
import type { CallerLeg } from './caller-leg.ts';
import type { DialogLeg } from './dialog-leg.ts';
import type { SessionTimerState } from './leg-session-timer.ts';
import type { TalkLimit } from './talk-limit.ts';

/** An answered call, written down. */
export interface CallCheckpoint extends CallState {
  readonly cdr: Cdr;
}

/** The state of an answered call, beside what its CDR says. */
export interface CallState {
  /** Counters it holds one concurrent call of; one held twice stands twice. */
  readonly slots: readonly number[];
  /** Keys of numbers that it is counted under, once for each time. */
  readonly numbers: readonly NumberKey[];
  /** Who pays by which rates; null when nobody does. */
  readonly bill: BillWords | null;
  /** Those of its gateways, which its figures go to. */
  readonly mappingSlot: number;
  readonly routingSlot: number;
  /** By which the routing gateway was found. */
  readonly prefix: string;
  readonly takenAtMs: number;
  readonly takenAtWallMs: number;
  readonly answeredAtMs: number;
  readonly limit: TalkLimit | null;
  readonly caller: LegState;
  readonly callee: LegState;
  /** The caller's 200 while its ACK is outstanding. */
  readonly answer: AnswerState | null;
}

/** One leg: its dialog and, where it runs, its session timer. */
export interface LegState {
  readonly dialog: DialogState;
  readonly timer: SessionTimerState | null;
}

/** A 200 to the first INVITE that may not have arrived. */
export interface AnswerState {
  readonly text: string;
  readonly target: Target;
  readonly cseq: number;
  /** Sequence number of the callee's INVITE if its ACK waits for the caller's; 0 when it has been sent. */
  readonly owedCseq: number;
}

/** What a checkpoint is made of. */
export interface Checkpointed {
  readonly record: LiveRecord;
  readonly slots: readonly number[];
  readonly numbers: readonly NumberKey[];
  readonly mappingSlot: number;
  readonly routingSlot: number;
  readonly prefix: string;
  readonly limit: TalkLimit | null;
  readonly caller: CallerLeg;
  readonly callee: DialogLeg | null;
}

/** The state of a call at this moment; null as long as its caller has no answer. */
export function callStateOf(call: Checkpointed, nowMs: number, wallMs: number): CallState | null {
  const { caller, callee } = call;
  if (!caller.isFinal || caller.leg === null || callee === null) return null;
  return {
    slots: call.slots,
    numbers: call.numbers,
    bill: call.record.bill && billWordsOf(call.record.bill),
    mappingSlot: call.mappingSlot,
    routingSlot: call.routingSlot,
    prefix: call.prefix,
    takenAtMs: nowMs,
    takenAtWallMs: wallMs,
    answeredAtMs: call.record.answeredAtMs,
    limit: call.limit,
    caller: legStateOf(caller.leg),
    callee: legStateOf(callee),
    answer: answerStateOf(caller, callee),
  };
}

/**
 * What to add to the times of `checkpoint` to have them in the clock of now. `isSameClock`: the machine has not been
 * started again since. If it has, the wall clock says how long ago the checkpoint was taken; one that was set back says
 * that no time has passed.
 */
export function shiftOf(checkpoint: CallCheckpoint, isSameClock: boolean, nowMs: number, wallMs: number): number {
  if (isSameClock) return 0;
  return nowMs - (checkpoint.takenAtMs + Math.max(0, wallMs - checkpoint.takenAtWallMs));
}

function legStateOf({ dialog, sessionTimer }: DialogLeg): LegState {
  return { dialog: dialog.state, timer: sessionTimer?.state ?? null };
}

function answerStateOf({ unacknowledged, leg }: CallerLeg, { owedAck }: DialogLeg): AnswerState | null {
  if (unacknowledged === null) return leg?.resumedAnswer?.state ?? null;
  const { text, target, cseq } = unacknowledged;
  return { text, target, cseq, owedCseq: owedAck === null || owedAck.isSent ? 0 : owedAck.cseq };
}
