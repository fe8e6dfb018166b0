// The fields of a routing gateway: a vendor's trunk, where calls leave. Names are VOS3000's where it has the field.

import { Refused, type Table } from '../../operator-file.ts';
import { entityName, ipAddress, oneOf, onOff, prefixDigits, secondsAsMs, wholeNumber } from '../../operator-values.ts';
import type { RoutingGatewayEntry } from '../../store/network.ts';
import {
  type FieldsOf,
  field,
  type GatewayField,
  listField,
  neededField,
  ownSwitch,
  ownTime,
  ownValue,
  scheduledField,
} from './gateway-field.ts';
import { priority, refuseRepeats } from './gateway-values.ts';
import { LIMIT_FIELDS } from './limit-fields.ts';
import { ROUTING_NUMBER_FIELDS } from './number-fields.ts';
import { PEER_FIELDS } from './peer-fields.ts';
import { PRICE_FIELDS } from './price-fields.ts';
import { credential, REGISTER_FIELDS } from './register-fields.ts';

export const ROUTING_FIELDS: FieldsOf<RoutingGatewayEntry> = {
  name: neededField('name', entityName, '', 'Its name, in CDRs, metrics and every list.'),
  clearingAccount: field(
    'clearingAccount',
    entityName,
    '',
    'The account that is paid for its calls; left out, nobody.',
  ),
  prefixes: prefixes(),
  prefixStyle: field(
    'prefixStyle',
    oneOf(['terminate', 'continue']),
    'terminate',
    'terminate: a call it fits goes to gateways with this prefix only; continue: those with shorter ones come after.',
  ),
  ...REGISTER_FIELDS,
  remoteIp: field(
    'remoteIp',
    ipAddress,
    '',
    'Address it is called at; a dynamic one is called where it has registered.',
  ),
  signalPort: field('signalPort', wholeNumber(1, 65_535), 5060, 'Port it is called at.'),
  localIp: field(
    'localIp',
    ipAddress,
    null,
    'Address of the listener it is called from; left out, the first that fits.',
  ),
  priority: field('priority', priority, 0, 'Among gateways with the same prefix the lowest is tried first.'),
  scheduledPriority: scheduledField(
    'scheduledPriority',
    'priority',
    priority,
    'Its priority while a calendar is open; the first that is, before `priority`.',
  ),
  timeoutInviteMs: ownTime('timeoutInvite', 'SS_SIP_TIMEOUT_INVITE', 'It is left when it says nothing for this long.'),
  timeoutTryingMs: ownTime('timeoutTrying', 'SS_SIP_TIMEOUT_TRYING', 'Longest time after its 100.'),
  timeoutSessionProgressMs: ownTime(
    'timeoutSessionProgress',
    'SS_SIP_TIMEOUT_SESSION_PROGRESS',
    'Longest time after its 183 without SDP.',
  ),
  timeoutSessionProgressSdpMs: ownTime(
    'timeoutSessionProgressSdp',
    'SS_SIP_TIMEOUT_SESSION_PROGRESS_SDP',
    'Longest time after its 183 with SDP.',
  ),
  timeoutRingingMs: ownTime('timeoutRinging', 'SS_SIP_TIMEOUT_RINGING', 'Longest time after its 180, 181 or 182.'),
  switchAllowSdp: ownSwitch(
    'switchAllowSdp',
    'SS_SIP_STOP_SWITCH_AFTER_SDP',
    'On: the hunt may leave it after a provisional response with SDP.',
  ),
  switchAllowRtp: ownSwitch(
    'switchAllowRtp',
    'SS_GATEWAY_SWITCH_STOP_AFTER_RTP_START',
    'On: the hunt may leave it after RTP from it.',
  ),
  switchAllowBusy: ownSwitch(
    'switchAllowBusy',
    'SS_GATEWAY_SWITCH_STOP_AFTER_USER_BUSY',
    'On: when it says busy the next gateway is tried.',
  ),
  switchAllowRing: ownSwitch(
    'switchAllowRing',
    'SS_GATEWAY_SWITCH_STOP_AFTER_RINGING',
    'On: the hunt may leave it after ringing, also when it rang too long.',
  ),
  switchUntilConnect: ownSwitch(
    'switchUntilConnect',
    'SS_GATEWAY_SWITCH_UNTIL_CONNECT',
    'On: only its 200 ends the hunt, and the codes in `stopSwitchSipCodes`.',
  ),
  stopSwitchAfterInviteTimeout: ownSwitch(
    'stopSwitchAfterInviteTimeout',
    'SS_SIP_USER_AGENT_STOP_SWITCH_AFTER_INVITE_TIMEOUT',
    'On: when it stays silent the call fails.',
  ),
  stopSwitchSipCodes: listField('stopSwitchSipCodes', wholeNumber(300, 699), 'SIP codes from it that end the hunt.'),
  retryAfterHonor: ownSwitch(
    'retryAfterHonor',
    'SS_GATEWAY_RETRY_AFTER_HONOR',
    'On: a failure with Retry-After takes it out for that long.',
  ),
  protect: field('protect', onOff, false, 'A backup: tried after all others.'),
  weight: field(
    'weight',
    wholeNumber(0, 1000),
    0,
    'Among equals those with a weight take turns, each as often as its share; 0 takes none, and stands after them.',
  ),
  callinMappingGateways: listField(
    'callinMappingGateways',
    entityName,
    'Mapping gateways whose calls it gets; nothing listed: all.',
  ),
  feerateRestrict: field('feerateRestrict', onOff, false, 'On: it gets no call that its account has no rate for.'),
  leastCostRouting: field(
    'leastCostRouting',
    onOff,
    false,
    'On, with feerateRestrict: it stands by its rate, the cheapest first, before the others of its priority.',
  ),
  calculateRouteQuality: ownSwitch(
    'calculateRouteQuality',
    'SS_GATEWAY_ASR_CALCULATE',
    'Whether its answer rate, talk time and delays are counted.',
  ),
  ...PRICE_FIELDS,
  optionsPingMs: field(
    'optionsPing',
    secondsAsMs(5, 3600),
    null,
    'Interval of OPTIONS sent to it all the time; left out, only while it is taken out.',
  ),
  timeoutsToBan: field(
    'timeoutsToBan',
    wholeNumber(0, 1000),
    3,
    'Timeouts in a row, without a success between, that take it out until it answers OPTIONS; 0 is never.',
  ),
  followRedirects: field('followRedirects', onOff, false, 'The contacts of its 3xx are tried as further attempts.'),
  sipAuthenticationUser: field('sipAuthenticationUser', credential, '', 'User name that answers its 401 and 407.'),
  sipAuthenticationPassword: field('sipAuthenticationPassword', credential, '', 'Password of that user.'),
  contact: field('contact', sipUri, '', 'Its Contact, for `inviteUseContact`.'),
  inviteUseContact: ownSwitch(
    'inviteUseContact',
    'SS_SIP_ROUTING_GATEWAY_INVITE_USE_CONTACT',
    'On: the request line names its `contact`, To keeps the dialled number.',
  ),
  sipPrivacy: ownValue(
    'sipPrivacy',
    oneOf(['none', 'pass', 'id', 'noneValue']),
    'SS_SIP_USER_AGENT_PRIVACY',
    'Privacy toward it: no header, the caller’s own, `Privacy: id`, or `Privacy: none` (noneValue).',
  ),
  sipDisplay: ownValue(
    'sipDisplay',
    oneOf(['Pass', 'Number', 'None']),
    'SS_SIP_DISPLAY_FROM',
    'Display name in From toward it: the caller’s, the caller number, or none.',
  ),
  ...LIMIT_FIELDS,
  ...ROUTING_NUMBER_FIELDS,
  ...PEER_FIELDS,
};

/** Left out, or empty, it is the empty prefix, which every number begins with. */
function prefixes(): GatewayField<readonly string[]> {
  const list = listField('prefix', prefixDigits, 'Digits that called numbers begin with; the longest that fits wins.');
  const read = (row: Table): readonly string[] => {
    const found = list.read(row);
    refuseRepeats(row, 'prefix', found);
    return found.length === 0 ? [''] : found;
  };
  return { ...list, absent: [''], read };
}

function sipUri(text: string): string | Refused {
  if (/^sip:([^\s@<>"]+@)?[^\s@<>"]+$/.test(text)) return text;
  return new Refused(`takes a SIP URI such as sip:trunk@192.0.2.7:5060, not "${text}"`);
}
