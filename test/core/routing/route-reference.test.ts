// Filters and order against the rule in the plainest words, on random networks and moments.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Pass } from '../../../src/core/routing/pass.ts';
import type { Closed, Price } from '../../../src/core/routing/route-conditions.ts';
import type { MappingGateway } from '../../../src/core/routing/snapshot.ts';
import { mappingGateway, type PrefixedGateway, parameters, routingGateway } from '../../simulator/trunks.ts';
import { order, passes, planOf } from './route-moment.ts';

const RUNS = 12_000;

/** What is drawn of one gateway and of how it does. */
interface Drawn {
  readonly gateway: PrefixedGateway;
  readonly calls: number;
  readonly offered: number;
  readonly closed: Closed | null;
  readonly isAtRate: boolean;
  readonly answerRate: number;
  readonly buy: Price | null;
}

interface Scene {
  readonly drawn: readonly Drawn[];
  readonly mapping: MappingGateway;
  readonly sell: Price | null;
  readonly callee: string;
  readonly turn: number;
  readonly system: Readonly<Record<string, string>>;
}

const mostly = <T>(usual: T, ...others: T[]) => fc.constantFrom(usual, usual, usual, usual, ...others);
const price = fc.record({
  nanos: fc.constantFrom(0, 1, 60, 90, 100, 600),
  seconds: fc.constantFrom(1, 6, 60),
  currency: mostly('EUR', 'USD', 'GBP'),
});
const limits = {
  minProfitPercent: mostly<number | null>(null, -100, 0, 10, 100),
  maxSecondRatesNanos: mostly<number | null>(null, 0, 1, 10, 100),
};
const gatewayParts = fc.record({
  prefixes: fc.uniqueArray(fc.constantFrom('', '4', '49', '493', '3'), { minLength: 1, maxLength: 3 }),
  prefixStyle: mostly<'terminate' | 'continue'>('continue', 'terminate'),
  priority: fc.nat(1),
  capacity: fc.constantFrom(null, 0, 5, 10),
  protect: mostly(false, true),
  locked: mostly(false, true),
  weight: fc.constantFrom(0, 0, 1, 3, 7),
  gatewayGroups: fc.subarray(['north', 'south']),
  callinMappingGateways: mostly<string[]>([], ['acme'], ['other']),
  feerateRestrict: fc.boolean(),
  leastCostRouting: mostly(false, true),
  ...limits,
});
const mappingParts = fc.record({
  firstRoutePolicy: mostly<'none' | 'answerRate' | 'lowestRate'>('none', 'answerRate', 'lowestRate'),
  secondRoutePolicy: mostly<'none' | 'answerRate' | 'lowestRate'>('none', 'answerRate', 'lowestRate'),
  routingGatewayGroups: mostly<string[]>([], ['north'], ['north', 'south']),
  routingGatewayGroupsAllow: fc.boolean(),
  calloutRoutingGateways: mostly<string[]>([], ['vendor-1', 'vendor-2', 'vendor-3']),
  ...limits,
});
const drawnParts = fc.record({
  parts: gatewayParts,
  calls: fc.nat(6),
  offered: fc.nat(2),
  closed: mostly<Closed | null>(null, 'out', 'banned'),
  isAtRate: mostly(false, true),
  answerRate: fc.constantFrom(-1, 0, 50, 90),
  buy: fc.option(price),
});
const onOff = fc.constantFrom('On', 'Off');

const scene: fc.Arbitrary<Scene> = fc
  .record({
    all: fc.array(drawnParts, { maxLength: 8 }),
    mapping: mappingParts,
    sell: fc.option(price),
    callee: fc.constantFrom('4930', '49', '3', '5', ''),
    turn: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    system: fc.record({
      SS_GATEWAY_ASR_ROUTE_SORT_CONFIG: onOff,
      SS_GATEWAY_FEE_RATE_ROUTE_SORT_CONFIG: onOff,
      SS_GATEWAY_FEE_RATE_ROUTE_BEFORE_ASR: onOff,
    }),
  })
  .map(({ all, mapping, ...rest }) => ({
    ...rest,
    mapping: mappingGateway(900, { name: 'acme', ...mapping }),
    drawn: all.map(({ parts, ...how }, slot) => ({ ...how, gateway: routingGateway(slot, parts) })),
  }));

test(`${RUNS} random plans: who is passed by and why, and the order of the others`, () => {
  fc.assert(
    fc.property(scene, (drawn) => assert.deepEqual(planned(drawn), reference(drawn))),
    { numRuns: RUNS },
  );
});

interface Found {
  readonly order: readonly string[];
  readonly passes: Readonly<Record<number, string | null>>;
}

function planned({ drawn, mapping, sell, callee, turn, system }: Scene): Found {
  const bySlot = <T>(value: (one: Drawn) => T | null): Record<number, T> =>
    Object.fromEntries(drawn.flatMap((one) => (value(one) === null ? [] : [[one.gateway.slot, value(one) as T]])));
  const plan = planOf(
    drawn.map(({ gateway }) => gateway),
    callee,
    {
      mapping,
      ...(sell === null ? {} : { sell }),
      calls: bySlot(({ calls }) => calls),
      offered: bySlot(({ offered }) => offered),
      closed: bySlot(({ closed }) => closed),
      atRate: drawn.filter(({ isAtRate }) => isAtRate).map(({ gateway }) => gateway.slot),
      answerRates: bySlot(({ answerRate }) => answerRate),
      buy: bySlot(({ buy }) => buy),
      turns: () => turn,
      parameters: system,
    },
  );
  return { order: order(plan), passes: passes(plan) };
}

/** The rule. */
function reference(scene: Scene): Found {
  const { drawn, callee } = scene;
  const chosen = new Map<Drawn, string>();
  for (let length = callee.length; length >= 0; length--) {
    const prefix = callee.slice(0, length);
    const fresh = drawn.filter((one) => one.gateway.prefixes.includes(prefix) && !chosen.has(one));
    for (const one of fresh) chosen.set(one, prefix);
    if (fresh.some(({ gateway }) => gateway.prefixStyle === 'terminate')) break;
  }
  const reasons = [...chosen.keys()].map((one) => [one, reasonAgainst(one, scene)] as const);
  const left = reasons.filter(([, reason]) => reason === null).map(([one]) => one);
  const priced = [...chosen.keys()].filter((one) => left.includes(one)).flatMap(({ buy }) => buy?.currency ?? []);
  const currency = priced.find((one) => one === scene.sell?.currency) ?? priced[0];
  const keysOf = (one: Drawn): number[] => standing(one, (chosen.get(one) as string).length, scene, currency);
  const areEquals = (a: Drawn, b: Drawn): boolean =>
    a.gateway.weight > 0 === b.gateway.weight > 0 && lexical(keysOf(a), keysOf(b)) === 0;
  left.sort((a, b) => lexical([...keysOf(a), ...amongEquals(a)], [...keysOf(b), ...amongEquals(b)]));
  const sets: Drawn[][] = [];
  for (const one of left) {
    const set = sets.at(-1);
    if (set !== undefined && areEquals(set[0] as Drawn, one)) set.push(one);
    else sets.push([one]);
  }
  const ordered = sets.flatMap((set) => ((set[0] as Drawn).gateway.weight > 0 ? byTurn(set, scene.turn) : set));
  return {
    order: ordered.map((one) => `${one.gateway.slot}:${chosen.get(one)}`),
    passes: Object.fromEntries(
      reasons.filter(([, reason]) => reason !== null).map(([one, reason]) => [one.gateway.slot, reason]),
    ),
  };
}

function reasonAgainst({ gateway, calls, closed, isAtRate, buy }: Drawn, { mapping, sell }: Scene): Pass | null {
  const { routingGatewayGroups: groups, routingGatewayGroupsAllow: isAllow } = mapping;
  const isInGroup = gateway.gatewayGroups.some((group) => groups.includes(group));
  const profit = sell === null || sell.nanos === 0 ? -Infinity : buy === null ? Infinity : profitOf(sell, buy);
  const limitsOf = [mapping, gateway];
  if (gateway.locked) return 'locked';
  if (gateway.callinMappingGateways.length > 0 && !gateway.callinMappingGateways.includes('acme')) return 'notAllowed';
  if (mapping.calloutRoutingGateways.length > 0 && !mapping.calloutRoutingGateways.includes(gateway.name))
    return 'notAllowed';
  if (groups.length > 0 && isInGroup !== isAllow) return 'notAllowed';
  if (closed !== null) return closed;
  if (gateway.capacity !== null && calls >= gateway.capacity) return 'full';
  if (isAtRate) return 'rate';
  if (buy === null && gateway.feerateRestrict) return 'noBuyRate';
  const wants = [...limitsOf.map(({ minProfitPercent }) => minProfitPercent), mapping.maxSecondRatesNanos];
  if (buy !== null && sell !== null && buy.currency !== sell.currency && wants.some((limit) => limit !== null)) {
    return 'otherCurrency';
  }
  for (const { maxSecondRatesNanos: most } of limitsOf) {
    if (buy !== null && most !== null && buy.nanos > most * buy.seconds) return 'tooDear';
  }
  for (const { minProfitPercent: least } of limitsOf) {
    if (least !== null && profit < least) return 'unprofitable';
  }
  return null;
}

/** In hundredths of nanos times seconds, so that it is exact. */
function profitOf(sell: Price, buy: Price): number {
  const sold = sell.nanos * buy.seconds;
  return (100 * (sold - buy.nanos * sell.seconds)) / sold;
}

function standing(
  { gateway, answerRate, buy }: Drawn,
  prefixLength: number,
  { mapping, system }: Scene,
  currency: string | undefined,
): number[] {
  const rate = answerRate === -1 ? -Infinity : -answerRate;
  const cost = buy === null || buy.currency !== currency ? Infinity : buy.nanos / buy.seconds;
  const leastCost = gateway.leastCostRouting ? cost : Infinity;
  const byPolicy = { none: 0, answerRate: rate, lowestRate: cost };
  const isOn = parameters(system);
  const costStep = isOn.SS_GATEWAY_FEE_RATE_ROUTE_SORT_CONFIG ? cost : leastCost;
  const rateStep = isOn.SS_GATEWAY_ASR_ROUTE_SORT_CONFIG ? rate : 0;
  const steps = isOn.SS_GATEWAY_FEE_RATE_ROUTE_BEFORE_ASR ? [costStep, rateStep] : [rateStep, costStep];
  const { firstRoutePolicy, secondRoutePolicy } = mapping;
  const policies = [byPolicy[firstRoutePolicy], byPolicy[secondRoutePolicy]];
  return [gateway.protect ? 1 : 0, -prefixLength, ...policies, gateway.priority, ...steps];
}

function amongEquals({ gateway, calls, offered }: Drawn): number[] {
  if (gateway.weight > 0) return [0, gateway.slot];
  const load = gateway.capacity === null || gateway.capacity === 0 ? 0 : calls / gateway.capacity;
  return [1, load, offered, gateway.slot];
}

function lexical(one: readonly number[], other: readonly number[]): number {
  const at = one.findIndex((key, place) => key !== other[place]);
  return at < 0 ? 0 : (one[at] as number) < (other[at] as number) ? -1 : 1;
}

/** Draws one by its stretch of the line, then from the others with what is left of the point. */
function byTurn(set: readonly Drawn[], point: number): Drawn[] {
  if (set.length < 2) return [...set];
  let reach = point * set.reduce((sum, { gateway }) => sum + gateway.weight, 0);
  for (const [at, one] of set.entries()) {
    const { weight } = one.gateway;
    if (reach < weight || at === set.length - 1) {
      return [one, ...byTurn(set.toSpliced(at, 1), Math.min(reach / weight, 1 - Number.EPSILON))];
    }
    reach -= weight;
  }
  return [];
}
