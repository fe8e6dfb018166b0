// The gateways of a network file, field by field. Field names are VOS3000's where it has the field.

import { isIPv4 } from 'node:net';
import { PARAMETERS, type ParameterName } from '../../core/parameters/table.ts';
import type { FailedCodeRule, PeerRules } from '../../core/routing/snapshot.ts';
import { Refused, type Table } from '../../operator-file.ts';
import {
  addressOrNetwork,
  entityName,
  ipAddress,
  oneOf,
  onOff,
  prefixDigits,
  secondsAsMs,
  wholeNumber,
  wholeNumberOrNone,
} from '../../operator-values.ts';
import type { MappingGatewayEntry, RoutingGatewayEntry } from '../../store/network.ts';

const PEER_FIELDS = [
  'sipTimer',
  'sip100Rel',
  'enableCallTransfer',
  'maxCallDurationLower',
  'maxCallDurationUpper',
  'sipResponseAddressMethod',
  'sipRequestAddressMethod',
  'sipPAssertedIdentity',
  'sipPPreferredIdentity',
  'sipRemotePartyId',
  'sipDiversion',
  'sipHistoryInfo',
  'sipIdentity',
  'sipReason',
];
const MAPPING_FIELDS = [
  'name',
  'account',
  'remoteIps',
  'capacity',
  'cps',
  'calleePrefix',
  'priority',
  'locked',
  'timeoutCallProceeding',
  'tryProtectRouteDelay',
  'callFailedSipCode',
  'sipRemoteRingSignal',
  ...PEER_FIELDS,
];
const ROUTING_FIELDS = [
  'name',
  'prefix',
  'prefixStyle',
  'remoteIp',
  'signalPort',
  'localIp',
  'priority',
  'capacity',
  'cps',
  'locked',
  'timeoutInvite',
  'timeoutTrying',
  'timeoutSessionProgress',
  'timeoutSessionProgressSdp',
  'timeoutRinging',
  'switchAllowSdp',
  'switchAllowRtp',
  'switchAllowBusy',
  'switchAllowRing',
  'switchUntilConnect',
  'stopSwitchAfterInviteTimeout',
  'stopSwitchSipCodes',
  'retryAfterHonor',
  'protect',
  'optionsPing',
  'timeoutsToBan',
  'followRedirects',
  'sipAuthenticationUser',
  'sipAuthenticationPassword',
  'contact',
  'inviteUseContact',
  'sipPrivacy',
  'sipDisplay',
  ...PEER_FIELDS,
];

const COUNT_MAX = 1_000_000;
const PRIORITY_MAX = 1_000_000;
const capacity = wholeNumberOrNone(0, COUNT_MAX);
const callsPerSecond = wholeNumberOrNone(1, COUNT_MAX);
const priority = wholeNumber(0, PRIORITY_MAX);
const port = wholeNumber(1, 65_535);
const failureCode = wholeNumber(300, 699);
const prefixStyle = oneOf(['terminate', 'continue']);
const addressMethod = oneOf(['source', 'statedPort', 'stated']);
const ringSignal = oneOf(['auto', '183', '180']);
const privacy = oneOf(['none', 'pass', 'id', 'noneValue']);
const display = oneOf(['Pass', 'Number', 'None']);
const identityRule = oneOf(['none', 'pass', 'caller']);
const pingInterval = secondsAsMs(5, 3600);
const timeoutsToBan = wholeNumber(0, 1000);

/** The list `mappingGateways`. `accounts`: names that may be billed. */
export function readMappingGateways(root: Table, accounts: ReadonlySet<string>): MappingGatewayEntry[] {
  const seen = new Set<string>();
  return root.rows('mappingGateways', MAPPING_FIELDS, (row) => {
    const name = uniqueName(row, 'name', seen);
    const account = row.need('account', entityName, '');
    if (account !== '' && !accounts.has(account)) row.refuse('account', `names "${account}", which is not in accounts`);
    const remoteIps = row.many('remoteIps', addressOrNetwork);
    if (!row.has('remoteIps')) row.refuse('remoteIps', 'is missing: the addresses this customer calls from');
    refuseRepeats(row, 'remoteIps', remoteIps);
    return {
      name,
      account,
      remoteIps,
      calleePrefix: row.optional('calleePrefix', prefixDigits, ''),
      priority: row.optional('priority', priority, 0),
      capacity: row.optional('capacity', capacity, null),
      cps: row.optional('cps', callsPerSecond, null),
      locked: row.optional('locked', onOff, false),
      timeoutCallProceedingMs: timeOf(row, 'timeoutCallProceeding', 'SS_TIMEOUT_CALL_PROCEEDING'),
      tryProtectRouteDelayMs: timeOf(row, 'tryProtectRouteDelay', 'SS_TRY_PROTECT_ROUTE_DELAY'),
      callFailedSipCode: row.many('callFailedSipCode', failedCode),
      sipRemoteRingSignal: row.optional('sipRemoteRingSignal', ringSignal, 'auto'),
      ...readPeerRules(row),
    };
  });
}

/** The list `routingGateways`. */
export function readRoutingGateways(root: Table): RoutingGatewayEntry[] {
  const seen = new Set<string>();
  return root.rows('routingGateways', ROUTING_FIELDS, (row) => {
    const prefixes = row.has('prefix') ? row.many('prefix', prefixDigits) : [''];
    refuseRepeats(row, 'prefix', prefixes);
    const remoteIp = row.need('remoteIp', ipAddress, '');
    const localIp = row.optional<string | null>('localIp', ipAddress, null);
    if (localIp !== null && remoteIp !== '' && isIPv4(localIp) !== isIPv4(remoteIp)) {
      row.refuse('localIp', `cannot reach ${remoteIp}`);
    }
    return {
      name: uniqueName(row, 'name', seen),
      prefixes: prefixes.length === 0 ? [''] : prefixes,
      prefixStyle: row.optional('prefixStyle', prefixStyle, 'terminate'),
      remoteIp,
      signalPort: row.optional('signalPort', port, 5060),
      localIp,
      priority: row.optional('priority', priority, 0),
      capacity: row.optional('capacity', capacity, null),
      cps: row.optional('cps', callsPerSecond, null),
      locked: row.optional('locked', onOff, false),
      ...readSwitching(row),
      ...readHealth(row),
      ...readOutgoing(row),
      ...readPeerRules(row),
    };
  });
}

function readSwitching(row: Table) {
  return {
    timeoutInviteMs: timeOf(row, 'timeoutInvite', 'SS_SIP_TIMEOUT_INVITE'),
    timeoutTryingMs: timeOf(row, 'timeoutTrying', 'SS_SIP_TIMEOUT_TRYING'),
    timeoutSessionProgressMs: timeOf(row, 'timeoutSessionProgress', 'SS_SIP_TIMEOUT_SESSION_PROGRESS'),
    timeoutSessionProgressSdpMs: timeOf(row, 'timeoutSessionProgressSdp', 'SS_SIP_TIMEOUT_SESSION_PROGRESS_SDP'),
    timeoutRingingMs: timeOf(row, 'timeoutRinging', 'SS_SIP_TIMEOUT_RINGING'),
    switchAllowSdp: switchOf(row, 'switchAllowSdp'),
    switchAllowRtp: switchOf(row, 'switchAllowRtp'),
    switchAllowBusy: switchOf(row, 'switchAllowBusy'),
    switchAllowRing: switchOf(row, 'switchAllowRing'),
    switchUntilConnect: switchOf(row, 'switchUntilConnect'),
    stopSwitchAfterInviteTimeout: switchOf(row, 'stopSwitchAfterInviteTimeout'),
    stopSwitchSipCodes: row.many('stopSwitchSipCodes', failureCode),
  };
}

function readHealth(row: Table) {
  return {
    retryAfterHonor: switchOf(row, 'retryAfterHonor'),
    protect: row.optional('protect', onOff, false),
    optionsPingMs: row.optional<number | null>('optionsPing', pingInterval, null),
    timeoutsToBan: row.optional('timeoutsToBan', timeoutsToBan, 3),
  };
}

function readOutgoing(row: Table) {
  const sipAuthenticationUser = row.optional('sipAuthenticationUser', credential, '');
  const sipAuthenticationPassword = row.optional('sipAuthenticationPassword', credential, '');
  if (row.has('sipAuthenticationPassword') && !row.has('sipAuthenticationUser')) {
    row.refuse('sipAuthenticationPassword', 'belongs to a sipAuthenticationUser, which is missing');
  }
  return {
    followRedirects: row.optional('followRedirects', onOff, false),
    sipAuthenticationUser,
    sipAuthenticationPassword,
    contact: row.optional('contact', sipUri, ''),
    inviteUseContact: switchOf(row, 'inviteUseContact'),
    sipPrivacy: row.optional<RoutingGatewayEntry['sipPrivacy']>('sipPrivacy', privacy, null),
    sipDisplay: row.optional<RoutingGatewayEntry['sipDisplay']>('sipDisplay', display, null),
  };
}

function readPeerRules(row: Table): PeerRules {
  const fromMs = durationOf(row, 'maxCallDurationLower');
  const toMs = durationOf(row, 'maxCallDurationUpper');
  const lowerMs = fromMs ?? toMs;
  const upperMs = toMs ?? fromMs;
  if (lowerMs !== null && upperMs !== null && (lowerMs > upperMs || (lowerMs === 0) !== (upperMs === 0))) {
    row.refuse('maxCallDurationUpper', 'makes no range with maxCallDurationLower');
  }
  return {
    sipTimer: row.optional('sipTimer', onOff, true),
    sip100Rel: row.optional('sip100Rel', onOff, true),
    enableCallTransfer: row.optional('enableCallTransfer', onOff, false),
    maxCallDurationLowerMs: lowerMs,
    maxCallDurationUpperMs: upperMs,
    sipResponseAddressMethod: row.optional<PeerRules['sipResponseAddressMethod']>(
      'sipResponseAddressMethod',
      addressMethod,
      null,
    ),
    sipRequestAddressMethod: row.optional('sipRequestAddressMethod', addressMethod, 'stated'),
    sipPAssertedIdentity: row.optional('sipPAssertedIdentity', identityRule, 'none'),
    sipPPreferredIdentity: row.optional('sipPPreferredIdentity', identityRule, 'none'),
    sipRemotePartyId: row.optional('sipRemotePartyId', identityRule, 'none'),
    sipDiversion: row.optional('sipDiversion', onOff, false),
    sipHistoryInfo: row.optional('sipHistoryInfo', onOff, false),
    sipIdentity: row.optional('sipIdentity', onOff, true),
    sipReason: row.optional('sipReason', onOff, true),
  };
}

/** A gateway's own value of a time: the range is the parameter's. */
function timeOf(row: Table, field: string, parameter: ParameterName): number | null {
  const { min, max } = PARAMETERS[parameter];
  return row.optional<number | null>(field, secondsAsMs(min, max), null);
}

/** A gateway's own value of a switch; null takes the system's. */
function switchOf(row: Table, field: string): boolean | null {
  return row.optional<boolean | null>(field, onOff, null);
}

/** -1: the system's limit, 0: none. */
function durationOf(row: Table, field: string): number | null {
  const { max } = PARAMETERS.SS_MAX_CALL_DURATION;
  const seconds = secondsAsMs(0, max);
  return row.optional<number | null>(field, (text) => (text === '-1' ? null : seconds(text)), null);
}

/** `reason:target`, such as 486:480 or -5:503; 0 stands for any other reason, or for no change. */
function failedCode(text: string): FailedCodeRule | Refused {
  const match = /^(-\d{1,3}|0|[3-6]\d\d):(0|[3-6]\d\d)$/.exec(text);
  if (match === null) return new Refused(`takes reason:target, such as 486:480 or 0:503, not "${text}"`);
  return { reason: Number(match[1]), target: Number(match[2]) };
}

/** What digest authentication can carry in quotes without escapes. */
function credential(text: string): string | Refused {
  if (/^[\x21\x23-\x5b\x5d-\x7e]{1,64}$/.test(text)) return text;
  return new Refused('takes 1 to 64 visible characters without spaces, quotes and backslashes');
}

function sipUri(text: string): string | Refused {
  if (/^sip:([^\s@<>"]+@)?[^\s@<>"]+$/.test(text)) return text;
  return new Refused(`takes a SIP URI such as sip:trunk@192.0.2.7:5060, not "${text}"`);
}

/** The name in `field`, refused when it is in `seen`. */
export function uniqueName(row: Table, field: string, seen: Set<string>): string {
  const name = row.need(field, entityName, '');
  if (name !== '' && seen.has(name)) row.refuse(field, `is "${name}", which stands above already`);
  seen.add(name);
  return name;
}

function refuseRepeats(row: Table, field: string, values: readonly string[]): void {
  const repeated = values.find((value, index) => values.indexOf(value) !== index);
  if (repeated !== undefined) row.refuse(field, `has "${repeated}" twice`);
}
