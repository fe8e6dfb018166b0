// The fields of a mapping gateway: a customer's trunk, where calls enter. Names are VOS3000's where it has the field.

import { splitPort } from '../../core/base/ip-address.ts';
import { RATE_TYPES } from '../../core/rating/rate-terms.ts';
import type { FailedCodeRule, Proportion } from '../../core/routing/snapshot.ts';
import { Refused, type Table } from '../../operator-file.ts';
import {
  addressWithPort,
  entityName,
  hostName,
  oneOf,
  onOff,
  prefixDigits,
  wholeNumber,
} from '../../operator-values.ts';
import type { MappingGatewayEntry } from '../../store/network.ts';
import { type FieldsOf, field, type GatewayField, listField, neededField, ownTime } from './gateway-field.ts';
import { callsPerSecond, capacity, priority, refuseRepeats } from './gateway-values.ts';
import { LIMIT_FIELDS } from './limit-fields.ts';
import { MAPPING_NUMBER_FIELDS } from './number-fields.ts';
import { PEER_FIELDS } from './peer-fields.ts';
import { PRICE_FIELDS } from './price-fields.ts';
import { REGISTER_FIELDS } from './register-fields.ts';

const routePolicy = oneOf(['none', 'answerRate', 'lowestRate']);

const HUNDRED = 100;

export const MAPPING_FIELDS: FieldsOf<MappingGatewayEntry> = {
  name: neededField('name', entityName, '', 'Its name, in CDRs, metrics and every list.'),
  account: neededField('account', entityName, '', 'The account that pays; one of those in `accounts`.'),
  remoteIps: addresses(),
  remoteHosts: hosts(),
  sipAuthenticationMethod: field(
    'sipAuthenticationMethod',
    oneOf(['ip', 'ipPort']),
    'ip',
    'ipPort: its calls come from the port too that stands behind each address (5060 where none does).',
  ),
  requireDigest: field(
    'requireDigest',
    onOff,
    false,
    'On: each of its calls has to carry the credentials of `registerUser`, wherever it comes from.',
  ),
  ...REGISTER_FIELDS,
  calleePrefix: field(
    'calleePrefix',
    prefixDigits,
    '',
    'Digits that called numbers begin with here, in the request line; they are taken off.',
  ),
  priority: field(
    'priority',
    priority,
    0,
    'Where several gateways have the address of a call, the lowest has the call.',
  ),
  dynamicBlackListInStandalone: field(
    'dynamicBlackListInStandalone',
    onOff,
    false,
    'On: the dynamic blacklist is for its calls also where SS_BLACK_LIST_DYNAMIC_RUN_MODE is Standalone.',
  ),
  lrnEnable: field(
    'lrnEnable',
    onOff,
    false,
    'On: its calls are routed and billed by where their number is ported to.',
  ),
  lrnEatPrefixLength: field(
    'lrnEatPrefixLength',
    wholeNumber(0, 31),
    0,
    'Digits at the beginning of the called number that are no part of the number asked for.',
  ),
  lrnFailureAction: field(
    'lrnFailureAction',
    oneOf(['goOn', 'reject']),
    'goOn',
    'When there is no answer: goOn routes by the called number, reject refuses the call.',
  ),
  lrnInterstateBillingPrefix: field(
    'lrnInterstateBillingPrefix',
    prefixDigits,
    '',
    'Digits put in front of the billed number of a call to another state.',
  ),
  lrnUndeterminedBillingPrefix: field(
    'lrnUndeterminedBillingPrefix',
    prefixDigits,
    '',
    'Digits put in front of the billed number of a call whose states are not known.',
  ),
  callerCapacity: field(
    'callerCapacity',
    capacity,
    null,
    'Concurrent calls of one caller number through it; None has no limit.',
  ),
  callerCps: field(
    'callerCps',
    callsPerSecond,
    null,
    'New calls a second of one caller number through it; None has no limit.',
  ),
  timeoutCallProceedingMs: ownTime(
    'timeoutCallProceeding',
    'SS_TIMEOUT_CALL_PROCEEDING',
    'Longest time a call of it may be neither ringing nor answered.',
  ),
  tryProtectRouteDelayMs: ownTime(
    'tryProtectRouteDelay',
    'SS_TRY_PROTECT_ROUTE_DELAY',
    'How long its calls hunt before protect gateways are tried.',
  ),
  callFailedSipCode: listField(
    'callFailedSipCode',
    failedCode,
    'SIP codes told to it: the reason (a SIP code, a server’s end reason, 0 for any other) and what it hears instead.',
  ),
  callLevel: field(
    'callLevel',
    oneOf(RATE_TYPES),
    'international',
    'The farthest kind of call it may make, by the type of the rate.',
  ),
  sipRemoteRingSignal: field(
    'sipRemoteRingSignal',
    oneOf(['auto', '183', '180']),
    'auto',
    'Provisional responses with SDP reach it as they come, as 183, or as 180.',
  ),
  firstRoutePolicy: field(
    'firstRoutePolicy',
    routePolicy,
    'none',
    'Before priority: its calls try gateways with the higher answer rate first, or with the lower rate.',
  ),
  secondRoutePolicy: field(
    'secondRoutePolicy',
    routePolicy,
    'none',
    'Orders those that are equal by firstRoutePolicy, before priority.',
  ),
  routingGatewayGroups: listField('routingGatewayGroups', entityName, 'Groups of routing gateways for its calls.'),
  routingGatewayGroupsAllow: field(
    'routingGatewayGroupsAllow',
    onOff,
    true,
    'On: its calls go to gateways of routingGatewayGroups only; Off: to none of them. Nothing listed: to all.',
  ),
  calloutRoutingGateways: listField(
    'calloutRoutingGateways',
    entityName,
    'Routing gateways that its calls may go to; nothing listed: all.',
  ),
  proportionCalleePrefixs: proportions(),
  ...PRICE_FIELDS,
  ...LIMIT_FIELDS,
  ...MAPPING_NUMBER_FIELDS,
  ...PEER_FIELDS,
};

function addresses(): GatewayField<readonly string[]> {
  const help = 'Addresses and networks this customer calls from; with `ipPort` a port may follow, as 192.0.2.1:5080.';
  const list = listField('remoteIps', addressWithPort, help);
  const read = (row: Table): readonly string[] => {
    const remoteIps = list.read(row);
    refuseRepeats(row, 'remoteIps', remoteIps);
    return remoteIps;
  };
  return { ...list, read };
}

function hosts(): GatewayField<readonly string[]> {
  const help = 'Host names this customer calls from: the addresses DNS has for them, asked again as their TTL says.';
  const list = listField('remoteHosts', hostName, help);
  const read = (row: Table): readonly string[] => {
    const remoteHosts = list.read(row);
    refuseRepeats(row, 'remoteHosts', remoteHosts);
    return remoteHosts;
  };
  return { ...list, read };
}

/** What its way of attachment needs, and has no use for. */
export function checkAttachment(row: Table, gateway: MappingGatewayEntry): void {
  const { remoteIps, remoteHosts, sipAuthenticationMethod, registerType } = gateway;
  if (registerType === 'static' && !row.has('remoteIps') && !row.has('remoteHosts')) {
    row.refuse('remoteIps', 'is missing: the addresses this customer calls from');
  }
  if (sipAuthenticationMethod === 'ipPort') return;
  for (const [name, values] of [
    ['remoteIps', remoteIps],
    ['remoteHosts', remoteHosts],
  ] as const) {
    const ported = values.find((value) => splitPort(value).port !== 0);
    if (ported !== undefined) row.refuse(name, `has a port, which needs sipAuthenticationMethod: ipPort: "${ported}"`);
  }
}

/** Shares of its calls; what is left of the hundred gets nothing. */
function proportions(): GatewayField<readonly Proportion[]> {
  const help = 'Shares of its calls that get a steering prefix in front of the called number: percent:prefix.';
  const list = listField('proportionCalleePrefixs', proportion, help);
  const read = (row: Table): readonly Proportion[] => {
    const shares = list.read(row);
    const sum = shares.reduce((total, share) => total + share.proportion, 0);
    if (sum > HUNDRED) row.refuse('proportionCalleePrefixs', `makes ${sum} percent, which is more than all calls`);
    return shares;
  };
  return { ...list, read };
}

function proportion(text: string): Proportion | Refused {
  const [, percent, addPrefix = ''] = /^(\d{1,3}):([0-9+*#a-s]{1,32})$/.exec(text) ?? [];
  const share = Number(percent);
  if (share >= 1 && share <= HUNDRED) return { proportion: share, addPrefix };
  return new Refused(`takes percent:prefix, such as 30:a or 25:00, not "${text}"`);
}

/** `reason:target`, such as 486:480 or -5:503; 0 stands for any other reason, or for no change. */
function failedCode(text: string): FailedCodeRule | Refused {
  const match = /^(-\d{1,3}|0|[3-6]\d\d):(0|[3-6]\d\d)$/.exec(text);
  if (match === null) return new Refused(`takes reason:target, such as 486:480 or 0:503, not "${text}"`);
  return { reason: Number(match[1]), target: Number(match[2]) };
}
