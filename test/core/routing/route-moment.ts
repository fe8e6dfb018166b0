// A moment in which a test makes a plan: what gateways are doing, by slot; whatever is not said is at rest.

import type { GatewaysNow } from '../../../src/core/routing/explain.ts';
import {
  type Closed,
  NO_PRICES,
  type Price,
  type RouteConditions,
  type RoutePrices,
  UNKNOWN_RATE,
} from '../../../src/core/routing/route-conditions.ts';
import { type RoutePlan, RouteTable } from '../../../src/core/routing/route-plan.ts';
import type { MappingGateway } from '../../../src/core/routing/snapshot.ts';
import { mappingGateway, type PrefixedGateway, parameters, routes } from '../../simulator/trunks.ts';

type BySlot<T> = Readonly<Record<number, T>>;

/** What is said of it. */
export interface MomentParts {
  readonly calls?: BySlot<number>;
  readonly offered?: BySlot<number>;
  readonly closed?: BySlot<Closed>;
  /** Slots whose calls a second are used up. */
  readonly atRate?: readonly number[];
  /** Slots of dynamic gateways that have not registered. */
  readonly unregistered?: readonly number[];
  readonly answerRates?: BySlot<number>;
  readonly turns?: () => number;
}

/** The moment. */
export function momentOf(parts: MomentParts = {}): RouteConditions {
  return {
    calls: (slot) => parts.calls?.[slot] ?? 0,
    offered: (slot) => parts.offered?.[slot] ?? 0,
    closed: (slot) => parts.closed?.[slot] ?? null,
    isRegistered: (slot) => parts.unregistered?.includes(slot) !== true,
    hasRate: (slot) => parts.atRate?.includes(slot) !== true,
    answerRate: (slot) => parts.answerRates?.[slot] ?? UNKNOWN_RATE,
    turn: parts.turns ?? (() => 0),
  };
}

/** The moment of a question: what is said of it, at `wallMs`. Nothing was counted of any gateway. */
export function nowOf(wallMs: number, parts: MomentParts = {}): GatewaysNow {
  const conditions = momentOf(parts);
  return {
    wallMs,
    conditions,
    entry: {
      blackListed: () => null,
      admitsRate: conditions.hasRate,
      admitsCall: (slot, capacity) => capacity === null || conditions.calls(slot) < capacity,
      numberShut: () => null,
    },
    registeredPlace: () => null,
    registeredFrom: () => [],
    freeSeconds: () => 0,
    spendable: () => 0n,
    hundredth: () => 0,
    quality: () => ({ calls: 0, asr: null, ner: null, acdSeconds: null, pddSeconds: null }),
  };
}

/** What gateways are paid, by slot. */
export function pricesOf(prices: BySlot<Price>): RoutePrices {
  return { buyPrice: ({ slot }) => prices[slot] ?? null };
}

/** A call that nobody sent on, in a network without number groups. */
export const UNLISTED = { forwarder: '', numberGroups: new Map<string, never>() } as const;

/** What a test says of one plan. */
export interface PlanParts extends MomentParts {
  readonly mapping?: Partial<MappingGateway>;
  readonly sell?: Price;
  readonly buy?: BySlot<Price>;
  readonly parameters?: Readonly<Record<string, string>>;
}

/** The plan for `callee`. */
export function planOf(gateways: readonly PrefixedGateway[], callee: string, parts: PlanParts = {}): RoutePlan {
  const table = new RouteTable(
    { ...routes(gateways), parameters: parameters(parts.parameters) },
    parts.buy ? pricesOf(parts.buy) : NO_PRICES,
  );
  const mapping = mappingGateway(900, parts.mapping);
  return table.plan(
    { mapping, caller: '1', callee, billed: callee, ...UNLISTED, sell: parts.sell ?? null, wallMs: 0 },
    momentOf(parts),
  );
}

/** `slot:prefix` of those that may take the call, in order. */
export function order({ candidates }: RoutePlan): string[] {
  return candidates.map(({ gateway, prefix }) => `${gateway.slot}:${prefix}`);
}

/** Why the others may not, by slot. */
export function passes({ passed }: RoutePlan): Record<number, string | null> {
  return Object.fromEntries(passed.map(({ gateway, pass }) => [gateway.slot, pass]));
}
