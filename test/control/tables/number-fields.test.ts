// The fields of gateways that are about numbers: as written, as refused, as compiled.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileSnapshot } from '../../../src/control/tables/compile.ts';
import { upgraded } from '../../../src/control/tables/gateway-fields.ts';
import { parseNetwork } from '../../../src/control/tables/network-file.ts';
import { assignSlots } from '../../../src/control/tables/slots.ts';
import { ruleFor } from '../../../src/core/routing/dial-plan.ts';
import { UNTOUCHED_MAPPING_NUMBERS, UNTOUCHED_ROUTING_NUMBERS } from '../../../src/core/routing/gateway-numbers.ts';
import { NUMBER_LIST_MAX } from '../../../src/core/routing/number-limits.ts';
import type { Network } from '../../../src/store/network.ts';
import type {
  MappingNumberFields,
  NumberFilterFields,
  RoutingNumberFields,
} from '../../../src/store/network-numbers.ts';
import { refusals } from './network-sample.ts';

/** Lists of nothing, which let everything pass. */
const OPEN_LISTS: NumberFilterFields = {
  callerPrefixes: [],
  callerPrefixesAllow: true,
  calleePrefixes: [],
  calleePrefixesAllow: true,
  forwardPrefixes: [],
  forwardPrefixesAllow: true,
  scheduledPrefixes: [],
  callerAllowLength: [],
  calleeAllowLength: [],
  callerLimitE164Groups: [],
  callerLimitE164GroupsAllow: true,
  calleeLimitE164Groups: [],
  calleeLimitE164GroupsAllow: true,
  denyCallerCallee: [],
  denyCallerCalleeAllow: false,
};
const MAPPING_DEFAULTS: MappingNumberFields = {
  ...OPEN_LISTS,
  sipCallerE164Domain: 'from',
  sipCalleeE164Domain: 'requestLine',
  rewriteRulesOutCaller: [],
  rewriteRulesOutCallee: [],
  scheduledRewriteRulesOut: [],
};
const ROUTING_DEFAULTS: RoutingNumberFields = {
  ...OPEN_LISTS,
  rewriteRulesInCaller: [],
  rewriteRulesInCallee: [],
  scheduledRewriteRulesIn: [],
  rewriteRulesPIdentity: [],
  callerPool: '',
  callerPoolLine: 1,
};

function fileWith(mapping: string, routing: string): string {
  return `numberGroups: [{ name: office, numbers: 4930123 }]
accounts:
  - account: a
mappingGateways:
  - name: Alpha
    account: a
    remoteIps: 198.51.100.7
${mapping}
routingGateways:
  - name: Vendor
    remoteIp: 203.0.113.9
${routing}
`;
}

function networkWith(mapping: string, routing: string): Network {
  return parseNetwork(fileWith(mapping, routing), 'net.yaml');
}

test('what is left out changes no number', () => {
  const network = networkWith('', '');
  const [mapping] = network.mappingGateways;
  const [routing] = network.routingGateways;
  assert.deepEqual({ ...mapping, ...MAPPING_DEFAULTS }, mapping);
  assert.deepEqual({ ...routing, ...ROUTING_DEFAULTS }, routing);
  const snapshot = compileSnapshot(network, 1, assignSlots([], network), [{ address: '192.0.2.1' }], 0);
  assert.deepEqual(snapshot.mappingGateways[0]?.numbers, UNTOUCHED_MAPPING_NUMBERS);
  assert.deepEqual(snapshot.routingGateways[0]?.numbers, UNTOUCHED_ROUTING_NUMBERS);
  assert.equal('rewriteRulesOutCaller' in (snapshot.mappingGateways[0] ?? {}), false, 'a call never sees rule text');
});

test('rules stand in one text with commas, or in a list', () => {
  const network = networkWith(
    '    rewriteRulesOutCallee: 00*:*, /^0(\\d{2,3})$/44$1/',
    '    rewriteRulesInCaller:\n      - "*:88*"\n      - 0044???*:44???*',
  );
  assert.deepEqual(network.mappingGateways[0]?.rewriteRulesOutCallee, ['00*:*', '/^0(\\d{2,3})$/44$1/']);
  assert.deepEqual(network.routingGateways[0]?.rewriteRulesInCaller, ['*:88*', '0044???*:44???*']);
  const snapshot = compileSnapshot(network, 1, assignSlots([], network), [{ address: '192.0.2.1' }], 0);
  const { callee } = snapshot.mappingGateways[0]?.numbers ?? UNTOUCHED_MAPPING_NUMBERS;
  assert.equal(ruleFor(callee, '00442')?.text, '00*:*');
  const { caller } = structuredClone(snapshot).routingGateways[0]?.numbers ?? UNTOUCHED_ROUTING_NUMBERS;
  assert.equal(ruleFor(caller, '0044201')?.text, '0044???*:44???*', 'as a shard gets it');
});

test('a refusal names the line, the field, the rule and what is wrong with it; all are told', () => {
  const found = refusals(
    fileWith(
      '    rewriteRulesOutCaller: 00*:*,0*0:1\n    rewriteRulesOutCallee: /^(\\d+)+$/1/',
      '    rewriteRulesPIdentity: [1, 2]',
    ),
  );
  assert.deepEqual(
    found.map(({ line, field, reason }) => [line, field, reason]),
    [
      [8, 'mappingGateways[0].rewriteRulesOutCaller', '0*0:1 has * before the end of its pattern'],
      [
        9,
        'mappingGateways[0].rewriteRulesOutCallee',
        '/^(\\d+)+$/1/ repeats what itself repeats: on some numbers it would take too long',
      ],
      [13, 'routingGateways[0].rewriteRulesPIdentity', '1 lacks the : between pattern and target'],
      [13, 'routingGateways[0].rewriteRulesPIdentity', '2 lacks the : between pattern and target'],
    ],
  );
});

test('number lists have the names of either kind of gateway', () => {
  const network = networkWith(
    '    calloutCallerPrefixes: 49, 44\n    calloutCallerPrefixesAllow: Off\n    callerAllowLength: 5,31',
    '    callinCalleePrefixes: [0049]\n    calleeLimitE164Groups: office\n    denyCallerCallee: 49221:4930*',
  );
  const lists = { callerPrefixes: ['49', '44'], callerPrefixesAllow: false, callerAllowLength: [5, 31] };
  assert.deepEqual(network.mappingGateways[0], { ...network.mappingGateways[0], ...lists });
  const others = { calleePrefixes: ['0049'], calleeLimitE164Groups: ['office'], denyCallerCallee: ['49221:4930*'] };
  assert.deepEqual(network.routingGateways[0], { ...network.routingGateways[0], ...others });
});

test('an entry of a number list is refused with what the list takes', () => {
  const found = refusals(
    fileWith(
      '    calloutCallerPrefixes: x\n    callerAllowLength: 32',
      `    denyCallerCallee: 49221\n    callinCallerPrefixes: ${'1,'.repeat(NUMBER_LIST_MAX)}1`,
    ),
  );
  assert.deepEqual(
    found.map(({ field, reason }) => [field, reason]),
    [
      ['mappingGateways[0].calloutCallerPrefixes', 'takes a prefix of up to 32 digits (0-9 * # + a-s), not "x"'],
      ['mappingGateways[0].callerAllowLength', 'takes a whole number from 1 to 31, not "32"'],
      ['routingGateways[0].denyCallerCallee', 'takes caller:callee, such as 4922*:4930123, not "49221"'],
      ['routingGateways[0].callinCallerPrefixes', `has more than ${NUMBER_LIST_MAX} entries; a number group has room`],
    ],
  );
});

test('a network of an earlier build has no rules and no lists', () => {
  const network = networkWith('', '');
  const withoutNumbers = (entry: object, fields: object): object =>
    Object.fromEntries(Object.entries(entry).filter(([name]) => !Object.hasOwn(fields, name)));
  const earlier = {
    ...network,
    mappingGateways: network.mappingGateways.map((entry) => withoutNumbers(entry, MAPPING_DEFAULTS)),
    routingGateways: network.routingGateways.map((entry) => withoutNumbers(entry, ROUTING_DEFAULTS)),
  } as unknown as Network;
  assert.deepEqual(upgraded(earlier), network);
});
