// The network file of `tandem apply`: accounts, gateways on both sides, system parameters. Reading it checks
// every field and the references between them; what is taken can be compiled into a snapshot.

import { isIPv4 } from 'node:net';
import { ADMISSION_SLOTS_MAX } from '../../core/base/limits.ts';
import { PARAMETERS, type ParameterName, ParameterRefusal, parseParameter } from '../../core/parameters/registry.ts';
import { type Reader, Refused, readOperatorFile, type Table } from '../../operator-file.ts';
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
import type {
  Account,
  MappingGatewayEntry,
  Network,
  ParameterSetting,
  RoutingGatewayEntry,
} from '../../store/network.ts';

const FIELDS = ['accounts', 'mappingGateways', 'routingGateways', 'systemParameters'];
const ACCOUNT_FIELDS = ['account'];
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
  'switchAllowBusy',
  'switchAllowRing',
  'switchUntilConnect',
  'stopSwitchAfterInviteTimeout',
  'stopSwitchSipCodes',
];

const COUNT_MAX = 1_000_000;
const PRIORITY_MAX = 1_000_000;
const capacity = wholeNumberOrNone(0, COUNT_MAX);
const callsPerSecond = wholeNumberOrNone(1, COUNT_MAX);
const priority = wholeNumber(0, PRIORITY_MAX);
const port = wholeNumber(1, 65_535);
const failureCode = wholeNumber(300, 699);
const prefixStyle = oneOf(['terminate', 'continue']);

/** Reads a network file. `name` is how refusals call it. Throws TANDEM_NETWORK_REFUSED with every reason. */
export function parseNetwork(text: string, name: string): Network {
  return readOperatorFile(text, { name, code: 'TANDEM_NETWORK_REFUSED', fields: FIELDS }, (root) => {
    const accounts = readAccounts(root);
    const mappingGateways = readMappingGateways(root, new Set(accounts.map((entry) => entry.account)));
    const routingGateways = readRoutingGateways(root);
    if (mappingGateways.length + routingGateways.length >= ADMISSION_SLOTS_MAX) {
      root.refuse('routingGateways', `makes more than ${ADMISSION_SLOTS_MAX - 1} gateways in all`);
    }
    return { accounts, mappingGateways, routingGateways, systemParameters: readParameters(root) };
  });
}

function readAccounts(root: Table): Account[] {
  const seen = new Set<string>();
  return root.rows('accounts', ACCOUNT_FIELDS, (row) => ({ account: uniqueName(row, 'account', seen) }));
}

function readMappingGateways(root: Table, accounts: ReadonlySet<string>): MappingGatewayEntry[] {
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
      timeoutCallProceedingMs: overrideOf(row, 'timeoutCallProceeding', 'SS_TIMEOUT_CALL_PROCEEDING'),
    };
  });
}

function readRoutingGateways(root: Table): RoutingGatewayEntry[] {
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
    };
  });
}

type Switching = Pick<
  RoutingGatewayEntry,
  | 'timeoutInviteMs'
  | 'timeoutTryingMs'
  | 'timeoutSessionProgressMs'
  | 'timeoutSessionProgressSdpMs'
  | 'timeoutRingingMs'
  | 'switchAllowSdp'
  | 'switchAllowBusy'
  | 'switchAllowRing'
  | 'switchUntilConnect'
  | 'stopSwitchAfterInviteTimeout'
  | 'stopSwitchSipCodes'
>;

function readSwitching(row: Table): Switching {
  const allowance = (field: string): boolean | null => row.optional<boolean | null>(field, onOff, null);
  return {
    timeoutInviteMs: overrideOf(row, 'timeoutInvite', 'SS_SIP_TIMEOUT_INVITE'),
    timeoutTryingMs: overrideOf(row, 'timeoutTrying', 'SS_SIP_TIMEOUT_TRYING'),
    timeoutSessionProgressMs: overrideOf(row, 'timeoutSessionProgress', 'SS_SIP_TIMEOUT_SESSION_PROGRESS'),
    timeoutSessionProgressSdpMs: overrideOf(row, 'timeoutSessionProgressSdp', 'SS_SIP_TIMEOUT_SESSION_PROGRESS_SDP'),
    timeoutRingingMs: overrideOf(row, 'timeoutRinging', 'SS_SIP_TIMEOUT_RINGING'),
    switchAllowSdp: allowance('switchAllowSdp'),
    switchAllowBusy: allowance('switchAllowBusy'),
    switchAllowRing: allowance('switchAllowRing'),
    switchUntilConnect: allowance('switchUntilConnect'),
    stopSwitchAfterInviteTimeout: allowance('stopSwitchAfterInviteTimeout'),
    stopSwitchSipCodes: row.many('stopSwitchSipCodes', failureCode),
  };
}

/** A gateway's own value of a timer: the range is the parameter's. */
function overrideOf(row: Table, field: string, parameter: ParameterName): number | null {
  const { min, max } = PARAMETERS[parameter];
  return row.optional<number | null>(field, secondsAsMs(min, max), null);
}

function readParameters(root: Table): ParameterSetting[] {
  const table = root.table('systemParameters', Object.keys(PARAMETERS));
  if (table === null) return [];
  const settings: ParameterSetting[] = [];
  for (const name of table.names()) {
    const value = table.need(name, parameterText(name as ParameterName), '');
    settings.push({ name, value });
  }
  return settings;
}

/** The text as written, once the registry takes it; true and false are On and Off. */
function parameterText(name: ParameterName): Reader<string> {
  return (text) => {
    const written = text === 'true' ? 'On' : text === 'false' ? 'Off' : text;
    const value = parseParameter(name, written);
    return value instanceof ParameterRefusal ? new Refused(value.sentence) : written;
  };
}

function uniqueName(row: Table, field: string, seen: Set<string>): string {
  const name = row.need(field, entityName, '');
  if (name !== '' && seen.has(name)) row.refuse(field, `is "${name}", which stands above already`);
  seen.add(name);
  return name;
}

function refuseRepeats(row: Table, field: string, values: readonly string[]): void {
  const repeated = values.find((value, index) => values.indexOf(value) !== index);
  if (repeated !== undefined) row.refuse(field, `has "${repeated}" twice`);
}
