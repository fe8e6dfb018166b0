import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileDialPlan } from '../../../src/core/routing/dial-plan-compiler.ts';
import type { EntryConditions } from '../../../src/core/routing/entry-checks.ts';
import { explainRoute } from '../../../src/core/routing/explain.ts';
import { UNTOUCHED_MAPPING_NUMBERS, UNTOUCHED_ROUTING_NUMBERS } from '../../../src/core/routing/gateway-numbers.ts';
import { packNumberGroup } from '../../../src/core/routing/number-group.ts';
import type { KnownPrices } from '../../../src/core/routing/route-conditions.ts';
import type { Snapshot } from '../../../src/core/routing/snapshot.ts';
import { mappingGateway, parameters, routes, routingGateway } from '../../simulator/trunks.ts';
import { type MomentParts, nowOf } from './route-moment.ts';

const WALL_MS = 1_700_000_000_000;

const SNAPSHOT: Snapshot = {
  version: 1,
  mappingGateways: [
    mappingGateway(1, { name: 'acme', remoteIps: ['192.0.2.1'], calleePrefix: '00', capacity: 2 }),
    mappingGateway(2, { name: 'shut', remoteIps: ['192.0.2.2'], locked: true }),
    mappingGateway(6, { name: 'unpaid', remoteIps: ['192.0.2.3'], account: 'dodgers', accountLocked: true }),
    mappingGateway(7, { name: 'past', remoteIps: ['192.0.2.4'], account: 'ancients', accountExpiresAtWallMs: WALL_MS }),
    mappingGateway(8, { name: 'last', remoteIps: ['192.0.2.5'], accountExpiresAtWallMs: WALL_MS + 1 }),
  ],
  ...routes([
    routingGateway(3, { name: 'one', prefixes: ['49'], capacity: 1, remoteIp: '203.0.113.1' }),
    routingGateway(4, { name: 'two', prefixes: ['49'], locked: true, remoteIp: '203.0.113.2' }),
    routingGateway(5, { name: 'three', prefixes: ['33'], remoteIp: '203.0.113.3', protect: true }),
  ]),
  parameters: parameters(),
};

function explain(from: string, callee: string, parts: MomentParts = {}): ReturnType<typeof explainRoute> {
  return explainRoute(SNAPSHOT, { from, caller: '1', callee }, nowOf(WALL_MS, parts));
}

test('a gateway is named by its name or by an address it calls from', () => {
  assert.equal(explain('acme', '0049301').mappingGateway, 'acme');
  assert.equal(explain('192.0.2.1', '0049301').mappingGateway, 'acme');
  assert.match(explain('192.0.2.9', '0049301').refusal, /no mapping gateway/);
});

test('each candidate says whether it would take the call, and why not', () => {
  const { callee, refusal, candidates } = explain('acme', '0049301');
  assert.deepEqual([callee, refusal], ['49301', '']);
  assert.deepEqual(
    candidates.map(({ gateway, taken, why }) => [gateway, taken, why]),
    [
      ['one', true, 'may take the call'],
      ['two', false, 'locked'],
    ],
  );
});

test('a gateway that is out or banned says so, and a protect gateway what it is', () => {
  const { refusal, candidates } = explain('acme', '0049301', { closed: { 3: 'out' } });
  assert.deepEqual(
    candidates.map(({ gateway, taken, why }) => [gateway, taken, why]),
    [
      ['one', false, 'out: it does not answer'],
      ['two', false, 'locked'],
    ],
  );
  assert.match(refusal, /full, closed, locked, out or banned .*503/);
  assert.deepEqual(
    explain('acme', '00331').candidates.map(({ taken, why }) => [taken, why]),
    [[true, 'may take the call: a protect gateway, after the others']],
  );
});

test('a refusal says which check failed', () => {
  assert.match(explain('acme', '49301').refusal, /does not begin with 00/);
  assert.match(explain('shut', '49301').refusal, /gateway is locked/);
  assert.match(explain('unpaid', '49301').refusal, /account dodgers is locked/);
  assert.match(explain('past', '49301').refusal, /account ancients has expired/);
  assert.equal(explain('last', '49301').refusal, '');
  assert.match(explain('acme', '0077').refusal, /404/);
  assert.match(explain('acme', '0049301', { calls: { 3: 1 } }).refusal, /503/);
  assert.match(explain('acme', '0049301', { calls: { 1: 2 } }).refusal, /all the calls/);
});

test('each translation says by which rule a number becomes what, for the call and toward each candidate', () => {
  const { plan: callee } = compileDialPlan(['49*:0*;1*']);
  const { plan: caller } = compileDialPlan(['/^1/7/']);
  const numbers = { ...UNTOUCHED_MAPPING_NUMBERS, callee };
  const snapshot: Snapshot = {
    ...SNAPSHOT,
    mappingGateways: [mappingGateway(1, { name: 'acme', numbers })],
    ...routes([routingGateway(3, { name: 'one', numbers: { ...UNTOUCHED_ROUTING_NUMBERS, caller } })]),
  };
  const now = nowOf(WALL_MS);
  const explained = explainRoute(snapshot, { from: 'acme', caller: '123', callee: '49301' }, now);
  assert.equal(explained.callee, '0301');
  assert.deepEqual(explained.translations, [
    { party: 'callee', rule: '49*:0*;1*', before: '49301', after: '0301', targets: 2 },
  ]);
  assert.deepEqual(explained.candidates[0]?.translations, [
    { party: 'caller', rule: '/^1/7/', before: '123', after: '723', targets: 1 },
  ]);
});

test('it is said where a call would be routed by another number, which a question does not ask for', () => {
  const mappingGateways = [
    mappingGateway(1, { name: 'ported', lrnEnable: true }),
    mappingGateway(2, { name: 'plain' }),
  ];
  const asksLrn = (from: string): boolean =>
    explainRoute({ ...SNAPSHOT, mappingGateways }, { from, caller: '1', callee: '49' }, nowOf(WALL_MS)).asksLrn;
  assert.deepEqual(['ported', 'plain', 'nobody'].map(asksLrn), [true, false, false]);
});

test('a gateway whose caller pool has no number free is passed by, as a call passes it by', () => {
  const pooled = { ...UNTOUCHED_ROUTING_NUMBERS, callerPool: { group: 'office', line: 2 } };
  const snapshot: Snapshot = {
    ...SNAPSHOT,
    ...routes([
      routingGateway(3, { name: 'one', prefixes: ['49'], numbers: pooled, priority: 1 }),
      routingGateway(4, { name: 'two', prefixes: ['493'], prefixStyle: 'continue' }),
    ]),
    numberGroups: [{ name: 'office', image: packNumberGroup(['771', '772']) }],
  };
  const told = (callee: string, shut: readonly string[], groups = snapshot.numberGroups ?? []) => {
    const now = nowOf(WALL_MS);
    const numberShut: EntryConditions['numberShut'] = (slot, number, { capacity }) =>
      slot === 3 && capacity === 2 && shut.includes(number) ? 'full' : null;
    const asked = { ...now, entry: { ...now.entry, numberShut } };
    const { refusal, candidates } = explainRoute(
      { ...snapshot, numberGroups: groups },
      { from: 'acme', caller: '1', callee },
      asked,
    );
    return [refusal, ...candidates.map(({ gateway, why }) => `${gateway}: ${why}`)];
  };
  assert.deepEqual(told('00491', ['771']), ['', 'one: may take the call']);
  const inUse = 'one: every number of its caller pool is in use';
  assert.deepEqual(told('00493', ['771', '772']), ['', 'two: may take the call', inUse]);
  const [refusal, ...why] = told('00491', ['771', '772']);
  assert.match(refusal ?? '', /is full, .*GatewayFull, 503/);
  assert.deepEqual(why, [inUse]);
  assert.deepEqual(told('00491', [], []).slice(1), [inUse], 'a group that is not there has none');
});

/** What `number` costs: 0.06 a minute of acme's account and 0.03 of the gateway `one`; 48 is unknown, 47 is barred. */
const PRICES: KnownPrices = {
  buyPrice: ({ name }) => (name === 'one' ? { nanos: 500_000, seconds: 1, currency: 'EUR' } : null),
  sellQuote: (_gateway, number) => {
    const known = { account: 'acme-billing', table: 'retail', prefix: number.slice(0, 2), talkSecondsMax: 60 };
    const price = { nanos: 6_000_000, seconds: 6, currency: 'EUR' };
    if (number.startsWith('48')) return { ...known, table: '', prefix: '', price: null, refusal: 'RateNotFound' };
    return { ...known, price, refusal: number.startsWith('47') ? 'RateBarred' : '' };
  },
};

test('the account’s rate, what each vendor is paid and the profit are told; without a rate it is refused', () => {
  const now = nowOf(WALL_MS);
  const priced = (callee: string) => explainRoute(SNAPSHOT, { from: 'acme', caller: '1', callee }, now, PRICES);
  const { sell, candidates } = priced('0049301');
  assert.deepEqual(sell, {
    account: 'acme-billing',
    table: 'retail',
    prefix: '49',
    secondNanos: 1_000_000,
    talkSecondsMax: 60,
  });
  assert.deepEqual([candidates[0]?.buySecondNanos, candidates[0]?.profitPercent], [500_000, 50]);
  assert.deepEqual([priced('0048301').candidates, priced('0048301').sell?.secondNanos], [[], null]);
  assert.match(priced('0048301').refusal, /no rate for this number \(RateNotFound, 403\)/);
  assert.match(priced('0047301').refusal, /retail 47 of the account acme-billing is barred/);
  const refusedBy = { account: 'house', table: 'agents', prefix: '4' };
  const prices: KnownPrices = {
    ...PRICES,
    sellQuote: (...given) => {
      const quote = PRICES.sellQuote(...given);
      return quote && { ...quote, refusal: 'RateBarred', refusedBy };
    },
  };
  const barred = explainRoute(SNAPSHOT, { from: 'acme', caller: '1', callee: '0049301' }, now, prices);
  assert.match(barred.refusal, /agents 4 of the account house is barred/);
});
