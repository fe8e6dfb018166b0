// Who pays for one call and by what: the rates it began with, which it keeps, and in the end the fees in its record.
// The customer pays (sell), the gateway's account is paid (buy), each agent above the customer pays by his own rates.

import { chargeOf, NOTHING, ratedSecondsOf, type TimeRules } from './charge.ts';
import { dayOf, type FreeShare, type FreeUse } from './free-seconds.ts';
import { type RateTerms, termsOf, wordsOf } from './rate-terms.ts';
import type { Reserve } from './reserve.ts';

/** One account and its rate for the call. */
export interface BillLine {
  readonly account: string;
  /** Place of its balance. */
  readonly slot: number;
  readonly table: string;
  readonly prefix: string;
  readonly terms: RateTerms;
}

/** What an agent pays. */
export interface AgentFee {
  readonly account: string;
  readonly table: string;
  readonly prefix: string;
  readonly feeNanos: bigint;
  readonly taxNanos: bigint;
  readonly billedSeconds: number;
}

/** The fields of a record that fees stand in. */
export interface BilledRecord {
  holdMs: number;
  ratedSeconds: number | null;
  unpaidSeconds: number;
  freeSeconds: number;
  freeAllowance: string;
  freeFromDay: number;
  sellFeeNanos: bigint;
  taxNanos: bigint;
  billedSeconds: number;
  buyFeeNanos: bigint;
  buyTaxNanos: bigint;
  buyBilledSeconds: number;
  agentFees: readonly AgentFee[];
}

/** A record with the names of those who pay. */
export interface ChargedRecord extends Readonly<BilledRecord> {
  readonly account: string;
  readonly clearingAccount: string;
}

/** The rates of one call. */
export interface Bill {
  readonly rules: TimeRules;
  /** What its account pays; null where it is not billed. */
  readonly sell: BillLine | null;
  /** Free minutes of its account; null where it has none for the call. */
  readonly free: FreeShare | null;
  /** Those above its account, the nearest first. */
  readonly agents: readonly BillLine[];
  /** Of the attempt under way; null where nobody is paid. */
  buy: BillLine | null;
  /** Money that stands aside for it; null where its account has no limit. */
  readonly reserve: Reserve | null;
}

/** What one account loses by a call. */
export interface Loss {
  readonly account: string;
  readonly slot: number;
  readonly nanos: bigint;
  /** Free seconds that it has used up; null where it has none for the call. */
  readonly free: FreeUse | null;
}

/** A bill as it stands beside a record on the board and in checkpoints: arrays of text and numbers. */
export type BillWords = readonly [
  precisionMs: number,
  freeMs: number,
  reserve: ReserveWords | null,
  buy: LineWords | null,
  sell: LineWords | null,
  ...agents: LineWords[],
];
type ReserveWords = readonly [floorNanos: bigint, grantedSeconds: number, reservedNanos: bigint];
type LineWords = readonly [
  account: string,
  slot: number,
  table: string,
  prefix: string,
  terms: readonly number[],
  ...free: FreeWords[],
];
type FreeWords = readonly [allowance: string, place: number, term: number, grantedSeconds: number];

/**
 * Puts the fees of an answered call of `record.holdMs` into its record. Its first seconds are free, those that were
 * reserved as such; the rest is rated as a call of its own. What was reserved is the most that its account pays:
 * however late it was cut, it does not pay for it.
 */
export function fillFees(record: BilledRecord, { rules, sell, buy, agents, reserve, free }: Bill): void {
  const seconds = ratedSecondsOf(record.holdMs, rules);
  const freeSeconds = Math.min(seconds, free?.grantedSeconds ?? 0);
  const restSeconds = seconds - freeSeconds;
  const soldSeconds = reserve === null ? restSeconds : Math.min(restSeconds, reserve.grantedSeconds);
  const sold = sell === null ? NOTHING : chargeOf(sell.terms, soldSeconds);
  record.ratedSeconds = seconds;
  record.unpaidSeconds = restSeconds - soldSeconds;
  if (free !== null && freeSeconds > 0) {
    record.freeSeconds = freeSeconds;
    record.freeAllowance = free.allowance;
    record.freeFromDay = dayOf(free.term);
  }
  record.sellFeeNanos = sold.feeNanos;
  record.taxNanos = sold.taxNanos;
  record.billedSeconds = sold.billedSeconds;
  const bought = buy === null ? NOTHING : chargeOf(buy.terms, seconds);
  record.buyFeeNanos = bought.feeNanos;
  record.buyTaxNanos = bought.taxNanos;
  record.buyBilledSeconds = bought.billedSeconds;
  record.agentFees = agents.map(({ account, table, prefix, terms }) => {
    const { feeNanos, taxNanos, billedSeconds } = chargeOf(terms, seconds);
    return { account, table, prefix, feeNanos, taxNanos, billedSeconds };
  });
}

/** Who loses what by a call whose fees are in `record`; its account first, where it pays. */
export function lossesOf(record: BilledRecord, { sell, buy, agents, free }: Bill): Loss[] {
  const losses: Loss[] = [];
  const used = free && { place: free.place, term: free.term, seconds: record.freeSeconds };
  if (sell !== null) losses.push({ ...lossOf(sell, record.sellFeeNanos + record.taxNanos), free: used });
  if (buy !== null) losses.push(lossOf(buy, record.buyFeeNanos + record.buyTaxNanos));
  for (const [level, line] of agents.entries()) {
    const fee = record.agentFees[level];
    if (fee !== undefined) losses.push(lossOf(line, fee.feeNanos + fee.taxNanos));
  }
  return losses;
}

function lossOf({ account, slot }: BillLine, nanos: bigint): Loss {
  return { account, slot, nanos, free: null };
}

/** Who loses what by the call of a whole record, by name. */
export function chargesOf(record: ChargedRecord): { readonly account: string; readonly nanos: bigint }[] {
  const { account, sellFeeNanos, taxNanos, clearingAccount, buyFeeNanos, buyTaxNanos, agentFees } = record;
  const charges = [
    { account, nanos: sellFeeNanos + taxNanos },
    { account: clearingAccount, nanos: buyFeeNanos + buyTaxNanos },
    ...agentFees.map((fee) => ({ account: fee.account, nanos: fee.feeNanos + fee.taxNanos })),
  ];
  return charges.filter(({ nanos }) => nanos !== 0n);
}

/** What the call of a written bill has reserved, and of whom. */
export function reservedBy([, , reserve, , sell]: BillWords): { readonly slot: number; readonly nanos: bigint }[] {
  return reserve === null || sell === null ? [] : [{ slot: sell[1], nanos: reserve[2] }];
}

/** The free seconds that it has reserved. */
export function freeReservedBy([, , , , sell]: BillWords): FreeUse[] {
  const [, , , , , words] = sell ?? [];
  return words === undefined ? [] : [{ place: words[1], term: words[2], seconds: words[3] }];
}

/** `bill` as words. */
export function billWordsOf({ rules, sell, buy, agents, reserve, free }: Bill): BillWords {
  const reserved = reserve && ([reserve.floorNanos, reserve.grantedSeconds, reserve.reservedNanos] as const);
  const freeWords = free && ([free.allowance, free.place, free.term, free.grantedSeconds] as const);
  const lines = [buy && lineWordsOf(buy), sell && lineWordsOf(sell, freeWords)] as const;
  return [rules.precisionMs, rules.freeMs, reserved, ...lines, ...agents.map((line) => lineWordsOf(line))];
}

/** The bill that `words` are. */
export function billOf([precisionMs, freeMs, reserved, buy, sell, ...agents]: BillWords): Bill {
  const rules = { precisionMs, freeMs };
  const reserve = reserved && { floorNanos: reserved[0], grantedSeconds: reserved[1], reservedNanos: reserved[2] };
  const [, , , , , freeWords] = sell ?? [];
  const free = freeWords === undefined ? null : freeOf(freeWords);
  return { rules, reserve, free, sell: sell && lineOf(sell), agents: agents.map(lineOf), buy: buy && lineOf(buy) };
}

function freeOf([allowance, place, term, grantedSeconds]: FreeWords): FreeShare {
  return { allowance, place, term, grantedSeconds };
}

function lineWordsOf({ account, slot, table, prefix, terms }: BillLine, free: FreeWords | null = null): LineWords {
  const words = [account, slot, table, prefix, wordsOf(terms)] as const;
  return free === null ? words : [...words, free];
}

function lineOf([account, slot, table, prefix, words]: LineWords): BillLine {
  return { account, slot, table, prefix, terms: termsOf(words) };
}
