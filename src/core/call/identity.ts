// What one side of a call is told of who is behind the other: RFC 3323 and 3325 (Privacy, P-Asserted-Identity,
// P-Preferred-Identity), Remote-Party-ID, RFC 5806 (Diversion), RFC 7044 (History-Info), RFC 8224 (Identity), RFC 3326
// (Reason). A header crosses when the gateways of both sides let it, and what names a host is written anew with ours:
// of an address the display name, the number and the parameters listed here are left. What cannot be read stays behind.

import { REWRITTEN_VALUES_MAX } from '../base/limits.ts';
import { withoutSeparators } from '../base/telephone-number.ts';
import type { ParameterValues } from '../parameters/registry.ts';
import type { PeerRules, RoutingGateway } from '../routing/snapshot.ts';
import { isControl, skipToken } from '../sip/characters.ts';
import { detach } from '../sip/detach.ts';
import { type HeaderBlock, readHeaderBlock } from '../sip/header-block.ts';
import { Header, type HeaderId, headerName } from '../sip/header-name.ts';
import { parseNameAddr } from '../sip/name-addr.ts';
import { ParameterReader } from '../sip/parameter-reader.ts';
import { splitList } from '../sip/split-list.ts';
import { escapeUser, parseUri, type SipUri, uriParam } from '../sip/uri.ts';
import type { Crossing } from './leg-events.ts';
import { numberOf, uriOf } from './numbers.ts';
import { type Renumber, SAME_NUMBER } from './parties.ts';

/** Privacy toward a peer: no header, the sender's own, `id`, or `none`. */
export type PrivacyRule = NonNullable<RoutingGateway['sipPrivacy']>;

/** One way across a call. */
export interface Way {
  readonly from: PeerRules;
  readonly to: PeerRules;
  readonly privacy: PrivacyRule;
  /** Our own end as `to` knows it: it takes the place of every host. */
  readonly hostPort: string;
  readonly renumber: Renumber;
}

/** The INVITE toward a routing gateway: who calls, and which way. */
export interface InviteFacts {
  readonly from: PeerRules;
  readonly to: RoutingGateway;
  readonly parameters: ParameterValues;
  readonly hostPort: string;
  /** The number as sent; '' for none. */
  readonly caller: string;
  /** As displayName answers it. */
  readonly display: string;
  readonly renumber: Renumber;
}

/** How the caller is named in that INVITE. */
export interface InviteIdentity {
  /** Display name in From, quotes included; '' for none. */
  readonly display: string;
  /** What the gateway may be sent of the caller's INVITE, identities included. */
  readonly crossing: Crossing;
}

/** A header of addresses that crosses with our host. */
interface AddressHeader {
  readonly id: HeaderId;
  /** Header parameters that cross; none of them names a host. */
  readonly params: readonly string[];
}

/** An identity, and the rule that it follows. */
interface IdentityHeader extends AddressHeader {
  readonly rule: 'sipPAssertedIdentity' | 'sipPPreferredIdentity' | 'sipRemotePartyId';
}

const IDENTITIES: readonly IdentityHeader[] = [
  { id: Header.PAssertedIdentity, rule: 'sipPAssertedIdentity', params: [] },
  { id: Header.PPreferredIdentity, rule: 'sipPPreferredIdentity', params: [] },
  { id: Header.RemotePartyId, rule: 'sipRemotePartyId', params: ['party', 'id-type', 'privacy', 'screen', 'np'] },
];
const DIVERSION = { id: Header.Diversion, params: ['reason', 'counter', 'limit', 'privacy', 'screen'] };
const HISTORY_INFO = { id: Header.HistoryInfo, params: ['index', 'rc', 'mp', 'np'] };

const NO_LINES = readHeaderBlock('\r\n', 0);
const ADDRESS = /@|sips?:|\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3}/i;

// RFC 3323 4.2: priv-values; RFC 3325 9.3 makes identities private by `id`, RFC 7044 10.1 the history by the other two.
const PRIVACY = /^[\w.!%*+`'~-]+(?:\s*;\s*[\w.!%*+`'~-]+)*$/;
const IDENTITY_WISH = /\bid\b/i;
const HISTORY_WISH = /\b(?:history|header)\b/i;

// RFC 8224 4: a signature (quoted in RFC 4474) and its parameters; Identity-Info held one of them by itself.
const IDENTITY = /^("?)[\w+/=.-]+\1\s*(?:;\s*[\w-]+\s*=\s*(?:<[^<>"\s]+>|"[^"\\]*"|[\w.+-]+)\s*)*$/;
const IDENTITY_INFO = /^<[^<>"\s]+>\s*(?:;\s*[\w-]+\s*=\s*[\w.+-]+\s*)*$/;

/** The INVITE's display name and headers; `crossing` is what the caller's INVITE left to judge. */
export function inviteIdentity(crossing: Crossing, facts: InviteFacts): InviteIdentity {
  const { from, to, parameters, hostPort, caller, renumber } = facts;
  const way = { from, to, privacy: privacyRuleOf(to, parameters), hostPort, renumber };
  const lines = linesOf(crossing.ruled, way, renumber(caller));
  return { display: displayOf(facts), crossing: judged(crossing, lines) };
}

/** What of `crossing`, of any message but that INVITE, may be sent to the other side. */
export function across(crossing: Crossing, way: Way): Crossing {
  return crossing.ruled === '' ? crossing : judged(crossing, linesOf(crossing.ruled, way, ''));
}

/** The value of a Reason header, when the other side may be told it; else ''. */
export function reasonAcross(reason: string, one: PeerRules, other: PeerRules): string {
  return one.sipReason && other.sipReason && isReason(reason) && !reason.includes('\0') ? reason : '';
}

/** What becomes of Privacy toward `gateway`. */
export function privacyRuleOf({ sipPrivacy }: RoutingGateway, parameters: ParameterValues): PrivacyRule {
  if (sipPrivacy !== null) return sipPrivacy;
  switch (parameters.SS_SIP_USER_AGENT_PRIVACY) {
    case 'Ignore':
      return 'pass';
    case 'Id':
      return 'id';
    case 'None':
      return 'noneValue';
  }
}

/** A display name that may cross: without control characters, and no address, which many telephones write there. */
export function displayName(display: string): string {
  for (let at = 0; at < display.length; at++) if (isControl(display.charCodeAt(at))) return '';
  return ADDRESS.test(display) ? '' : detach(display);
}

function displayOf({ to, parameters, caller, display }: InviteFacts): string {
  switch (to.sipDisplay ?? parameters.SS_SIP_DISPLAY_FROM) {
    case 'Pass':
      return display;
    case 'Number':
      return caller === '' ? '' : `"${escapeUser(caller)}"`;
    case 'None':
      return '';
  }
}

function judged(crossing: Crossing, lines: string): Crossing {
  if (crossing.ruled === '' && lines === '') return crossing;
  const { headers, body, hasSdp } = crossing;
  return { headers: headers + lines, ruled: '', body, hasSdp };
}

/**
 * What a sender wants to be private crosses only together with that wish: a gateway that may be sent an identity is in
 * the trust domain of RFC 3325, but it can keep nothing private that it does not know to be.
 */
function linesOf(ruled: string, way: Way, caller: string): string {
  const block = ruled === '' ? NO_LINES : readHeaderBlock(`${ruled}\r\n`, 0);
  const { from, to, hostPort, renumber } = way;
  const privacy = privacyLines(block, way.privacy);
  let lines = privacy;
  if (mayBeTold(IDENTITY_WISH, block, privacy)) {
    for (const header of IDENTITIES) {
      if (to[header.rule] === 'caller') lines += callerLine(header, caller, hostPort, privacy);
      else if (to[header.rule] === 'pass' && from[header.rule] !== 'none')
        lines += rewritten(block, header, hostPort, renumber);
    }
  }
  if (ruled === '') return lines;
  if (from.sipDiversion && to.sipDiversion) lines += rewritten(block, DIVERSION, hostPort, SAME_NUMBER);
  if (from.sipHistoryInfo && to.sipHistoryInfo && mayBeTold(HISTORY_WISH, block, privacy)) {
    lines += rewritten(block, HISTORY_INFO, hostPort, SAME_NUMBER);
  }
  if (from.sipIdentity && to.sipIdentity) {
    lines += untouched(block, Header.Identity, (value) => IDENTITY.test(value));
    lines += untouched(block, Header.IdentityInfo, (value) => IDENTITY_INFO.test(value));
  }
  if (from.sipReason && to.sipReason) lines += untouched(block, Header.Reason, isReason);
  return lines;
}

function privacyLines(block: HeaderBlock, rule: PrivacyRule): string {
  switch (rule) {
    case 'none':
      return '';
    case 'pass':
      return untouched(block, Header.Privacy, (value) => PRIVACY.test(value));
    case 'id':
      return 'Privacy: id\r\n';
    case 'noneValue':
      return 'Privacy: none\r\n';
  }
}

/** Whether nobody has that wish, or it is in `privacy` and travels along. A wish that cannot be read may be any. */
function mayBeTold(wish: RegExp, block: HeaderBlock, privacy: string): boolean {
  if (wish.test(privacy)) return true;
  for (let line = block.find(Header.Privacy, 0); line >= 0; line = block.find(Header.Privacy, line + 1)) {
    const value = block.lineValue(line);
    if (wish.test(value) || !PRIVACY.test(value)) return false;
  }
  return true;
}

/** The identity `header` made of the caller's number; '' for a caller who has none. */
function callerLine({ id }: IdentityHeader, caller: string, hostPort: string, privacy: string): string {
  if (caller === '' || caller.toLowerCase() === 'anonymous') return '';
  const isPrivate = IDENTITY_WISH.test(privacy);
  const params = id === Header.RemotePartyId ? `;party=calling;screen=yes;privacy=${isPrivate ? 'full' : 'off'}` : '';
  return `${headerName(id)}: <${uriOf(caller, hostPort)}>${params}\r\n`;
}

/** The lines with that id, byte for byte, whose value is sound. */
function untouched(block: HeaderBlock, id: HeaderId, isSound: (value: string) => boolean): string {
  let lines = '';
  for (let line = block.find(id, 0); line >= 0; line = block.find(id, line + 1)) {
    const text = block.text.slice(block.lineStart(line), block.lineEnd(line));
    if (!text.includes('\0') && isSound(block.lineValue(line))) lines += `${text}\r\n`;
  }
  return lines;
}

/** Every value of `header` with our host, a line each. */
function rewritten(block: HeaderBlock, { id, params }: AddressHeader, hostPort: string, renumber: Renumber): string {
  // RFC 3325 9.1: at most one SIP URI and one tel URI.
  const isByScheme = id === Header.PAssertedIdentity || id === Header.PPreferredIdentity;
  const schemes = new Set<string>();
  let lines = '';
  for (const element of elementsOf(block, id)) {
    const address = parseNameAddr(element);
    const uri = address === null ? '' : rehosted(address.uri, hostPort, id === Header.HistoryInfo, renumber);
    const scheme = uri.slice(0, 4);
    if (address === null || uri === '' || (isByScheme && schemes.has(scheme))) continue;
    schemes.add(scheme);
    const display = displayName(address.display);
    const name = display === '' ? '' : `${display} `;
    lines += `${headerName(id)}: ${name}<${uri}>${keptParams(address.params, params)}\r\n`;
  }
  return lines;
}

function elementsOf(block: HeaderBlock, id: HeaderId): string[] {
  const elements: string[] = [];
  for (let line = block.find(id, 0); line >= 0; line = block.find(id, line + 1)) {
    const value = block.lineValue(line);
    if (!value.includes('\0')) splitList(value, elements);
  }
  return elements.slice(0, REWRITTEN_VALUES_MAX);
}

/** `uri` with our host and what is no address in it; '' for one without number, or of another scheme. */
function rehosted(uri: string, hostPort: string, isHistory: boolean, renumber: Renumber): string {
  const parsed = parseUri(uri);
  // An '@' that was escaped hides a second host; what stood with it was no telephone number until now.
  const number = parsed === null ? '' : renumber(withoutSeparators(numberOf(uri).split('@')[0] ?? ''));
  if (parsed === null || number === '') return '';
  // RFC 3966: a phone-context may name a host, the number does without.
  if (parsed.scheme === 'tel') return `tel:${escapeUser(number)}`;
  return uriOf(number, hostPort) + keptUriParams(parsed) + (isHistory ? historyOf(parsed) : '');
}

/** RFC 3261 19.1.1 user=phone, RFC 4458 cause=: why a call was sent on. */
function keptUriParams(uri: SipUri): string {
  const cause = uriParam(uri, 'cause') ?? '';
  const user = uriParam(uri, 'user')?.toLowerCase() === 'phone' ? ';user=phone' : '';
  return /^\d{3}$/.test(cause) ? `${user};cause=${cause}` : user;
}

/** RFC 7044 5: Reason and Privacy of an entry stand in its URI. */
function historyOf({ headers }: SipUri): string {
  const kept = headers.slice(1).split('&');
  const fields = kept.filter((field) => /^(?:reason|privacy)=/i.test(field)).join('&');
  return fields === '' ? '' : `?${fields}`;
}

function keptParams(params: string, names: readonly string[]): string {
  const reader = new ParameterReader(params, 0, params.length);
  let kept = '';
  while (reader.next()) {
    if (names.some((name) => reader.isNamed(name))) kept += params.slice(reader.start, reader.at);
  }
  return kept;
}

/** RFC 3326 2: protocol *(SEMI param), a list. */
function isReason(value: string): boolean {
  const reasons: string[] = [];
  splitList(value, reasons);
  return reasons.length > 0 && reasons.every(isOneReason);
}

function isOneReason(reason: string): boolean {
  const at = skipToken(reason, 0, reason.length);
  const reader = new ParameterReader(reason, at, reason.length);
  while (reader.next());
  return at > 0 && !reader.isMalformed && reader.at === reason.length;
}
