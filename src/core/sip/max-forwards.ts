// Max-Forwards, RFC 3261 20.22: how many hops a request may still take.

import { readDecimal } from './characters.ts';
import { Header } from './header-name.ts';
import type { SipMessage } from './message.ts';
import { MAX_FORWARDS_MAX } from './sip-limits.ts';

/** 8.1.1.6: of a request that begins with us, or came without. */
const HOPS = 70;

/** RFC 7332 4: what a request says that follows from `request`, so that a call sent round in a circle ends. */
export function hopsLeftAfter(request: SipMessage): number {
  const hops = maxForwardsOf(request);
  return hops < 0 ? HOPS : Math.max(0, hops - 1);
}

/** 0 to 255, a greater one read as 255; -1 when absent (RFC 2543 peers) and when it is no number (see checkRequest). */
export function maxForwardsOf(request: SipMessage): number {
  const value = request.value(Header.MaxForwards);
  if (value === undefined) return -1;
  const hops = readDecimal(value, 0, value.length, Number.MAX_SAFE_INTEGER);
  return Math.min(hops, MAX_FORWARDS_MAX);
}
