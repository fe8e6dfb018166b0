// Which headers cross from one side of a call to the other. One table: `passes` crosses untouched, byte for byte;
// `ours` is written anew on the other side from what that dialog says; `hidden` never crosses, because it tells one
// side about the other's network or makes sense on one hop only; `ruled` crosses as the rules of both gateways say,
// which identity.ts applies. Headers not in the table, unknown ones included, pass.

import { Header, type HeaderId } from '../sip/header-name.ts';
import type { SipMessage } from '../sip/message.ts';
import { type Crossing, EMPTY_CROSSING } from './leg-events.ts';

type Treatment = 'passes' | 'ours' | 'hidden' | 'ruled';

const POLICY: ReadonlyMap<HeaderId, Treatment> = new Map<HeaderId, Treatment>([
  [Header.Via, 'ours'],
  [Header.From, 'ours'],
  [Header.To, 'ours'],
  [Header.CallId, 'ours'],
  [Header.CSeq, 'ours'],
  [Header.MaxForwards, 'ours'],
  [Header.Contact, 'ours'],
  [Header.ContentLength, 'ours'],
  [Header.Allow, 'ours'],
  [Header.Supported, 'ours'],
  [Header.UserAgent, 'ours'],
  [Header.Server, 'ours'],
  [Header.Route, 'hidden'],
  [Header.RecordRoute, 'hidden'],
  [Header.Path, 'hidden'],
  [Header.ServiceRoute, 'hidden'],
  [Header.Require, 'hidden'],
  [Header.ProxyRequire, 'hidden'],
  [Header.Unsupported, 'hidden'],
  [Header.RSeq, 'hidden'],
  [Header.RAck, 'hidden'],
  [Header.SessionExpires, 'hidden'],
  [Header.MinSe, 'hidden'],
  [Header.Expires, 'hidden'],
  [Header.Timestamp, 'hidden'],
  [Header.RetryAfter, 'hidden'],
  [Header.Warning, 'hidden'],
  [Header.WwwAuthenticate, 'hidden'],
  [Header.ProxyAuthenticate, 'hidden'],
  [Header.Authorization, 'hidden'],
  [Header.ProxyAuthorization, 'hidden'],
  [Header.AuthenticationInfo, 'hidden'],
  [Header.InReplyTo, 'hidden'],
  [Header.Replaces, 'hidden'],
  [Header.Join, 'hidden'],
  [Header.TargetDialog, 'hidden'],
  [Header.ProxyAuthenticationInfo, 'hidden'],
  [Header.SecurityClient, 'hidden'],
  [Header.SecurityServer, 'hidden'],
  [Header.SecurityVerify, 'hidden'],
  [Header.PCalledPartyId, 'hidden'],
  [Header.PChargingFunctionAddresses, 'hidden'],
  [Header.PVisitedNetworkId, 'hidden'],
  [Header.PChargingVector, 'hidden'],
  [Header.PAccessNetworkInfo, 'hidden'],
  [Header.ReplyTo, 'hidden'],
  [Header.ReferredBy, 'hidden'],
  [Header.Organization, 'hidden'],
  [Header.CallInfo, 'hidden'],
  [Header.AlertInfo, 'hidden'],
  [Header.ErrorInfo, 'hidden'],
  [Header.PAssertedIdentity, 'ruled'],
  [Header.PPreferredIdentity, 'ruled'],
  [Header.RemotePartyId, 'ruled'],
  [Header.Privacy, 'ruled'],
  [Header.Diversion, 'ruled'],
  [Header.HistoryInfo, 'ruled'],
  [Header.Identity, 'ruled'],
  [Header.IdentityInfo, 'ruled'],
  [Header.Reason, 'ruled'],
]);

/** By header id. */
const TREATMENTS: readonly Treatment[] = treatments();

/** What of `message` may cross. A line with a NUL in it never does. */
export function crossingOf(message: SipMessage): Crossing {
  let headers = '';
  let ruled = '';
  for (let line = 0; line < message.lineCount; line++) {
    const treatment = TREATMENTS[message.lineId(line)];
    if (treatment !== 'passes' && treatment !== 'ruled') continue;
    const text = message.lineText(line);
    if (treatment === 'ruled') ruled += `${text}\r\n`;
    else if (!text.includes('\0')) headers += `${text}\r\n`;
  }
  const { body } = message;
  if (headers === '' && ruled === '' && body === '') return EMPTY_CROSSING;
  return { headers, ruled, body, hasSdp: body !== '' && isSdp(message) };
}

function isSdp(message: SipMessage): boolean {
  const type = (message.value(Header.ContentType) ?? '').toLowerCase();
  return type.startsWith('application/sdp') || type.startsWith('multipart/');
}

function treatments(): Treatment[] {
  const byId: Treatment[] = [];
  for (const id of Object.values(Header)) byId[id] = POLICY.get(id) ?? 'passes';
  return byId;
}
