// The numbers of an INVITE, from the headers that the mapping gateway wants them taken from. Where such a header is
// missing, or names no number, it is From and the request line after all.

import type { CalleeSource, CallerSource } from '../routing/gateway-numbers.ts';
import type { MappingGateway } from '../routing/snapshot.ts';
import { detach } from '../sip/detach.ts';
import { Header, type HeaderId } from '../sip/header-name.ts';
import type { SipMessage } from '../sip/message.ts';
import { parseNameAddr } from '../sip/name-addr.ts';
import { splitList } from '../sip/split-list.ts';
import { numberOf } from './numbers.ts';

/** The numbers of an INVITE. */
export interface Dialled {
  readonly caller: string;
  /** The caller keeps its number private, and it was found in another header than From, which all are shown. */
  readonly isWithheld: boolean;
  /** As it was dialled, and without the tech prefix of the gateway. */
  readonly dialled: string;
  readonly callee: string;
  /** Who sent the call on; '' for a call that nobody did. */
  readonly forwarder: string;
}

/** The numbers of `invite`, which comes from `gateway`. */
export function dialledIn(invite: SipMessage, { numbers, calleePrefix }: MappingGateway): Dialled {
  const dialled = detach(calleeIn(invite, numbers.calleeSource));
  return {
    caller: detach(callerIn(invite, numbers.callerSource)),
    isWithheld: numbers.callerSource !== 'from' && wantsPrivacy(invite),
    dialled,
    callee: withoutPrefix(dialled, calleePrefix),
    forwarder: detach(firstNumber(invite, Header.Diversion)),
  };
}

/** `dialled` without the tech prefix of its gateway. */
export function withoutPrefix(dialled: string, calleePrefix: string): string {
  return dialled.startsWith(calleePrefix) ? dialled.slice(calleePrefix.length) : dialled;
}

/** The called number of `invite`. */
function calleeIn(invite: SipMessage, source: CalleeSource): string {
  switch (source) {
    case 'requestLine':
      return numberOf(invite.uri);
    case 'to':
      return numberOf(invite.to.uri) || numberOf(invite.uri);
    case 'diversion':
      return firstNumber(invite, Header.Diversion) || numberOf(invite.uri);
  }
}

function callerIn(invite: SipMessage, source: CallerSource): string {
  switch (source) {
    case 'from':
      return numberOf(invite.from.uri);
    case 'remotePartyId':
      return firstNumber(invite, Header.RemotePartyId) || numberOf(invite.from.uri);
    case 'display':
      return numberInDisplay(invite.from.display) || numberOf(invite.from.uri);
    case 'pAssertedIdentity':
      return firstNumber(invite, Header.PAssertedIdentity) || numberOf(invite.from.uri);
    case 'pPreferredIdentity':
      return firstNumber(invite, Header.PPreferredIdentity) || numberOf(invite.from.uri);
  }
}

/** RFC 3323 4.1.1.3 and 4.2, RFC 3325 9.3. */
function wantsPrivacy(invite: SipMessage): boolean {
  if (/^sips?:(?:anonymous@|[^@]*@anonymous\.invalid\b)/i.test(invite.from.uri)) return true;
  for (let line = invite.find(Header.Privacy, 0); line >= 0; line = invite.find(Header.Privacy, line + 1)) {
    if (/\b(?:id|user|header)\b/i.test(invite.lineValue(line))) return true;
  }
  return false;
}

/** The first number that the addresses of a header name; '' for none. */
function firstNumber(invite: SipMessage, id: HeaderId): string {
  for (let line = invite.find(id, 0); line >= 0; line = invite.find(id, line + 1)) {
    const elements: string[] = [];
    splitList(invite.lineValue(line), elements);
    for (const element of elements) {
      const number = numberOf(parseNameAddr(element)?.uri ?? '');
      if (number !== '') return number;
    }
  }
  return '';
}

/** A display name that is a number: digits, and what people write between them. */
function numberInDisplay(display: string): string {
  const text = display.replace(/["\s()./-]/g, '');
  return /^[+*#]?\d[\d*#]*$/.test(text) ? text : '';
}
