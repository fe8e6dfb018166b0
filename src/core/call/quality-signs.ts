// What calls tell of the quality of their gateways: how each ended, and how long the called party took to be alerted.

import type { FinishedCall } from '../admission/quality.ts';
import type { Cdr } from '../cdr/cdr.ts';
import type { Candidate } from '../routing/candidate.ts';
import type { MappingGateway } from '../routing/snapshot.ts';
import { type AttemptOutcome, isBusy } from './hunt.ts';
import type { RoutingView, Surroundings } from './ports.ts';

/** 21.6.2: the called party does not wish to take the call. */
const DECLINE = 603;

/** An attempt toward `candidate` is over, or its call. */
export function noteAttemptEnd(
  around: Surroundings,
  { snapshot, qualityWindow }: RoutingView,
  { gateway, prefix }: Pick<Candidate, 'gateway' | 'prefix'>,
  call: FinishedCall,
): void {
  const { slot, calculateRouteQuality } = gateway;
  if (!(calculateRouteQuality ?? snapshot.parameters.SS_GATEWAY_ASR_CALCULATE)) return;
  around.quality.finished(slot, prefix, call, qualityWindow, around.nowMs);
}

/** The called party behind `candidate` was alerted, or answered, `delayMs` after the INVITE. */
export function noteDelay(
  around: Surroundings,
  { snapshot, qualityWindow }: RoutingView,
  { gateway, prefix }: Candidate,
  delayMs: number,
): void {
  const { slot, calculateRouteQuality } = gateway;
  if (!(calculateRouteQuality ?? snapshot.parameters.SS_GATEWAY_ASR_CALCULATE)) return;
  around.quality.delayed(slot, prefix, delayMs, qualityWindow, around.nowMs);
}

/** A call of `gateway` is over. */
export function noteCallEnd(
  around: Surroundings,
  { snapshot, qualityWindow }: RoutingView,
  { slot }: MappingGateway,
  call: FinishedCall,
): void {
  if (!snapshot.parameters.SS_GATEWAY_ASR_CALCULATE) return;
  around.quality.finished(slot, null, call, qualityWindow, around.nowMs);
}

/** Whether an ended call had come as far as the called party, by any of its attempts. */
export function hasCallReached({ answeredAtWallMs, ringingAtWallMs, endReason, attempts }: Cdr): boolean {
  if (answeredAtWallMs !== null || ringingAtWallMs !== null) return true;
  return endReason === 'Busy' || attempts.at(-1)?.code === DECLINE;
}

/** Whether a failed attempt had come as far as the called party. */
export function hasReached(outcome: AttemptOutcome): boolean {
  return outcome.hadRinging || outcome.status === DECLINE || isBusy(outcome);
}
