// What an attempt tells of the health of its gateway: that it lives, that it is silent, that it wants no calls for a
// while (Retry-After), that it has too many (503).

import type { RoutingGateway } from '../routing/snapshot.ts';
import { Header } from '../sip/header-name.ts';
import type { SipMessage } from '../sip/message.ts';
import { retryAfterSeconds } from '../sip/retry-after.ts';
import type { AttemptFailure } from './hunt.ts';
import type { Surroundings } from './ports.ts';

/** 20.33: with these Retry-After is about the service; with 404, 480, 486, 600, 603 about the called party (0011). */
const SERVICE_STATUSES: readonly number[] = [500, 503];

const SERVICE_UNAVAILABLE = 503;

/** A gateway refused a call with `response`. `isHonored`: whether a Retry-After in it is. */
export function noteRefusal(around: Surroundings, slot: number, response: SipMessage, isHonored: boolean): void {
  const { health, nowMs } = around;
  const { status } = response;
  const banMs = isHonored ? retryAfterSeconds(response.value(Header.RetryAfter) ?? '') * 1000 : 0;
  if (banMs > 0 && SERVICE_STATUSES.includes(status)) health.ban(slot, banMs, nowMs);
  else if (status === SERVICE_UNAVAILABLE) health.throttle.refused(slot, nowMs);
}

/** An attempt at `gateway` failed without a final response. */
export function noteSilence(around: Surroundings, gateway: RoutingGateway, how: AttemptFailure): void {
  if (how === 'inviteTimeout' || how === 'unreachable') around.gatewayTimedOut(gateway.slot);
}
