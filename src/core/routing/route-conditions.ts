// What a route plan asks of the moment it is made in: loads, health, quality, prices, turns. The call path and
// `tandem route` answer from the same memory; the one takes turns, the other looks at whose turn it is.

import type { NumberGroups } from './number-filter.ts';
import type { MappingGateway, RoutingGateway } from './snapshot.ts';

/** What so many seconds cost: the first period of a rate. */
export interface Price {
  readonly nanos: number;
  readonly seconds: number;
  /** ISO 4217. Nothing is converted: prices of two currencies are not compared. */
  readonly currency: string;
}

/** The call that a plan is made for, its numbers as the mapping gateway has translated them. */
export interface RouteCall {
  readonly mapping: MappingGateway;
  readonly caller: string;
  /** The number that routes are found by: ported numbers by where they are, steering prefix in front. */
  readonly callee: string;
  /** The number that prices are found by: without the steering prefix. */
  readonly billed: string;
  /** Who sent the call on; '' for a call that nobody did. */
  readonly forwarder: string;
  readonly numberGroups: NumberGroups;
  /** What its account pays; null when it has no rate, and so no profit. */
  readonly sell: Price | null;
  readonly wallMs: number;
}

/** Why a gateway is offered no calls at all. */
export type Closed = 'out' | 'banned';

/** An answer rate of which too little is known. */
export const UNKNOWN_RATE = -1;

/** What routing gateways are paid, by the tables of one snapshot. */
export interface RoutePrices {
  /** What `gateway` is paid for a call to `billed`; null when it has no rate for it. */
  buyPrice(gateway: RoutingGateway, billed: string, wallMs: number): Price | null;
}

/** What a call would pay. */
export interface SellQuote {
  readonly account: string;
  /** '' where it has no rate for the number, or is not billed, and agents above it are. */
  readonly table: string;
  readonly prefix: string;
  readonly price: Price | null;
  /** How long its account may talk now, seconds; null without a limit, or without a rate. */
  readonly talkSecondsMax: number | null;
  /** End reason of a call that may not have this price; '' for one that may. */
  readonly refusal: string;
  /** Whose rate is missing ('' for its table) or barred: its own, or that of an agent above it. */
  readonly refusedBy?: Pick<SellQuote, 'account' | 'table' | 'prefix'> | null;
}

/** Prices of both sides, for who asks beforehand. */
export interface KnownPrices extends RoutePrices {
  /** What a call of `gateway` to `billed` pays; null where nobody pays for it. */
  sellQuote(gateway: MappingGateway, billed: string, wallMs: number): SellQuote | null;
}

/** A network without rates. */
export const NO_PRICES: KnownPrices = { buyPrice: () => null, sellQuote: () => null };

/** How many new calls a second there may be, and how many at once; null for no limit, and for a second's worth. */
export interface CallRate {
  readonly cps: number | null;
  readonly cpsBurst: number | null;
}

/** The moment. */
export interface RouteConditions {
  /** Present concurrent calls of the gateway in `slot`. */
  calls(slot: number): number;
  /** Whether the gateway in `slot`, which is to register, has. */
  isRegistered(slot: number): boolean;
  /** Calls offered to it so far. */
  offered(slot: number): number;
  /** Null when calls may be offered to it. */
  closed(slot: number): Closed | null;
  /** Whether one more call fits into the calls a second of `slot`; takes none. `rate`: its own limit. */
  hasRate(slot: number, rate: CallRate): boolean;
  /** Answered share of its calls to `prefix`, in whole percent; UNKNOWN_RATE when there were too few. */
  answerRate(slot: number, prefix: string, windowMs: number): number;
  /** The turn of the set of gateways that is counted in `slot`, from 0 to below 1. */
  turn(slot: number): number;
}
