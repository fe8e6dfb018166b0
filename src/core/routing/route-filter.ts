// Why a routing gateway whose prefix fits is passed by. The filters stand in their order, and the first that holds is
// the one that is told, counted and kept in the CDR: what the operator has decided, then who may call it and whom, then
// whether it has room now, then what it costs.

import type { Candidate } from './candidate.ts';
import { capacityAt, isAvailableAt } from './gateway-hours.ts';
import { numberFault } from './number-filter.ts';
import type { Pass } from './pass.ts';
import type { Price, RouteCall, RouteConditions, RoutePrices } from './route-conditions.ts';
import { areApart, comparesPrices, earns, isAbove } from './route-profit.ts';
import type { MappingGateway, PriceLimits, RoutingGateway } from './snapshot.ts';

/** The first filter that holds `candidate` back; null when none does. Notes what it costs on the way. */
export function passOf(
  candidate: Candidate,
  call: RouteCall,
  conditions: RouteConditions,
  prices: RoutePrices,
): Pass | null {
  const { gateway } = candidate;
  if (gateway.locked) return 'locked';
  if (!isAvailableAt(gateway, call.wallMs)) return 'closedHours';
  if (!goTogether(call.mapping, gateway)) return 'notAllowed';
  if (numberFault(gateway.numbers.filter, call, call.numberGroups, call.wallMs) !== '') return 'numbers';
  return closedOf(gateway, call.wallMs, conditions) ?? priceOf(candidate, call, prices);
}

/** Lists that are empty allow all. */
export function goTogether(mapping: MappingGateway, routing: RoutingGateway): boolean {
  const { calloutRoutingGateways, routingGatewayGroups, routingGatewayGroupsAllow } = mapping;
  if (routing.callinMappingGateways.length > 0 && !routing.callinMappingGateways.includes(mapping.name)) return false;
  if (calloutRoutingGateways.length > 0 && !calloutRoutingGateways.includes(routing.name)) return false;
  if (routingGatewayGroups.length === 0) return true;
  return routing.gatewayGroups.some((group) => routingGatewayGroups.includes(group)) === routingGatewayGroupsAllow;
}

/** Whether the gateway has no room for the call, or one of its groups. */
function closedOf(gateway: RoutingGateway, wallMs: number, conditions: RouteConditions): Pass | null {
  const { slot, shared, registerType } = gateway;
  if (registerType === 'dynamic' && !conditions.isRegistered(slot)) return 'unregistered';
  const closed = conditions.closed(slot);
  if (closed !== null) return closed;
  if (isTaken(slot, capacityAt(gateway, wallMs), conditions)) return 'full';
  if (!conditions.hasRate(slot, gateway)) return 'rate';
  for (const group of shared) {
    if (isTaken(group.slot, group.capacity, conditions)) return 'groupFull';
    if (!conditions.hasRate(group.slot, group)) return 'groupRate';
  }
  return null;
}

function isTaken(slot: number, capacity: number | null, conditions: RouteConditions): boolean {
  return capacity !== null && conditions.calls(slot) >= capacity;
}

/** Whether it costs too much; the limits of both gateways hold. */
function priceOf(candidate: Candidate, call: RouteCall, prices: RoutePrices): Pass | null {
  const { gateway } = candidate;
  const { mapping, billed, sell, wallMs } = call;
  const buy = prices.buyPrice(gateway, billed, wallMs);
  candidate.buy = buy;
  if (buy === null && gateway.feerateRestrict) return 'noBuyRate';
  if (areApart(sell, buy) && comparesPrices(mapping, gateway)) return 'otherCurrency';
  if (isTooDear(mapping, buy) || isTooDear(gateway, buy)) return 'tooDear';
  return isTooPoor(mapping, sell, buy) || isTooPoor(gateway, sell, buy) ? 'unprofitable' : null;
}

function isTooDear({ maxSecondRatesNanos }: PriceLimits, buy: Price | null): boolean {
  return buy !== null && maxSecondRatesNanos !== null && isAbove(buy, maxSecondRatesNanos);
}

function isTooPoor({ minProfitPercent }: PriceLimits, sell: Price | null, buy: Price | null): boolean {
  return minProfitPercent !== null && !earns(minProfitPercent, sell, buy);
}
