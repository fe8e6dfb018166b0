// The contacts of a 3xx, as further places to try: RFC 3261 8.1.3.4. Followed only where the operator allows the
// gateway to send calls elsewhere. Departs from 8.1.3.4: a host name is not resolved, such a contact is passed over.

import { parseIp } from '../base/ip-address.ts';
import { REDIRECTS_MAX } from '../base/limits.ts';
import { detach } from '../sip/detach.ts';
import { Header } from '../sip/header-name.ts';
import type { SipMessage } from '../sip/message.ts';
import { parseNameAddr } from '../sip/name-addr.ts';
import { paramOf } from '../sip/parameter-reader.ts';
import { parseUri, uriParam } from '../sip/uri.ts';

/** One place that a gateway has named. */
export interface Redirect {
  /** What the request line names. */
  readonly uri: string;
  readonly address: string;
  readonly port: number;
}

const SIP_PORT = 5060;

/** The places that `response` names and a datagram can reach, the most wanted (q) first. */
export function redirectsOf(response: SipMessage): Redirect[] {
  const found: { readonly redirect: Redirect; readonly q: number }[] = [];
  for (const value of response.values(Header.Contact)) {
    const contact = parseNameAddr(value);
    const redirect = contact === null ? null : redirectOf(contact.uri);
    if (contact === null || redirect === null) continue;
    if (found.some((other) => other.redirect.uri === redirect.uri)) continue;
    found.push({ redirect, q: weightOf(contact.params) });
  }
  found.sort((one, other) => other.q - one.q);
  return found.slice(0, REDIRECTS_MAX).map(({ redirect }) => redirect);
}

function redirectOf(text: string): Redirect | null {
  const uri = parseUri(text);
  if (uri === null || uri.scheme !== 'sip' || text.includes('?')) return null;
  const transport = uriParam(uri, 'transport');
  if (transport !== undefined && transport.toLowerCase() !== 'udp') return null;
  const host = uri.host.startsWith('[') ? uri.host.slice(1, -1) : uri.host;
  if (parseIp(host) === null) return null;
  return { uri: detach(text), address: detach(host), port: uri.port === 0 ? SIP_PORT : uri.port };
}

/** 20.10: q from 0 to 1, 1 where there is none. */
function weightOf(params: string): number {
  const q = Number(paramOf(params, 'q') ?? '1');
  return q >= 0 && q <= 1 ? q : 0;
}
