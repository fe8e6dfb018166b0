// What the end of a call leaves in the counters: of the switch, of both gateways and what they share, and in the
// quality of its route.

import type { EndReason } from '../base/end-reason.ts';
import type { MappingGateway } from '../routing/snapshot.ts';
import type { Attempt } from './attempt.ts';
import { countGateway } from './attempt-counters.ts';
import { noteCalled } from './black-list-watch.ts';
import type { LiveRecord } from './call-record.ts';
import { withoutPrefix } from './dialled.ts';
import type { RoutingView, Surroundings } from './ports.ts';
import { hasCallReached, noteAttemptEnd, noteCallEnd } from './quality-signs.ts';

/** A call that has ended; `attempt`: its last one, null when that had failed before and is counted. */
export interface EndedCall {
  readonly record: LiveRecord;
  readonly attempt: Attempt | null;
  readonly routing: RoutingView;
  readonly gateway: MappingGateway;
}

export function countEnd(around: Surroundings, ended: EndedCall, reason: EndReason): void {
  const { record, attempt, routing, gateway } = ended;
  const { isAnswered, cdr } = record;
  around.countEnd(reason);
  countGateway(around, gateway, isAnswered, cdr.holdMs);
  const isRinging = attempt?.isRinging === true;
  const isUnanswered = reason === 'NoAnswer' || (reason === 'CallerCancelled' && isRinging);
  const callee = withoutPrefix(record.dialled, gateway.calleePrefix);
  noteCalled(around, gateway, routing.entry, { callee, isAnswered, isUnanswered });
  const talkMs = cdr.holdMs;
  noteCallEnd(around, routing, gateway, { isAnswered, isReached: hasCallReached(cdr), talkMs });
  if (attempt === null) return;
  countGateway(around, attempt.gateway, isAnswered, cdr.holdMs);
  noteAttemptEnd(around, routing, attempt.candidate, { isAnswered, isReached: isAnswered || isRinging, talkMs });
}
