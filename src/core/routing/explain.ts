// Asking why: the decision about one call, told step by step, by the same tables the call path uses.

import { placeText, splitPort } from '../base/ip-address.ts';
import type { Candidate } from './candidate.ts';
import { wordsOfFate } from './decision.ts';
import { type EntryConditions, entryRefusal, entryTablesOf } from './entry-checks.ts';
import { type ExplainedTranslation, TranslationSteps, translationsToward } from './explain-translation.ts';
import { calleePlanAt, callerPlanAt, capacityAt, priorityAt } from './gateway-hours.ts';
import type { NumberGroups } from './number-filter.ts';
import { CALLER_POOL_TRIES_MAX } from './number-limits.ts';
import { dealHundred } from './proportion.ts';
import { type KnownPrices, NO_PRICES, type Price, type RouteConditions, type SellQuote } from './route-conditions.ts';
import { endWithoutCandidate, type PlanEnd, RouteTable } from './route-plan.ts';
import { profitPercent, secondNanos } from './route-profit.ts';
import { byClosestFit, Screening } from './screening.ts';
import type { MappingGateway, RoutingGateway, Snapshot } from './snapshot.ts';

const SIP_PORT = 5060;

/** What a gateway has done lately; null where nothing was counted. */
export interface ExplainedQuality {
  readonly calls: number;
  readonly asr: number | null;
  readonly ner: number | null;
  readonly acdSeconds: number | null;
  readonly pddSeconds: number | null;
}

/** One candidate as an operator reads it. */
export interface ExplainedCandidate {
  readonly gateway: string;
  readonly address: string;
  readonly prefix: string;
  readonly priority: number;
  readonly calls: number;
  readonly capacity: number | null;
  /** What it is paid, nanos a second of the first period; null when it has no rate. */
  readonly buySecondNanos: number | null;
  /** Percent of what the call is paid; null when there is no telling. */
  readonly profitPercent: number | null;
  /** Of its calls to this prefix. */
  readonly quality: ExplainedQuality;
  /** False when a call arriving now would pass it by. */
  readonly taken: boolean;
  readonly why: string;
  /** What its own rules would do to the numbers. */
  readonly translations: readonly ExplainedTranslation[];
}

/** The rate of the call's account. */
export interface ExplainedSale {
  readonly account: string;
  readonly table: string;
  readonly prefix: string;
  /** Nanos a second of the first period; null without a rate. */
  readonly secondNanos: number | null;
  /** How long its balance lets a call talk now; null without a limit, or without a rate. */
  readonly talkSecondsMax: number | null;
}

/** The decision about one call. `refusal` is empty when it would be hunted. */
export interface ExplainedRoute {
  readonly mappingGateway: string;
  readonly caller: string;
  /** As it is routed: with the steering prefix that the next call would get. */
  readonly callee: string;
  readonly refusal: string;
  /** A call would first ask where the number is ported to (LRN); the answer goes by the number as it is. */
  readonly asksLrn: boolean;
  /** What its mapping gateway's rules did to its numbers. */
  readonly translations: readonly ExplainedTranslation[];
  /** What its account would pay; null where nobody pays for the call, or it is refused before. */
  readonly sell: ExplainedSale | null;
  readonly candidates: readonly ExplainedCandidate[];
}

/** What the question names: a mapping gateway by name or by source address, and both numbers. */
export interface RouteQuestion {
  readonly from: string;
  readonly caller: string;
  readonly callee: string;
}

/** Where a gateway is. */
export interface Place {
  readonly address: string;
  readonly port: number;
}

/** The moment of the question, and how the gateways are doing, by slot. */
export interface GatewaysNow {
  readonly wallMs: number;
  readonly conditions: RouteConditions;
  readonly entry: EntryConditions;
  /** Where the gateway in `slot` has registered; null where it has not. */
  registeredPlace(slot: number): Place | null;
  /** Slots of the gateways that have registered from there. */
  registeredFrom(place: Place): readonly number[];
  /** What the account in `slot` may spend, nanos, without what its credit limit adds. */
  spendable(slot: number): bigint;
  /** Seconds that are left of the free minutes at `place`. */
  freeSeconds(place: number): number;
  /** Which of a hundred calls of the mapping gateway in `slot` is next. */
  hundredth(slot: number): number;
  /** Quality of the gateway in `slot` over the window, of its calls to `prefix`. */
  quality(slot: number, prefix: string, windowMs: number): ExplainedQuality;
}

/** Answers `question` by `snapshot` and how the gateways are doing; changes nothing. */
export function explainRoute(
  snapshot: Snapshot,
  question: RouteQuestion,
  now: GatewaysNow,
  prices: KnownPrices = NO_PRICES,
): ExplainedRoute {
  const { from, caller } = question;
  const gateway = gatewayOf(snapshot, question, now);
  if (gateway === null)
    return refused('', caller, question.callee, `${from} is no mapping gateway and no source of one`);
  if (!question.callee.startsWith(gateway.calleePrefix)) {
    return refused(gateway.name, caller, question.callee, `the callee does not begin with ${gateway.calleePrefix}`);
  }
  const dialled = question.callee.slice(gateway.calleePrefix.length);
  const { wallMs } = now;
  const tables = entryTablesOf(snapshot);
  const { numberGroups } = tables;
  const forwarder = '';
  const shut = entryRefusal({ gateway, caller, callee: dialled, forwarder, tables, wallMs }, now.entry);
  if (shut !== null) return refused(gateway.name, caller, dialled, shut.words);
  const steering = dealHundred(gateway.proportionCalleePrefixs)[now.hundredth(gateway.slot)];
  const { parameters } = snapshot;
  const steps = new TranslationSteps();
  const { numbers } = gateway;
  const billed = steps.translate('callee', calleePlanAt(numbers, wallMs), dialled);
  const callerSent = steps.translate('caller', callerPlanAt(numbers, wallMs), caller);
  const sent = { caller: callerSent, callee: `${steering}${billed}` };
  const quote = prices.sellQuote(gateway, billed, wallMs);
  const { name, lrnEnable: asksLrn } = gateway;
  const told = { mappingGateway: name, ...sent, asksLrn, translations: steps.taken, sell: saleOf(quote) };
  if (quote !== null && quote.refusal !== '') return { ...told, refusal: wordsOfPrice(quote), candidates: [] };
  const sell = quote?.price ?? null;
  const call = { mapping: gateway, ...sent, billed, forwarder, numberGroups, sell, wallMs };
  const table = new RouteTable(snapshot, prices);
  const { candidates, passed } = table.plan(call, now.conditions);
  for (const candidate of candidates)
    if (!hasCaller(candidate.gateway, numberGroups, now)) candidate.pass = 'callerPool';
  const windowMs = parameters.SS_GATEWAY_ASR_RESERVE_TIME;
  const explained = [...candidates, ...passed].map((candidate) => ({
    ...explainCandidate(candidate, now, windowMs, sell),
    translations: translationsToward(candidate.gateway, sent, wallMs),
  }));
  const end = candidates.length > 0 ? 'GatewayFull' : endWithoutCandidate(passed);
  const refusal = explained.some(({ taken }) => taken) ? '' : WORDS_OF_END[end];
  return { ...told, refusal, candidates: explained };
}

/** Whether a call to `gateway` would find a number of its caller pool free; true without a pool. */
function hasCaller({ slot, numbers }: RoutingGateway, groups: NumberGroups, { entry }: GatewaysNow): boolean {
  if (numbers.callerPool === null) return true;
  const { group, line } = numbers.callerPool;
  const pool = groups.get(group);
  const limit = { capacity: line, cps: null, cpsBurst: null };
  for (let place = 0; place < Math.min(pool?.count ?? 0, CALLER_POOL_TRIES_MAX); place++) {
    if (entry.numberShut(slot, pool?.at(place) ?? '', limit) === null) return true;
  }
  return false;
}

function saleOf(quote: SellQuote | null): ExplainedSale | null {
  if (quote === null) return null;
  const { account, table, prefix, price, talkSecondsMax } = quote;
  return { account, table, prefix, secondNanos: price === null ? null : secondNanos(price), talkSecondsMax };
}

function wordsOfPrice(quote: SellQuote): string {
  const { refusal, refusedBy } = quote;
  const { account, table, prefix } = refusedBy ?? quote;
  if (refusal === 'InsufficientBalance') {
    return `the balance of the account ${account} does not pay for the beginning of the call (${refusal}, 402)`;
  }
  if (table === '') return `the account ${account} has no rate for this number (${refusal}, 403)`;
  return `the rate ${table} ${prefix} of the account ${account} is barred, or above the call level (${refusal}, 403)`;
}

/** By its name, or by an address it calls from or has registered from: port 5060 where none is said. */
function gatewayOf(
  { mappingGateways, hosts }: Snapshot,
  { from, callee }: RouteQuestion,
  now: GatewaysNow,
): MappingGateway | null {
  const named = mappingGateways.find(({ name }) => name === from);
  if (named !== undefined) return named;
  const { text: address, port: written } = splitPort(from);
  const port = written || SIP_PORT;
  const slots = now.registeredFrom({ address, port });
  const registered = mappingGateways
    .filter(({ slot, registerType }) => registerType === 'dynamic' && slots.includes(slot))
    .filter(({ calleePrefix }) => callee.startsWith(calleePrefix))
    .sort(byClosestFit);
  return registered[0] ?? new Screening(mappingGateways, hosts).find(address, port, callee);
}

const WORDS_OF_END: Readonly<Record<PlanEnd, string>> = {
  NoAvailableRouter: 'no routing gateway that it may call has a prefix of this number (NoAvailableRouter, 404)',
  GatewayFull: 'every routing gateway with this prefix is full, closed, locked, out or banned (GatewayFull, 503)',
  ProfitGuard: 'every routing gateway with this prefix that is open costs more than the call may (ProfitGuard, 503)',
};

function explainCandidate(
  candidate: Candidate,
  now: GatewaysNow,
  windowMs: number,
  sell: Price | null,
): Omit<ExplainedCandidate, 'translations'> {
  const { gateway, prefix, pass, buy } = candidate;
  const { name, slot, protect } = gateway;
  const mayTake = protect ? 'may take the call: a protect gateway, after the others' : 'may take the call';
  return {
    gateway: name,
    address: placeOf(gateway, now.registeredPlace),
    prefix,
    priority: priorityAt(gateway, now.wallMs),
    calls: now.conditions.calls(slot),
    capacity: capacityAt(gateway, now.wallMs),
    buySecondNanos: buy === null ? null : secondNanos(buy),
    profitPercent: profitPercent(sell, buy),
    quality: now.quality(slot, prefix, windowMs),
    taken: pass === null,
    why: pass === null ? mayTake : wordsOfFate(pass),
  };
}

/** Where it is called; `registeredPlace` as in GatewaysNow. */
export function placeOf(
  { slot, registerType, remoteIp, signalPort }: RoutingGateway,
  registeredPlace: GatewaysNow['registeredPlace'],
): string {
  if (registerType === 'static') return placeText(remoteIp, signalPort);
  const place = registeredPlace(slot);
  return place === null ? 'not registered' : placeText(place.address, place.port);
}

function refused(mappingGateway: string, caller: string, callee: string, refusal: string): ExplainedRoute {
  const nothing = { asksLrn: false, translations: [], sell: null, candidates: [] };
  return { mappingGateway, caller, callee, refusal, ...nothing };
}
