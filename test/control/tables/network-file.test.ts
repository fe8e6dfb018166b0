// The network file: every field, every default, and hostile files.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { OPEN_ACCOUNT } from '../../../src/control/tables/account-rows.ts';
import { withAbsentFields } from '../../../src/control/tables/gateway-field.ts';
import { parseNetwork } from '../../../src/control/tables/network-file.ts';
import { MAPPING_NUMBER_FIELDS, ROUTING_NUMBER_FIELDS } from '../../../src/control/tables/number-fields.ts';
import { TandemError } from '../../../src/tandem-error.ts';
import { FULL, refusals } from './network-sample.ts';

/** What a gateway makes of numbers when nothing is written; number-fields.test.ts says what that is. */
const MAPPING_NUMBERS = withAbsentFields({}, MAPPING_NUMBER_FIELDS);
const ROUTING_NUMBERS = withAbsentFields({}, ROUTING_NUMBER_FIELDS);

/** What a gateway says of its peer when nothing is written. */
const OPEN = { availability: null, scheduledCapacity: [], cpsBurst: null, groupReservedLines: 0 };
const UNLIMITED = { capacity: null, cps: null, cpsBurst: null };
const NO_CALLER_LIMITS = { callerCapacity: null, callerCps: null };

const PEER_DEFAULTS = {
  sipTimer: true,
  sip100Rel: true,
  enableCallTransfer: false,
  maxCallDurationLowerMs: null,
  maxCallDurationUpperMs: null,
  sipResponseAddressMethod: null,
  sipRequestAddressMethod: 'stated',
  sipPAssertedIdentity: 'none',
  sipPPreferredIdentity: 'none',
  sipRemotePartyId: 'none',
  sipDiversion: false,
  sipHistoryInfo: false,
  sipIdentity: true,
  sipReason: true,
} as const;

const WITHOUT_LRN = {
  lrnEnable: false,
  lrnEatPrefixLength: 0,
  lrnFailureAction: 'goOn',
  lrnInterstateBillingPrefix: '',
  lrnUndeterminedBillingPrefix: '',
};
const STATIC = {
  registerType: 'static',
  registerUser: '',
  registerPassword: '',
  registerAlgorithms: ['SHA-512-256', 'SHA-256', 'MD5'],
};

test('every field is taken as written; a number that begins with 0 keeps it', () => {
  const { accounts, packages, mappingGateways, routingGateways, systemParameters } = parseNetwork(FULL, 'net.yaml');
  assert.deepEqual(accounts, [
    {
      account: 'alpha',
      name: 'Alpha Telecom AG',
      type: 'agent',
      locked: false,
      expiresAtWallMs: null,
      agent: '',
      currency: 'EUR',
      rateTable: 'retail',
      privateRateTable: '',
      creditLimitNanos: null,
      lowBalanceNanos: -2_500_000_000n,
      contact: 'Ms Example\nbilling@alpha.example',
      tags: ['retail', 'north'],
      memo: 'prompt payer',
      timeZone: 'Europe/Berlin',
      package: 'wholesale-500',
      packageFromDay: Date.UTC(2027, 0, 15) / 86_400_000,
      packageUntilDay: Date.UTC(2028, 0, 1) / 86_400_000,
      ...UNLIMITED,
    },
    {
      ...OPEN_ACCOUNT,
      account: 'beta GmbH',
      locked: true,
      expiresAtWallMs: Date.UTC(2027, 0, 31, 17),
      agent: 'alpha',
      currency: 'EUR',
      privateRateTable: 'own prices',
      creditLimitNanos: 1_000_500_000_000n,
    },
  ]);
  const freeMinutes = [{ name: 'national', prefixes: ['49', '4930'], hours: '', minutes: 1_000 }];
  const amounts = { rentNanos: 25_500_000_000n, minimumNanos: 500_000_000_000n, freeMinutes };
  assert.deepEqual(packages, [{ name: 'wholesale-500', currency: 'EUR', period: 'month', ...amounts }]);
  assert.deepEqual(mappingGateways[0], {
    name: 'Alpha',
    account: 'alpha',
    remoteIps: ['198.51.100.7', '10.1.0.0/16', '2001:db8::/32'],
    remoteHosts: [],
    sipAuthenticationMethod: 'ip',
    requireDigest: false,
    ...STATIC,
    ...WITHOUT_LRN,
    calleePrefix: '0099',
    dynamicBlackListInStandalone: true,
    priority: 3,
    capacity: 100,
    cps: 20,
    locked: true,
    ...NO_CALLER_LIMITS,
    gatewayGroups: [],
    timeoutCallProceedingMs: 60_000,
    tryProtectRouteDelayMs: 2_500,
    callFailedSipCode: [
      { reason: 486, target: 480 },
      { reason: -5, target: 503 },
      { reason: 0, target: 500 },
    ],
    callLevel: 'local',
    sipRemoteRingSignal: '183',
    firstRoutePolicy: 'lowestRate',
    secondRoutePolicy: 'answerRate',
    routingGatewayGroups: [],
    routingGatewayGroupsAllow: true,
    calloutRoutingGateways: ['Vendor one'],
    proportionCalleePrefixs: [
      { proportion: 30, addPrefix: 'a' },
      { proportion: 5, addPrefix: '00' },
    ],
    minProfitPercent: -5,
    maxSecondRatesNanos: 10_000_000,
    ...MAPPING_NUMBERS,
    sipTimer: false,
    sip100Rel: false,
    enableCallTransfer: true,
    maxCallDurationLowerMs: 60_000,
    maxCallDurationUpperMs: 90_500,
    sipResponseAddressMethod: 'statedPort',
    sipRequestAddressMethod: 'source',
    sipPAssertedIdentity: 'pass',
    sipPPreferredIdentity: 'caller',
    sipRemotePartyId: 'pass',
    sipDiversion: true,
    sipHistoryInfo: true,
    sipIdentity: false,
    sipReason: false,
    ...OPEN,
  });
  assert.deepEqual(mappingGateways[1]?.remoteIps, ['198.51.100.8', '198.51.100.9']);
  assert.equal(mappingGateways[1]?.capacity, null);
  assert.deepEqual(routingGateways[0], {
    name: 'Vendor one',
    clearingAccount: 'alpha',
    prefixes: ['0044', '44'],
    prefixStyle: 'continue',
    ...STATIC,
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
    switchAllowRtp: true,
    retryAfterHonor: false,
    protect: true,
    weight: 30,
    gatewayGroups: [],
    callinMappingGateways: ['Alpha'],
    feerateRestrict: true,
    leastCostRouting: true,
    calculateRouteQuality: false,
    minProfitPercent: 10,
    maxSecondRatesNanos: null,
    optionsPingMs: 30_000,
    timeoutsToBan: 0,
    followRedirects: true,
    sipAuthenticationUser: 'trunk-7',
    sipAuthenticationPassword: 's3cret!',
    contact: 'sip:trunk@203.0.113.9:5080',
    inviteUseContact: true,
    sipPrivacy: 'noneValue',
    sipDisplay: 'Number',
    ...ROUTING_NUMBERS,
    scheduledPriority: [],
    ...OPEN,
    ...PEER_DEFAULTS,
    sipTimer: false,
    maxCallDurationLowerMs: 0,
    maxCallDurationUpperMs: 0,
  });
  assert.deepEqual(systemParameters, [
    { name: 'SS_SIP_TIMEOUT_INVITE', value: '8' },
    { name: 'SS_SIP_RESEND_INTERVAL', value: '0.5,1,2' },
    { name: 'SS_CAPACITY', value: 'None' },
    { name: 'SS_REPLY_UNAUTHORIZED', value: 'Off' },
  ]);
});

test('what is left out takes its default: all numbers, port 5060, no limits, system values', () => {
  const { mappingGateways, routingGateways } = parseNetwork(FULL, 'net.yaml');
  assert.deepEqual(mappingGateways[1], {
    name: 'Beta',
    account: 'beta GmbH',
    remoteIps: ['198.51.100.8', '198.51.100.9'],
    remoteHosts: [],
    sipAuthenticationMethod: 'ip',
    requireDigest: false,
    ...STATIC,
    ...WITHOUT_LRN,
    calleePrefix: '',
    dynamicBlackListInStandalone: false,
    priority: 0,
    capacity: null,
    cps: null,
    locked: false,
    ...NO_CALLER_LIMITS,
    gatewayGroups: [],
    timeoutCallProceedingMs: null,
    tryProtectRouteDelayMs: null,
    callFailedSipCode: [],
    callLevel: 'international',
    sipRemoteRingSignal: 'auto',
    firstRoutePolicy: 'none',
    secondRoutePolicy: 'none',
    routingGatewayGroups: [],
    routingGatewayGroupsAllow: true,
    calloutRoutingGateways: [],
    proportionCalleePrefixs: [],
    minProfitPercent: null,
    maxSecondRatesNanos: null,
    ...MAPPING_NUMBERS,
    ...OPEN,
    ...PEER_DEFAULTS,
  });
  assert.deepEqual(routingGateways[1], {
    name: 'Vendor two',
    clearingAccount: '',
    prefixes: [''],
    prefixStyle: 'terminate',
    ...STATIC,
    remoteIp: '203.0.113.10',
    signalPort: 5060,
    localIp: null,
    priority: 0,
    capacity: null,
    cps: null,
    locked: false,
    timeoutInviteMs: null,
    timeoutTryingMs: null,
    timeoutSessionProgressMs: null,
    timeoutSessionProgressSdpMs: null,
    timeoutRingingMs: null,
    switchAllowSdp: null,
    switchAllowRtp: null,
    switchAllowBusy: null,
    switchAllowRing: null,
    switchUntilConnect: null,
    stopSwitchAfterInviteTimeout: null,
    stopSwitchSipCodes: [],
    retryAfterHonor: null,
    protect: false,
    weight: 0,
    gatewayGroups: [],
    callinMappingGateways: [],
    feerateRestrict: false,
    leastCostRouting: false,
    calculateRouteQuality: null,
    minProfitPercent: null,
    maxSecondRatesNanos: null,
    optionsPingMs: null,
    timeoutsToBan: 3,
    followRedirects: false,
    sipAuthenticationUser: '',
    sipAuthenticationPassword: '',
    contact: '',
    inviteUseContact: null,
    sipPrivacy: null,
    sipDisplay: null,
    ...ROUTING_NUMBERS,
    scheduledPriority: [],
    ...OPEN,
    ...PEER_DEFAULTS,
  });
});

test("a talk limit: one end alone is both, -1 is the system's, 0 is none", () => {
  const limitsOf = (fields: string): unknown[] => {
    const { routingGateways } = parseNetwork(`routingGateways: [{ name: A, remoteIp: 192.0.2.1${fields} }]`, 'n');
    return routingGateways.flatMap((gateway) => [gateway.maxCallDurationLowerMs, gateway.maxCallDurationUpperMs]);
  };
  assert.deepEqual(limitsOf(', maxCallDurationLower: 60'), [60_000, 60_000]);
  assert.deepEqual(limitsOf(', maxCallDurationUpper: 60'), [60_000, 60_000]);
  assert.deepEqual(limitsOf(', maxCallDurationLower: -1, maxCallDurationUpper: -1'), [null, null]);
  assert.deepEqual(limitsOf(', maxCallDurationLower: 0, maxCallDurationUpper: 0'), [0, 0]);
});

test('a parameter may be called by its alias, once', () => {
  const network = parseNetwork('systemParameters: { SS_QOS_SIGNAL: 0x68 }', 'net.yaml');
  assert.deepEqual(network.systemParameters, [{ name: 'SS_SIP_SIGNAL_TOS', value: '0x68' }]);
  const both = refusals('systemParameters: { SS_QOS_SIGNAL: 0x68, SS_SIP_SIGNAL_TOS: 0x68 }');
  assert.match(both[0]?.reason ?? '', /sets SS_SIP_SIGNAL_TOS, which is set already/);
});

test('JSON is taken as well', () => {
  const json = JSON.stringify({
    accounts: [{ account: 'a' }],
    mappingGateways: [{ name: 'M', account: 'a', remoteIps: ['192.0.2.1'], capacity: null, locked: true }],
  });
  const [gateway] = parseNetwork(json, 'net.json').mappingGateways;
  assert.deepEqual([gateway?.capacity, gateway?.locked], [null, true]);
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

test('a rate: price per period with sections, or per minute with increments', () => {
  const { rateTables } = parseNetwork(FULL, 'net.yaml');
  const [retail, own] = rateTables;
  assert.deepEqual(retail?.rates[0], {
    prefix: '4470',
    area: 'UK mobile',
    calendar: '',
    terms: {
      type: 'national',
      isBarred: false,
      priceNanos: 50_000_000,
      priceSeconds: 6,
      periodSeconds: 6,
      sections: [
        { priceNanos: 600_000_000, seconds: 60 },
        { priceNanos: 100_000_000, seconds: 30 },
      ],
      connectFeeNanos: 10_000_000,
      graceSeconds: 3,
      minimumSeconds: 30,
      taxMillionths: 195_000,
      validFromWallMs: Date.UTC(2027, 0, 31),
      validUntilWallMs: Date.UTC(2027, 1, 28),
    },
  });
  assert.equal(retail?.rates[1]?.terms.isBarred, true);
  const { priceNanos, priceSeconds, periodSeconds, sections } = own?.rates[0]?.terms ?? assert.fail();
  assert.deepEqual([priceNanos, priceSeconds, periodSeconds], [10_000_000, 60, 6]);
  assert.deepEqual(sections, [{ priceNanos: 5_000_000, seconds: 30 }]);
});
