// A call that was answered in an earlier life of the switch, made again from its checkpoint: both dialogs, their
// session timers, the talk limit, the record. Set-up and hunt are over; for the rest it is a call as any other.

import { CSEQ_RENEWAL } from '../base/limits.ts';
import { Dialog } from '../dialog/dialog.ts';
import { TRANSACTION_LIFE_MS } from '../timer/sip-timers.ts';
import { AnsweredAttempt } from './attempt.ts';
import { Call } from './call.ts';
import { LiveRecord } from './call-record.ts';
import type { CallCheckpoint, LegState } from './checkpoint.ts';
import { credentialsOf } from './credentials.ts';
import { DialogLeg, type LegOptions } from './dialog-leg.ts';
import { formerMappingGateway, formerRoutingGateway } from './former-gateway.ts';
import { LegSessionTimer } from './leg-session-timer.ts';
import { renumberBy } from './parties.ts';
import type { RoutingView, Surroundings } from './ports.ts';
import { ResumedAnswer } from './resumed-answer.ts';

/** What a leg gets from its surroundings rather than from its state. */
type LegPart = Omit<LegOptions, 'dialog' | 'resends'>;

/** Makes the call of `checkpoint` again. `shiftMs`: from the clock of its times to that of now. */
export function resumeCall(
  around: Surroundings,
  routing: RoutingView,
  checkpoint: CallCheckpoint,
  shiftMs: number,
): void {
  const { cdr, limit, answer, mappingSlot, routingSlot } = checkpoint;
  const mapping =
    routing.mappingByName.get(cdr.mappingGateway) ?? formerMappingGateway(cdr.mappingGateway, mappingSlot);
  const vendor = routing.routingByName.get(cdr.routingGateway) ?? formerRoutingGateway(cdr.routingGateway, routingSlot);
  const record = resumedRecord(around, checkpoint, shiftMs);
  const { source } = checkpoint.caller.dialog;
  const call = new Call(around, { record, routing, gateway: mapping, invite: null, source, sessionTimer: null });
  const resume = (state: LegState, part: LegPart): DialogLeg => resumeLeg(around, routing, state, part, shiftMs);
  const caller = resume(checkpoint.caller, { side: 'caller', user: call, rules: mapping, credentials: null });
  const credentials = credentialsOf(around, vendor);
  const callee = resume(checkpoint.callee, { side: 'callee', user: call, rules: vendor, credentials });
  caller.pair(callee);
  call.caller.leg = caller;
  around.callResumed(call);
  const renumber = renumberBy(vendor.numbers.identity, around.draw);
  call.resume(new AnsweredAttempt(vendor, checkpoint.prefix, callee, renumber), limit);
  // Later it is acknowledged, or was ended for want of it: the caller has had its 32 s, and as many of being down.
  const isYoung = around.nowMs - record.answeredAtMs < 2 * TRANSACTION_LIFE_MS;
  if (answer !== null && isYoung) new ResumedAnswer(around, answer, { record, caller, callee });
}

/** The record of the call of `checkpoint`, with all places that it holds. */
export function resumedRecord(
  { admission, nowMs }: Surroundings,
  checkpoint: CallCheckpoint,
  shiftMs: number,
): LiveRecord {
  const record = LiveRecord.resumed(checkpoint, Math.min(checkpoint.answeredAtMs + shiftMs, nowMs));
  const places = checkpoint.numbers.map((key) => admission.placeOfNumber(key));
  record.slots.push(...places.filter((place) => place >= 0));
  return record;
}

function resumeLeg(
  around: Surroundings,
  routing: RoutingView,
  { dialog: state, timer }: LegState,
  part: LegPart,
  shiftMs: number,
): DialogLeg {
  const dialog = Dialog.restored(state, around.localEnd(state.source.listener));
  dialog.localCseq = cseqAfter(dialog.localCseq);
  const leg = new DialogLeg(around, { ...part, dialog, resends: routing.resends });
  // Of a caller it runs from the answer on, or never; once it runs, the peer counts on it whatever the rules say now.
  if (timer === null && (part.side === 'caller' || !part.rules.sipTimer)) return leg;
  leg.sessionTimer = new LegSessionTimer(around, routing.sessionTimers);
  leg.sessionTimer.resume(leg, timer, shiftMs);
  return leg;
}

/**
 * The sequence number to go on from: beyond whatever was sent after the checkpoint. The next one renews it, so that a
 * life in which nothing is sent has nothing to write.
 */
function cseqAfter(cseq: number): number {
  return Math.ceil((cseq + 2 * CSEQ_RENEWAL) / CSEQ_RENEWAL) * CSEQ_RENEWAL - 1;
}
