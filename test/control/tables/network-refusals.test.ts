// The network file: what is refused, in which line, and why.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseNetwork } from '../../../src/control/tables/network-file.ts';
import { HOST_NAMES_MAX } from '../../../src/core/base/limits.ts';
import { RATE_SECTIONS_MAX } from '../../../src/core/rating/rating-limits.ts';
import type { Refusal } from '../../../src/tandem-error.ts';
import { FULL, refusals } from './network-sample.ts';

/** The one refusal of a file that differs from FULL in `from` -> `to`. */
function refusal(from: string, to: string): Refusal {
  assert.ok(FULL.includes(from), from);
  const [first, ...rest] = refusals(FULL.replace(from, to));
  assert.deepEqual(rest, []);
  return first ?? assert.fail();
}

/** What is replaced, by what, the field that is refused, and why; `inLine`: text of its line, if not the new one. */
type Row = readonly [from: string, to: string, field: string, reason: RegExp, inLine?: string];

const REFUSED: readonly Row[] = [
  ['currency: EUR\n    rates:\n', 'currency: euro\n    rates:\n', 'rateTables[0].currency', /three letters/],
  [
    '  - name: own prices',
    '  - { name: retail, currency: EUR }\n  - name: own prices',
    'rateTables[1].name',
    /above/,
    '',
  ],
  ['prefix: "882"', 'prefix: "88x"', 'rateTables[0].rates[1].prefix', /prefix of digits/],
  ['prefix: "882", locked: true', 'prefix: "882"', 'rateTables[0].rates[1].price', /is missing/],
  ['price: 0.05', 'price: 100000.01', 'rateTables[0].rates[0].price', /from 0 to 100000 with at most 9 decimals/],
  ['price: 0.05', 'price: 0.0000000001', 'rateTables[0].rates[0].price', /at most 9 decimals/],
  ['sections: 0.6/60', 'sections: 0.6/0', 'rateTables[0].rates[0].sections', /a price and its seconds/],
  [
    'sections: 0.6/60',
    `sections: ${'0.6/60, '.repeat(RATE_SECTIONS_MAX)}0.6/60`,
    'rateTables[0].rates[0].sections',
    /are more than 8/,
  ],
  ['tax: 19.5', 'tax: 101', 'rateTables[0].rates[0].tax', /percentage from 0 to 100/],
  ['validUntil: 2027-02-28', 'validUntil: 2027-01-31', 'rateTables[0].rates[0].validUntil', /not after validFrom/],
  ['increments: 30/6', 'increments: 30', 'rateTables[1].rates[0].increments', /such as 30\/6/],
  [
    '0.01, increments: 30/6',
    '50000, increments: 121/6',
    'rateTables[1].rates[0].increments',
    /first price above 100000/,
  ],
  ['perMinute: 0.01', 'perMinute: 0.01, price: 1', 'rateTables[1].rates[0].price', /does not go with perMinute/],
  ['perMinute: 0.01, inc', 'price: 0.01, inc', 'rateTables[1].rates[0].increments', /does not go with price/],
  ['    agent: alpha', '    agent: alpha\n    type: agents', 'accounts[1].type', /general or settlement or agent/],
  ['rateTable: retail', 'rateTable: whole sale', 'accounts[0].rateTable', /not in rateTables/],
  ['    memo: prompt payer', '    currency: USD', 'accounts[0].currency', /its rates are in EUR/, '    currency: USD'],
  ['agent: alpha', 'agent: gamma', 'accounts[1].agent', /not in accounts/],
  ['type: agent', 'type: general', 'accounts[1].agent', /not of type agent/, 'agent: alpha'],
  ['type: agent', 'type: agent\n    agent: alpha', 'accounts[0].agent', /a circle/, '    agent: alpha'],
  ['memo: prompt payer', 'memo: \ufffdberpünktlich', 'accounts[0].memo', /is not in UTF-8/],
  ['name: Alpha Telecom AG', `name: ${'x'.repeat(257)}`, 'accounts[0].name', /at most 256 characters/],
  ['tags: [retail, north, retail]', 'tags: [a, b!]', 'accounts[0].tags[1]', /takes a name of 1 to 64 letters/],
  [
    'tags: [retail, north, retail]',
    `tags: ${Array.from({ length: 17 }, (_, tag) => tag).join(',')}`,
    'accounts[0].tags',
    /has more than 16 tags/,
  ],
  ['creditLimit: None', 'creditLimit: -1', 'accounts[0].creditLimit', /None or an amount/],
  ['timeZone: Europe/Berlin', 'timeZone: Berlin', 'accounts[0].timeZone', /a time zone such as/],
  ['lowBalance: -2.50', 'lowBalance: little', 'accounts[0].lowBalance', /an amount such as/],
  ['packageFrom: 2027-01-15', 'packageFrom: 2027-02-30', 'accounts[0].packageFrom', /takes a day such as/],
  ['clearingAccount: alpha', 'clearingAccount: gamma', 'routingGateways[0].clearingAccount', /not in accounts/],
  [
    '  - account: beta GmbH',
    '  - account: beta!\n  - account: beta GmbH',
    'accounts[1].account',
    /takes a name of 1 to 64 letters/,
    '- account: beta!',
  ],
  [
    '  - account: beta GmbH',
    '  - account: beta GmbH\n  - account: alpha',
    'accounts[2].account',
    /stands above already/,
  ],
  ['    account: alpha', '    account: gamma', 'mappingGateways[0].account', /not in accounts/],
  ['    account: alpha\n', '', 'mappingGateways[0].account', /is missing/, '- name: Alpha'],
  ['10.1.0.0/16', '10.1.0.1/16', 'mappingGateways[0].remoteIps[1]', /bits beyond its network/],
  ['10.1.0.0/16', '10.1.0.0/33', 'mappingGateways[0].remoteIps[1]', /takes an address or a network/],
  ['198.51.100.8, 198.51.100.9', 'sip.example.com', 'mappingGateways[1].remoteIps', /takes an address/],
  ['198.51.100.8, 198.51.100.9', '198.51.100.8,,198.51.100.9', 'mappingGateways[1].remoteIps', /has an empty entry/],
  ['198.51.100.8, 198.51.100.9', '198.51.100.8,198.51.100.8', 'mappingGateways[1].remoteIps', /twice/],
  ['    remoteIps: 198.51.100.8, 198.51.100.9\n', '', 'mappingGateways[1].remoteIps', /is missing/, '- name: Beta'],
  ['198.51.100.8, 198.51.100.9', '198.51.100.8:5080', 'mappingGateways[1].remoteIps', /needs sipAuthenticationMethod/],
  ['198.51.100.8, 198.51.100.9', '198.51.100.8:70000', 'mappingGateways[1].remoteIps', /no port of 1 to 65535/],
  [
    'remoteIps: 198.51.100.8, 198.51.100.9',
    'remoteHosts: sip..example',
    'mappingGateways[1].remoteHosts',
    /takes a host name/,
  ],
  [
    'remoteIps: 198.51.100.8, 198.51.100.9',
    'remoteHosts: 192.0.2.1',
    'mappingGateways[1].remoteHosts',
    /takes a host name/,
  ],
  [
    'remoteIps: 198.51.100.8, 198.51.100.9',
    'registerType: dynamic',
    'mappingGateways[1].registerUser',
    /is missing: the user who is to prove himself/,
    '- name: Beta',
  ],
  [
    'remoteIps: 198.51.100.8, 198.51.100.9',
    'remoteIps: 198.51.100.8\n    registerUser: ada',
    'mappingGateways[1].registerPassword',
    /belong together/,
    '- name: Beta',
  ],
  [
    'remoteIps: 198.51.100.8, 198.51.100.9',
    'remoteIps: 198.51.100.8\n    registerAlgorithms: SHA-1',
    'mappingGateways[1].registerAlgorithms',
    /takes SHA-512-256 or SHA-256 or MD5, not "SHA-1"/,
    'registerAlgorithms',
  ],
  [
    'remoteIps: 198.51.100.8, 198.51.100.9',
    'remoteIps: 198.51.100.8\n    registerAlgorithms: MD5, SHA-256, MD5',
    'mappingGateways[1].registerAlgorithms',
    /has "MD5" twice/,
    'registerAlgorithms',
  ],
  ['capacity: 100', 'capacity: -1', 'mappingGateways[0].capacity', /None or a whole number from 0/],
  ['cps: 20', 'rateTable: x', 'mappingGateways[0].rateTable', /not a field here; all are in config\/PARAMETERS\.md$/],
  ['cps: 20', 'cps: 0', 'mappingGateways[0].cps', /whole number from 1/],
  ['cps: 20', 'cps: 1e3', 'mappingGateways[0].cps', /whole number/],
  ['calleePrefix: 0099', 'calleePrefix: xyz', 'mappingGateways[0].calleePrefix', /prefix of up to 32 digits/],
  [
    '    locked: On\n    timeout',
    '    locked: maybe\n    timeout',
    'mappingGateways[0].locked',
    /On or Off/,
    'locked: m',
  ],
  ['locked: On', 'locked: yes', 'accounts[1].locked', /On or Off, not "yes"/],
  ['2027-01-31T18:00:00+01:00', '2027-02-30T18:00', 'accounts[1].expires', /takes a date such as/],
  [
    'timeoutCallProceeding: 60',
    'timeoutCallProceeding: 0',
    'mappingGateways[0].timeoutCallProceeding',
    /1 to 3600 seconds/,
  ],
  ['name: Beta', 'name: Alpha', 'mappingGateways[1].name', /stands above already/],
  ['name: Beta', 'name: constructor', 'mappingGateways[1].name', /cannot be a name/],
  ['name: Beta', 'name: __proto__', 'mappingGateways[1].name', /cannot be a name/],
  ['name: Beta', 'name: "a\\nb"', 'mappingGateways[1].name', /takes a name/],
  ['name: Beta', 'name: &x Beta', 'mappingGateways[1].name', /anchor/],
  ['prefixStyle: continue', 'prefixStyle: longest', 'routingGateways[0].prefixStyle', /terminate or continue/],
  ['remoteIp: 203.0.113.9', 'remoteIp: 203.0.113.0/24', 'routingGateways[0].remoteIp', /takes an IPv4 or IPv6/],
  ['signalPort: 5080', 'signalPort: 0', 'routingGateways[0].signalPort', /1 to 65535/],
  ['localIp: 192.0.2.1', 'localIp: "2001:db8::1"', 'routingGateways[0].localIp', /cannot reach/],
  ["'403,404'", "'403,200'", 'routingGateways[0].stopSwitchSipCodes', /300 to 699/],
  ['timeoutInvite: 2.5', 'timeoutInvite: 181', 'routingGateways[0].timeoutInvite', /1 to 180 seconds/],
  ['timeoutInvite: 2.5', 'timeoutInvit: 2.5', 'routingGateways[0].timeoutInvit', /did you mean timeoutInvite/],
  ['timeoutInvite: 2.5', 'timeoutInvite: [2]', 'routingGateways[0].timeoutInvite', /takes one value/],
  ['SS_CAPACITY: None', 'SS_CAPACITI: None', 'systemParameters.SS_CAPACITI', /did you mean SS_CAPACITY/],
  ['SS_CAPACITY: None', '__proto__: 1', 'systemParameters.__proto__', /is not a field here/],
  [
    'SS_SIP_TIMEOUT_INVITE: 8',
    'SS_SIP_TIMEOUT_INVITE: 0',
    'systemParameters.SS_SIP_TIMEOUT_INVITE',
    /1 to 180 seconds/,
  ],
  ['SS_SIP_TIMEOUT_INVITE: 8', 'SS_SIP_TIMEOUT_INVITE:', 'systemParameters.SS_SIP_TIMEOUT_INVITE', /is missing/],
  [
    '2.5\n    callFailed',
    '181\n    callFailed',
    'mappingGateways[0].tryProtectRouteDelay',
    /0 to 180 seconds/,
    ': 181',
  ],
  ['486:480', '486:180', 'mappingGateways[0].callFailedSipCode', /reason:target, such as 486:480/],
  ['-5:503', '-5', 'mappingGateways[0].callFailedSipCode', /reason:target/],
  ['sipRemoteRingSignal: 183', 'sipRemoteRingSignal: 182', 'mappingGateways[0].sipRemoteRingSignal', /auto or 183 or/],
  ['sipTimer: Off', 'sipTimer: 0', 'mappingGateways[0].sipTimer', /On or Off/],
  ['sip100Rel: Off', 'sip100Rel: No', 'mappingGateways[0].sip100Rel', /On or Off/],
  ['Upper: 90.5', 'Upper: 59', 'mappingGateways[0].maxCallDurationUpper', /makes no range with maxCallDurationLower/],
  ['Upper: 90.5', 'Upper: 0', 'mappingGateways[0].maxCallDurationUpper', /makes no range/],
  [
    'Upper: 90.5',
    'Upper: 604801',
    'mappingGateways[0].maxCallDurationUpper',
    /-1 for .*, 0 for none, or up to 604800 seconds/,
  ],
  ['Lower: 60', 'Lower: -2', 'mappingGateways[0].maxCallDurationLower', /up to 604800 seconds, not "-2"/],
  ['statedPort', 'contact', 'mappingGateways[0].sipResponseAddressMethod', /source or statedPort or stated/],
  ['Method: source', 'Method: 0', 'mappingGateways[0].sipRequestAddressMethod', /source or statedPort or stated/],
  ['Identity: pass', 'Identity: Pass', 'mappingGateways[0].sipPAssertedIdentity', /none or pass or caller/],
  ['Identity: caller', 'Identity: id', 'mappingGateways[0].sipPPreferredIdentity', /none or pass or caller/],
  ['PartyId: pass', 'PartyId: On', 'mappingGateways[0].sipRemotePartyId', /none or pass or caller/],
  ['Diversion: On', 'Diversion: pass', 'mappingGateways[0].sipDiversion', /On or Off/],
  ['History', 'Histori', 'mappingGateways[0].sipHistoriInfo', /did you mean sipHistoryInfo/],
  ['switchAllowRtp: On', 'switchAllowRtp: 1', 'routingGateways[0].switchAllowRtp', /On or Off/],
  ['optionsPing: 30', 'optionsPing: 4', 'routingGateways[0].optionsPing', /5 to 3600 seconds/],
  [
    'firstRoutePolicy: lowestRate',
    'firstRoutePolicy: best',
    'mappingGateways[0].firstRoutePolicy',
    /none or answerRate/,
  ],
  [
    'calloutRoutingGateways: Vendor one',
    'calloutRoutingGateways: Nobody',
    'mappingGateways[0].calloutRoutingGateways',
    /names "Nobody"/,
  ],
  [
    'callinMappingGateways: Alpha',
    'callinMappingGateways: Gamma',
    'routingGateways[0].callinMappingGateways',
    /names "Gamma"/,
  ],
  ['30:a, 5:00', '96:a, 5:00', 'mappingGateways[0].proportionCalleePrefixs', /makes 101 percent/],
  ['30:a, 5:00', '0:a', 'mappingGateways[0].proportionCalleePrefixs', /takes percent:prefix/],
  ['minProfitPercent: -5', 'minProfitPercent: 10001', 'mappingGateways[0].minProfitPercent', /-10000 to 10000/],
  ['maxSecondRates: 0.01', 'maxSecondRates: -1', 'mappingGateways[0].maxSecondRates', /takes None or an amount/],
  ['weight: 30', 'gatewayGroups: north', 'routingGateways[0].gatewayGroups', /"north", which is not in gatewayGroups/],
  ['weight: 30', 'weight: 1001', 'routingGateways[0].weight', /0 to 1000/],
  ['    feerateRestrict: On\n', '', 'routingGateways[0].leastCostRouting', /wants feerateRestrict/],
  ['timeoutsToBan: 0', 'timeoutsToBan: 1001', 'routingGateways[0].timeoutsToBan', /0 to 1000/],
  ['User: trunk-7', 'User: "a\\"b"', 'routingGateways[0].sipAuthenticationUser', /visible characters without/],
  ['    sipAuthenticationUser: trunk-7\n', '', 'routingGateways[0].sipAuthenticationPassword', /is missing/, 's3cret'],
  ['contact: sip:trunk', 'contact: tel:trunk', 'routingGateways[0].contact', /takes a SIP URI/],
  ['Contact: On', 'Contact: sip:x', 'routingGateways[0].inviteUseContact', /On or Off/],
  ['noneValue', 'header', 'routingGateways[0].sipPrivacy', /none or pass or id or noneValue/],
  ['Display: Number', 'Display: number', 'routingGateways[0].sipDisplay', /Pass or Number or None/],
];

for (const [from, to, field, reason, inLine = to.split('\n').at(-1) ?? ''] of REFUSED) {
  test(`refused with its line: ${to.trim() === '' ? `no ${from.trim()}` : to.trim()}`, () => {
    const found = refusal(from, to);
    assert.equal(found.field, field);
    assert.match(found.reason, reason);
    const line = FULL.replace(from, to).split('\n')[found.line - 1] ?? '';
    assert.ok(line.includes(inLine), `line ${found.line} is "${line}"`);
  });
}

/** An empty prefix is one that every number begins with: it must be meant. */
const COMMAS_TOO_MANY: readonly (readonly [from: string, to: string, field: string])[] = [
  ['prefix: [0044, "44"]', 'prefix: 0044,44,', 'routingGateways[0].prefix'],
  ['prefix: [0044, "44"]', 'prefix: 0044,,44', 'routingGateways[0].prefix'],
  ['weight: 30', 'callinCalleePrefixes: ",44"', 'routingGateways[0].callinCalleePrefixes'],
  ['calleePrefix: 0099', 'calloutCalleePrefixes: 44,', 'mappingGateways[0].calloutCalleePrefixes'],
];

for (const [from, to, field] of COMMAS_TOO_MANY) {
  test(`a comma too many is refused, and makes no prefix of every number: ${to}`, () => {
    const found = refusal(from, to);
    assert.deepEqual([found.field, found.reason], [field, 'has an empty entry: a comma too many?']);
  });
}

test('an empty prefix that is meant is written by itself, or in a list', () => {
  const prefixesOf = (written: string): readonly string[] | undefined =>
    parseNetwork(FULL.replace('prefix: [0044, "44"]', written), 'net.yaml').routingGateways[0]?.prefixes;
  assert.deepEqual(prefixesOf('prefix: ""'), ['']);
  assert.deepEqual(prefixesOf('prefix: ["44", ""]'), ['44', '']);
});

const NAMING = `
accounts: [{ account: a, rateTable: retail }, { account: v, type: settlement }]
calendars: [{ name: nights, periods: [{ from: 22:00, to: 06:00 }] }]
numberGroups: [{ name: vips, numbers: 1 }, { name: pool, numbers: 2 }]
gatewayGroups: [{ name: north }]
rateTables: [{ name: retail, currency: EUR, rates: [{ prefix: "1", price: 1, calendar: nights }] }]
mappingGateways:
  - { name: M, account: a, remoteIps: 192.0.2.1, callerLimitE164Groups: vips, gatewayGroups: north }
routingGateways:
  - { name: R, remoteIp: 192.0.2.2, calleeLimitE164Groups: vips, callerPool: pool, clearingAccount: v }
  - { name: S, remoteIp: 192.0.2.3, scheduledRewriteRulesIn: [{ calendar: nights, type: callee }] }
`;

/** What is taken out or misspelt, and what of it is told: each place that still names it. */
const MISSING: readonly (readonly [from: string, to: string, ...told: string[]])[] = [
  ['account: v,', 'account: w,', 'routingGateways[0].clearingAccount names "v", which is not in accounts'],
  ['name: retail', 'name: retail2', 'accounts[0].rateTable names "retail", which is not in rateTables'],
  [
    'name: nights',
    'name: days',
    'rateTables[0].rates[0].calendar names "nights", which is not in calendars',
    'routingGateways[1].scheduledRewriteRulesIn names "nights", which is not in calendars',
  ],
  [
    'name: vips',
    'name: crowd',
    'mappingGateways[0].callerLimitE164Groups names "vips", which is not in numberGroups',
    'routingGateways[0].calleeLimitE164Groups names "vips", which is not in numberGroups',
  ],
  ['name: pool', 'name: pond', 'routingGateways[0].callerPool names "pool", which is not in numberGroups'],
  ['name: north', 'name: south', 'mappingGateways[0].gatewayGroups names "north", which is not in gatewayGroups'],
];

for (const [from, to, ...told] of MISSING) {
  test(`what is still named cannot be taken out: ${from}`, () => {
    const before = parseNetwork(NAMING, 'net.yaml');
    const found = refusals(NAMING.replace(from, to), before).map(({ field, reason }) => `${field} ${reason}`);
    assert.deepEqual(
      found.sort(),
      told.map((sentence) => `${sentence} any more: what is still named cannot be taken out`),
    );
  });
}

test('a name that nothing has is refused, with the one that was meant', () => {
  const [found, ...rest] = refusals(NAMING.replace('callerPool: pool', 'callerPool: poll'));
  assert.deepEqual(rest, []);
  assert.equal(found?.reason, 'names "poll", which is not in numberGroups; did you mean pool?');
});

test('a list that is none and an entry that is none are refused', () => {
  assert.match(refusals('accounts: alpha')[0]?.reason ?? '', /takes a list/);
  assert.match(refusals('accounts: [alpha]')[0]?.reason ?? '', /takes a table with account/);
  assert.match(refusals('systemParameters: [1]')[0]?.reason ?? '', /name: value/);
});

test('HOST_NAMES_MAX: a network with more host names is refused', () => {
  const names = Array.from({ length: HOST_NAMES_MAX + 1 }, (_, i) => `h${i}.example`).join(', ');
  const text = `accounts: [{ account: a }]\nmappingGateways: [{ name: M, account: a, remoteHosts: "${names}" }]\n`;
  const [refused, ...rest] = refusals(text);
  assert.deepEqual(rest, []);
  assert.match(refused?.reason ?? '', /is more than 4096 names in all/);
});

test('all agents above an account have its currency: a CDR has one for their fees', () => {
  const file = (middle: string, top: string) => `
accounts:
  - { account: alpha, currency: EUR, agent: middle }
  - { account: middle, type: agent, agent: top${middle} }
  - { account: top, type: agent${top} }
`;
  for (const [middle, top] of [
    ['', ''],
    ['', ', currency: EUR'],
    [', currency: EUR', ''],
  ] as const) {
    assert.doesNotThrow(() => parseNetwork(file(middle, top), 'net'));
  }
  const reasonsOf = (middle: string, top: string) => refusals(file(middle, top)).map(({ reason }) => reason);
  assert.deepEqual(reasonsOf('', ', currency: USD'), ['is below top, which has its account in USD']);
  assert.deepEqual(reasonsOf(', currency: USD', ''), ['has its account in USD']);
});
