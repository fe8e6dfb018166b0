// Session-Expires and Min-SE, RFC 4028 4 and 5: seconds, then parameters. What cannot be read counts as absent: the
// timer is an extra, and no call is refused over it.

import { readDecimal, SEMICOLON, skipBlanks, skipDigits } from './characters.ts';
import { Header } from './header-name.ts';
import type { SipMessage } from './message.ts';
import { paramOf } from './parameter-reader.ts';

/** A Session-Expires. */
export interface SessionExpires {
  readonly seconds: number;
  /** Who refreshes: the one that sent this request, or the one that answers it; null when left open. */
  readonly refresher: 'uac' | 'uas' | null;
}

/** The Session-Expires; null when there is none to read. */
export function sessionExpiresOf(message: SipMessage): SessionExpires | null {
  const value = message.value(Header.SessionExpires) ?? '';
  const seconds = secondsOf(value);
  return seconds < 0 ? null : { seconds, refresher: refresherOf(value) };
}

/** The seconds of Min-SE; 0 when there is none to read. */
export function minSeOf(message: SipMessage): number {
  return Math.max(0, secondsOf(message.value(Header.MinSe) ?? ''));
}

/** -1 when the value does not begin with a number that stands for itself. */
function secondsOf(value: string): number {
  const end = skipDigits(value, 0, value.length);
  const next = skipBlanks(value, end, value.length);
  if (next < value.length && value.charCodeAt(next) !== SEMICOLON) return -1;
  return readDecimal(value, 0, end, Number.MAX_SAFE_INTEGER);
}

function refresherOf(value: string): 'uac' | 'uas' | null {
  const semicolon = value.indexOf(';');
  const refresher = semicolon < 0 ? '' : (paramOf(value.slice(semicolon), 'refresher') ?? '').toLowerCase();
  return refresher === 'uac' || refresher === 'uas' ? refresher : null;
}
