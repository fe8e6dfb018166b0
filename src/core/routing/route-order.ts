// The order in which the gateways of a plan are tried:
//
//   ordinary before protect > longer prefix > first policy > second policy > priority number > answer rate and cost,
//   where parameters put them there > turn by weight, or load > calls so far > slot
//
// Weights: a set of equals takes turns. The turn is a point between 0 and 1, and each gateway has a stretch of that
// line as long as its share. The points of a set follow each other by the golden ratio, which spreads any number of
// them in a row evenly (three-distance theorem), so shares are kept over short runs, over all shards (they count turns
// together), and over every second or third call alike. What is left of the point inside its stretch says who is
// second, and so on: a gateway that fails each call leaves its calls to the others by their weights.

import type { ParameterValues } from '../parameters/registry.ts';
import type { Candidate } from './candidate.ts';
import { capacityAt, priorityAt } from './gateway-hours.ts';
import { type Price, type RouteCall, type RouteConditions, UNKNOWN_RATE } from './route-conditions.ts';
import { secondNanos } from './route-profit.ts';
import type { RoutePolicy } from './snapshot.ts';

/** Sorts `candidates`, whose prices are known. */
export function putInOrder(
  candidates: Candidate[],
  { mapping, sell, wallMs }: RouteCall,
  parameters: ParameterValues,
  conditions: RouteConditions,
): void {
  const { firstRoutePolicy, secondRoutePolicy } = mapping;
  const windowMs = parameters.SS_GATEWAY_ASR_RESERVE_TIME;
  const currency = currencyOfCosts(candidates, sell);
  for (const candidate of candidates) {
    candidate.firstRank = rankBy(firstRoutePolicy, candidate, currency, conditions, windowMs);
    candidate.secondRank = rankBy(secondRoutePolicy, candidate, currency, conditions, windowMs);
    rankBySystem(candidate, currency, parameters, conditions);
    const { slot } = candidate.gateway;
    candidate.priority = priorityAt(candidate.gateway, wallMs);
    candidate.load = loadOf(capacityAt(candidate.gateway, wallMs), conditions.calls(slot));
    candidate.offered = conditions.offered(slot);
  }
  insertionSort(candidates);
  takeTurns(candidates, conditions);
}

/**
 * The currency that costs are compared in, for none is converted: that of the call where a gateway has it, else that of
 * the first gateway that has a price.
 */
function currencyOfCosts(candidates: readonly Candidate[], sell: Price | null): string {
  let first = '';
  for (const { buy } of candidates) {
    if (buy === null) continue;
    if (buy.currency === sell?.currency) return buy.currency;
    if (first === '') first = buy.currency;
  }
  return first;
}

function rankBy(
  policy: RoutePolicy,
  candidate: Candidate,
  currency: string,
  conditions: RouteConditions,
  windowMs: number,
): number {
  if (policy === 'none') return 0;
  return policy === 'answerRate' ? rateRank(candidate, conditions, windowMs) : costRank(candidate, currency);
}

/**
 * SS_GATEWAY_ASR_ROUTE_SORT_CONFIG, SS_GATEWAY_FEE_RATE_ROUTE_SORT_CONFIG and which of the two comes first. Gateways
 * with `leastCostRouting` stand before the others of their priority, the cheapest first.
 */
function rankBySystem(
  candidate: Candidate,
  currency: string,
  parameters: ParameterValues,
  conditions: RouteConditions,
): void {
  const isByCost = parameters.SS_GATEWAY_FEE_RATE_ROUTE_SORT_CONFIG || candidate.gateway.leastCostRouting;
  const cost = isByCost ? costRank(candidate, currency) : Infinity;
  const windowMs = parameters.SS_GATEWAY_ASR_RESERVE_TIME;
  const rate = parameters.SS_GATEWAY_ASR_ROUTE_SORT_CONFIG ? rateRank(candidate, conditions, windowMs) : 0;
  const isCostFirst = parameters.SS_GATEWAY_FEE_RATE_ROUTE_BEFORE_ASR;
  candidate.thirdRank = isCostFirst ? cost : rate;
  candidate.fourthRank = isCostFirst ? rate : cost;
}

/** A gateway of which too little is known stands first, or nobody would ever learn of it. */
function rateRank({ gateway, prefix }: Candidate, conditions: RouteConditions, windowMs: number): number {
  const percent = conditions.answerRate(gateway.slot, prefix, windowMs);
  return percent === UNKNOWN_RATE ? -Infinity : -percent;
}

/** A gateway without a rate stands last, and so does one that is paid in another currency. */
function costRank({ buy }: Candidate, currency: string): number {
  return buy === null || buy.currency !== currency ? Infinity : secondNanos(buy);
}

function loadOf(capacity: number | null, calls: number): number {
  return capacity === null || capacity === 0 ? 0 : calls / capacity;
}

/** Plans are short, and mostly in order already. */
function insertionSort(candidates: Candidate[]): void {
  for (let at = 1; at < candidates.length; at++) {
    const candidate = candidates[at] as Candidate;
    let place = at;
    while (place > 0 && comesBefore(candidate, candidates[place - 1] as Candidate)) {
      candidates[place] = candidates[place - 1] as Candidate;
      place--;
    }
    candidates[place] = candidate;
  }
}

function comesBefore(one: Candidate, other: Candidate): boolean {
  const standing = compareStanding(one, other);
  if (standing !== 0) return standing < 0;
  const isWeighted = one.gateway.weight > 0;
  if (isWeighted !== other.gateway.weight > 0) return isWeighted;
  // Those that take turns keep their stretches of the line, however busy they are.
  if (!isWeighted) {
    if (one.load !== other.load) return one.load < other.load;
    if (one.offered !== other.offered) return one.offered < other.offered;
  }
  return one.gateway.slot < other.gateway.slot;
}

/** Below 0 when `one` stands higher than `other`; 0 for equals, among whom turn or load decides. */
function compareStanding(one: Candidate, other: Candidate): number {
  if (one.gateway.protect !== other.gateway.protect) return one.gateway.protect ? 1 : -1;
  if (one.prefix.length !== other.prefix.length) return other.prefix.length - one.prefix.length;
  if (one.firstRank !== other.firstRank) return one.firstRank < other.firstRank ? -1 : 1;
  if (one.secondRank !== other.secondRank) return one.secondRank < other.secondRank ? -1 : 1;
  if (one.priority !== other.priority) return one.priority - other.priority;
  if (one.thirdRank !== other.thirdRank) return one.thirdRank < other.thirdRank ? -1 : 1;
  if (one.fourthRank !== other.fourthRank) return one.fourthRank < other.fourthRank ? -1 : 1;
  return 0;
}

function takeTurns(candidates: Candidate[], conditions: RouteConditions): void {
  for (let first = 0; first < candidates.length; first++) {
    const one = candidates[first] as Candidate;
    if (one.gateway.weight === 0) continue;
    let end = first + 1;
    while (end < candidates.length && areEquals(one, candidates[end] as Candidate)) end++;
    if (end - first > 1) orderByTurn(candidates, first, end, conditions.turn(one.gateway.slot));
    first = end - 1;
  }
}

function areEquals(one: Candidate, other: Candidate): boolean {
  return other.gateway.weight > 0 && compareStanding(one, other) === 0;
}

/** Orders the set from `first` to before `end` by the point `turn`. */
function orderByTurn(candidates: Candidate[], first: number, end: number, turn: number): void {
  let total = 0;
  for (let at = first; at < end; at++) total += (candidates[at] as Candidate).gateway.weight;
  let point = turn;
  for (let place = first; place < end - 1; place++) {
    let chosen = place;
    let reach = point * total;
    while (chosen < end - 1 && reach >= (candidates[chosen] as Candidate).gateway.weight) {
      reach -= (candidates[chosen] as Candidate).gateway.weight;
      chosen++;
    }
    const candidate = candidates[chosen] as Candidate;
    for (let at = chosen; at > place; at--) candidates[at] = candidates[at - 1] as Candidate;
    candidates[place] = candidate;
    total -= candidate.gateway.weight;
    point = Math.min(reach / candidate.gateway.weight, 1 - Number.EPSILON);
  }
}
