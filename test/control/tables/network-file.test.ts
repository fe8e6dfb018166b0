// The network file: every field, every refusal, and hostile files.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseNetwork } from '../../../src/control/tables/network-file.ts';
import { type Refusal, TandemError } from '../../../src/tandem-error.ts';

const FULL = `
accounts:
  - account: alpha
  - account: beta GmbH
mappingGateways:
  - name: Alpha
    account: alpha
    remoteIps: [198.51.100.7, 10.1.0.0/16, "2001:db8::/32"]
    capacity: 100
    cps: 20
    calleePrefix: 0099
    priority: 3
    locked: On
    timeoutCallProceeding: 60
  - name: Beta
    account: beta GmbH
    remoteIps: 198.51.100.8, 198.51.100.9
    capacity: None
routingGateways:
  - name: Vendor one
    prefix: [0044, "44"]
    prefixStyle: continue
    remoteIp: 203.0.113.9
    signalPort: 5080
    localIp: 192.0.2.1
    priority: 1
    capacity: 30
    cps: 5
    locked: false
    timeoutInvite: 2.5
    timeoutTrying: 5
    timeoutSessionProgress: 6
    timeoutSessionProgressSdp: 7
    timeoutRinging: 60
    switchAllowSdp: On
    switchAllowBusy: true
    switchAllowRing: Off
    switchUntilConnect: Off
    stopSwitchAfterInviteTimeout: On
    stopSwitchSipCodes: '403,404'
  - { name: Vendor two, remoteIp: 203.0.113.10 }
systemParameters:
  SS_SIP_TIMEOUT_INVITE: 8
  SS_SIP_RESEND_INTERVAL: 0.5,1,2
  SS_CAPACITY: None
  SS_REPLY_UNAUTHORIZED: false
`;

function refusals(text: string): readonly Refusal[] {
  try {
    parseNetwork(text, 'net.yaml');
  } catch (error) {
    assert.ok(error instanceof TandemError);
    assert.equal(error.code, 'TANDEM_NETWORK_REFUSED');
    return error.refusals;
  }
  return assert.fail('it was taken');
}

/** The one refusal of a file that differs from FULL in `from` -> `to`. */
function refusal(from: string, to: string): Refusal {
  assert.ok(FULL.includes(from), from);
  const [first, ...rest] = refusals(FULL.replace(from, to));
  assert.deepEqual(rest, []);
  return first ?? assert.fail();
}

test('every field is taken as written; a number that begins with 0 keeps it', () => {
  const { accounts, mappingGateways, routingGateways, systemParameters } = parseNetwork(FULL, 'net.yaml');
  assert.deepEqual(accounts, [{ account: 'alpha' }, { account: 'beta GmbH' }]);
  assert.deepEqual(mappingGateways[0], {
    name: 'Alpha',
    account: 'alpha',
    remoteIps: ['198.51.100.7', '10.1.0.0/16', '2001:db8::/32'],
    calleePrefix: '0099',
    priority: 3,
    capacity: 100,
    cps: 20,
    locked: true,
    timeoutCallProceedingMs: 60_000,
  });
  assert.deepEqual(mappingGateways[1]?.remoteIps, ['198.51.100.8', '198.51.100.9']);
  assert.equal(mappingGateways[1]?.capacity, null);
  assert.deepEqual(routingGateways[0], {
    name: 'Vendor one',
    prefixes: ['0044', '44'],
    prefixStyle: 'continue',
    remoteIp: '203.0.113.9',
    signalPort: 5080,
    localIp: '192.0.2.1',
    priority: 1,
    capacity: 30,
    cps: 5,
    locked: false,
    timeoutInviteMs: 2_500,
    timeoutTryingMs: 5_000,
    timeoutSessionProgressMs: 6_000,
    timeoutSessionProgressSdpMs: 7_000,
    timeoutRingingMs: 60_000,
    switchAllowSdp: true,
    switchAllowBusy: true,
    switchAllowRing: false,
    switchUntilConnect: false,
    stopSwitchAfterInviteTimeout: true,
    stopSwitchSipCodes: [403, 404],
  });
  assert.deepEqual(systemParameters, [
    { name: 'SS_SIP_TIMEOUT_INVITE', value: '8' },
    { name: 'SS_SIP_RESEND_INTERVAL', value: '0.5,1,2' },
    { name: 'SS_CAPACITY', value: 'None' },
    { name: 'SS_REPLY_UNAUTHORIZED', value: 'Off' },
  ]);
});

test('what is left out takes its default: all numbers, port 5060, no limits, system values', () => {
  const two = parseNetwork(FULL, 'net.yaml').routingGateways[1];
  assert.deepEqual(two?.prefixes, ['']);
  assert.equal(two?.signalPort, 5060);
  assert.equal(two?.prefixStyle, 'terminate');
  assert.deepEqual(
    [two?.capacity, two?.cps, two?.localIp, two?.timeoutInviteMs, two?.switchAllowSdp],
    [null, null, null, null, null],
  );
  assert.deepEqual([two?.priority, two?.locked, two?.stopSwitchSipCodes], [0, false, []]);
});

test('JSON is taken as well', () => {
  const json = JSON.stringify({
    accounts: [{ account: 'a' }],
    mappingGateways: [{ name: 'M', account: 'a', remoteIps: ['192.0.2.1'], capacity: null, locked: true }],
  });
  const [gateway] = parseNetwork(json, 'net.json').mappingGateways;
  assert.deepEqual([gateway?.capacity, gateway?.locked], [null, true]);
});

const REFUSED: readonly (readonly [string, string, number, string, RegExp])[] = [
  [
    '  - account: beta GmbH',
    '  - account: beta GmbH\n  - account: alpha',
    5,
    'accounts[2].account',
    /stands above already/,
  ],
  ['    account: alpha', '    account: gamma', 7, 'mappingGateways[0].account', /not in accounts/],
  ['    account: alpha\n', '', 6, 'mappingGateways[0].account', /is missing/],
  ['10.1.0.0/16', '10.1.0.1/16', 8, 'mappingGateways[0].remoteIps[1]', /bits beyond its network/],
  ['10.1.0.0/16', '10.1.0.0/33', 8, 'mappingGateways[0].remoteIps[1]', /takes an address or a network/],
  ['198.51.100.8, 198.51.100.9', 'sip.example.com', 17, 'mappingGateways[1].remoteIps', /takes an address/],
  ['198.51.100.8, 198.51.100.9', '198.51.100.8,,198.51.100.9', 17, 'mappingGateways[1].remoteIps', /takes an address/],
  ['198.51.100.8, 198.51.100.9', '198.51.100.8,198.51.100.8', 17, 'mappingGateways[1].remoteIps', /twice/],
  ['    remoteIps: 198.51.100.8, 198.51.100.9\n', '', 15, 'mappingGateways[1].remoteIps', /is missing/],
  ['capacity: 100', 'capacity: -1', 9, 'mappingGateways[0].capacity', /None or a whole number from 0/],
  ['cps: 20', 'cps: 0', 10, 'mappingGateways[0].cps', /whole number from 1/],
  ['cps: 20', 'cps: 1e3', 10, 'mappingGateways[0].cps', /whole number/],
  ['calleePrefix: 0099', 'calleePrefix: abc', 11, 'mappingGateways[0].calleePrefix', /prefix of up to 32 digits/],
  ['locked: On', 'locked: maybe', 13, 'mappingGateways[0].locked', /On or Off/],
  [
    'timeoutCallProceeding: 60',
    'timeoutCallProceeding: 0',
    14,
    'mappingGateways[0].timeoutCallProceeding',
    /1 to 3600 seconds/,
  ],
  ['name: Beta', 'name: Alpha', 15, 'mappingGateways[1].name', /stands above already/],
  ['name: Beta', 'name: constructor', 15, 'mappingGateways[1].name', /cannot be a name/],
  ['name: Beta', 'name: __proto__', 15, 'mappingGateways[1].name', /cannot be a name/],
  ['name: Beta', 'name: "a\\nb"', 15, 'mappingGateways[1].name', /takes a name/],
  ['name: Beta', 'name: &x Beta', 15, 'mappingGateways[1].name', /anchor/],
  ['prefixStyle: continue', 'prefixStyle: longest', 22, 'routingGateways[0].prefixStyle', /terminate or continue/],
  ['remoteIp: 203.0.113.9', 'remoteIp: 203.0.113.0/24', 23, 'routingGateways[0].remoteIp', /takes an IPv4 or IPv6/],
  ['signalPort: 5080', 'signalPort: 0', 24, 'routingGateways[0].signalPort', /1 to 65535/],
  ['localIp: 192.0.2.1', 'localIp: "2001:db8::1"', 25, 'routingGateways[0].localIp', /cannot reach/],
  ["'403,404'", "'403,200'", 40, 'routingGateways[0].stopSwitchSipCodes', /300 to 699/],
  ['timeoutInvite: 2.5', 'timeoutInvite: 181', 30, 'routingGateways[0].timeoutInvite', /1 to 180 seconds/],
  ['timeoutInvite: 2.5', 'timeoutInvit: 2.5', 30, 'routingGateways[0].timeoutInvit', /did you mean timeoutInvite/],
  ['timeoutInvite: 2.5', 'timeoutInvite: [2]', 30, 'routingGateways[0].timeoutInvite', /takes one value/],
  ['SS_CAPACITY: None', 'SS_CAPACITI: None', 45, 'systemParameters.SS_CAPACITI', /did you mean SS_CAPACITY/],
  ['SS_CAPACITY: None', '__proto__: 1', 45, 'systemParameters.__proto__', /is not a field here/],
  [
    'SS_SIP_TIMEOUT_INVITE: 8',
    'SS_SIP_TIMEOUT_INVITE: 0',
    43,
    'systemParameters.SS_SIP_TIMEOUT_INVITE',
    /1 to 180 seconds/,
  ],
  ['SS_SIP_TIMEOUT_INVITE: 8', 'SS_SIP_TIMEOUT_INVITE:', 43, 'systemParameters.SS_SIP_TIMEOUT_INVITE', /is missing/],
  ['systemParameters:\n', 'systemParameters: 7\nx:\n', 43, 'x', /is not a field here/],
];

for (const [from, to, line, field, reason] of REFUSED.slice(0, -1)) {
  test(`refused with its line: ${to.trim() === '' ? `no ${from.trim()}` : to.trim()}`, () => {
    const found = refusal(from, to);
    assert.deepEqual([found.line, found.field], [line, field]);
    assert.match(found.reason, reason);
  });
}

test('a list that is none and an entry that is none are refused', () => {
  assert.match(refusals('accounts: alpha')[0]?.reason ?? '', /takes a list/);
  assert.match(refusals('accounts: [alpha]')[0]?.reason ?? '', /takes a table with account/);
  assert.match(refusals('systemParameters: [1]')[0]?.reason ?? '', /name: value/);
});

test('an empty file is refused: it would take every gateway away', () => {
  for (const text of ['', '# nothing', '---', 'null']) assert.equal(refusals(text).length, 1);
});

test('aliases are refused, so a small file stays small', () => {
  const bomb = 'accounts: &a [{account: x}]\nmappingGateways: *a\nroutingGateways: *a';
  assert.ok(refusals(bomb).length > 0);
});

test('at most fifty reasons are told', () => {
  const text = `accounts:\n${Array.from({ length: 500 }, () => '  - { nonsense: 1 }').join('\n')}`;
  assert.equal(refusals(text).length, 50);
});

test('whatever the file is, it is taken or refused, never anything else', () => {
  const position = fc.nat(FULL.length - 1);
  const noise = fc.oneof(
    fc.constantFrom('{', '}', '[', ']', ':', '-', '&a', '*a', '!!', '"', '\t', '\n', '~', '<<: '),
    fc.string(),
  );
  fc.assert(
    fc.property(position, fc.nat(40), noise, (at, removed, inserted) => {
      const text = FULL.slice(0, at) + inserted + FULL.slice(at + removed);
      try {
        parseNetwork(text, 'net.yaml');
      } catch (error) {
        assert.ok(error instanceof TandemError && error.code === 'TANDEM_NETWORK_REFUSED', String(error));
        assert.ok(error.refusals.every(({ line, reason }) => line >= 1 && reason !== ''));
      }
    }),
    { numRuns: 500 },
  );
});

test('ten thousand gateways are read in a few seconds', () => {
  const rows = Array.from(
    { length: 10_000 },
    (_, index) => `  - { name: G${index}, prefix: "${index}", remoteIp: 192.0.2.1 }`,
  );
  const startedAt = process.cpuUsage();
  assert.equal(parseNetwork(`routingGateways:\n${rows.join('\n')}`, 'net.yaml').routingGateways.length, 10_000);
  const { user, system } = process.cpuUsage(startedAt);
  assert.ok((user + system) / 1e6 < 10, `${(user + system) / 1e6} s`);
});
