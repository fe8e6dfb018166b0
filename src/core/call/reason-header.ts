// The Reason header, RFC 3326: why a device ended or refused a call. Several values, on one line or many, each of its
// own protocol; a Q.850 cause says most to a carrier.

import { causeOfStatus } from '../base/causes.ts';
import { isWord, readDecimal, skipToken } from '../sip/characters.ts';
import { detach } from '../sip/detach.ts';
import { Header } from '../sip/header-name.ts';
import type { SipMessage } from '../sip/message.ts';
import { paramOf } from '../sip/parameter-reader.ts';
import { splitList } from '../sip/split-list.ts';

/** The greatest Q.850 cause, and the greatest SIP status. */
const Q850_MAX = 127;
const STATUS_MAX = 699;

/** All Reason values of `message` as one header value; '' when it has none. One with a NUL in it is left out. */
export function reasonHeaderOf(message: SipMessage): string {
  if (!message.has(Header.Reason)) return '';
  const values = message.values(Header.Reason).filter((value) => !value.includes('\0'));
  return detach(values.join(', '));
}

/** The Q.850 cause in a Reason header's value: one stated as such, else what a stated SIP status stands for, else 0. */
export function q850Of(reasonHeader: string): number {
  if (reasonHeader === '') return 0;
  const values: string[] = [];
  splitList(reasonHeader, values);
  return causeIn(values, 'q.850', Q850_MAX) || causeOfStatus(causeIn(values, 'sip', STATUS_MAX));
}

/** The cause of the first value of `protocol` (lower case) that states one; 0 when none does. */
function causeIn(values: readonly string[], protocol: string, max: number): number {
  for (const value of values) {
    const end = skipToken(value, 0, value.length);
    if (!isWord(value, 0, end, protocol)) continue;
    const text = paramOf(value.slice(end), 'cause') ?? '';
    const cause = readDecimal(text, 0, text.length, max);
    if (cause > 0) return cause;
  }
  return 0;
}

/** The Reason value of a Q.850 cause. */
export function reasonOf(q850: number): string {
  return `Q.850;cause=${q850}`;
}
