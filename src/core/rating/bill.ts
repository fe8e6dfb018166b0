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

/** An agent, who pays by rates of his own, and ahead where his account has a limit. */
export interface AgentLine extends BillLine {
  /** Money of his that stands aside for the call; null where his account has no limit. */
  readonly reserve: Reserve | null;
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
  readonly agents: readonly AgentLine[];
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
  /** What was reserved of it for the call. */
  readonly reservedNanos: bigint;
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
  ...agents: AgentWords[],
];
type ReserveWords = readonly [floorNanos: bigint, grantedSeconds: number, reservedNanos: bigint];
type RateWords = readonly [account: string, slot: number, table: string, prefix: string, terms: readonly number[]];
type LineWords = readonly [...RateWords, ...free: FreeWords[]];
/** An earlier release reserved nothing of agents. */
type AgentWords = readonly [...RateWords, ...reserve: ReserveWords[]];
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

/** Who loses what by a call whose fees are in `record`, be it nothing; its account first, where it pays. */
export function lossesOf(record: BilledRecord, { sell, buy, agents, reserve, free }: Bill): Loss[] {
  const losses: Loss[] = [];
  const used = free && { place: free.place, term: free.term, seconds: record.freeSeconds };
  if (sell !== null) losses.push({ ...lossOf(sell, record.sellFeeNanos + record.taxNanos, reserve), free: used });
  if (buy !== null) losses.push(lossOf(buy, record.buyFeeNanos + record.buyTaxNanos, null));
  for (const [level, line] of agents.entries()) {
    const fee = record.agentFees[level];
    losses.push(lossOf(line, fee === undefined ? 0n : fee.feeNanos + fee.taxNanos, line.reserve));
  }
  return losses;
}

function lossOf({ account, slot }: BillLine, nanos: bigint, reserve: Reserve | null): Loss {
  return { account, slot, nanos, reservedNanos: reserve?.reservedNanos ?? 0n, free: null };
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
export function reservedBy(words: BillWords): { readonly slot: number; readonly nanos: bigint }[] {
  const [, , reserve, , sell, ...agents] = words;
  const reserved = agents.flatMap(([, slot, , , , own]) => (own === undefined ? [] : [{ slot, nanos: own[2] }]));
  if (reserve !== null && sell !== null) reserved.push({ slot: sell[1], nanos: reserve[2] });
  return reserved;
}

/** The free seconds that it has reserved. */
export function freeReservedBy([, , , , sell]: BillWords): FreeUse[] {
  const [, , , , , words] = sell ?? [];
  return words === undefined ? [] : [{ place: words[1], term: words[2], seconds: words[3] }];
}

/** `bill` as words. */
export function billWordsOf({ rules, sell, buy, agents, reserve, free }: Bill): BillWords {
  const reserved = reserve && reserveWordsOf(reserve);
  const freeWords = free && ([free.allowance, free.place, free.term, free.grantedSeconds] as const);
  const lines = [buy && lineWordsOf<FreeWords>(buy, null), sell && lineWordsOf(sell, freeWords)] as const;
  const agentLines = agents.map((line) => lineWordsOf(line, line.reserve && reserveWordsOf(line.reserve)));
  return [rules.precisionMs, rules.freeMs, reserved, ...lines, ...agentLines];
}

/** The bill that `words` are. */
export function billOf([precisionMs, freeMs, reserved, buy, sell, ...agents]: BillWords): Bill {
  const rules = { precisionMs, freeMs };
  const reserve = reserved && reserveOf(reserved);
  const [, , , , , freeWords] = sell ?? [];
  const free = freeWords === undefined ? null : freeOf(freeWords);
  return { rules, reserve, free, sell: sell && lineOf(sell), agents: agents.map(agentLineOf), buy: buy && lineOf(buy) };
}

function reserveWordsOf({ floorNanos, grantedSeconds, reservedNanos }: Reserve): ReserveWords {
  return [floorNanos, grantedSeconds, reservedNanos];
}

function reserveOf([floorNanos, grantedSeconds, reservedNanos]: ReserveWords): Reserve {
  return { floorNanos, grantedSeconds, reservedNanos };
}

function freeOf([allowance, place, term, grantedSeconds]: FreeWords): FreeShare {
  return { allowance, place, term, grantedSeconds, isSpent: false };
}

function lineWordsOf<More>(
  { account, slot, table, prefix, terms }: BillLine,
  more: More | null,
): readonly [...RateWords, ...More[]] {
  const words = [account, slot, table, prefix, wordsOf(terms)] as const;
  return more === null ? words : [...words, more];
}

function agentLineOf(words: AgentWords): AgentLine {
  const [, , , , , reserve] = words;
  return { ...lineOf(words), reserve: reserve === undefined ? null : reserveOf(reserve) };
}

function lineOf([account, slot, table, prefix, words]: LineWords | AgentWords): BillLine {
  return { account, slot, table, prefix, terms: termsOf(words) };
}
