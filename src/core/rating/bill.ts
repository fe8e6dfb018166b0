// Who pays for one call and by what: the rates it began with, which it keeps, and in the end the fees in its record.
// The customer pays (sell), the gateway's account is paid (buy), each agent above the customer pays by his own rates.

import { chargeOf, NOTHING, ratedSecondsOf, type TimeRules } from './charge.ts';
import { type RateTerms, termsOf, wordsOf } from './rate-terms.ts';

/** One account and its rate for the call. */
export interface BillLine {
  readonly account: string;
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
  sellFeeNanos: bigint;
  taxNanos: bigint;
  billedSeconds: number;
  buyFeeNanos: bigint;
  buyTaxNanos: bigint;
  buyBilledSeconds: number;
  agentFees: readonly AgentFee[];
}

/** The rates of one call. */
export interface Bill {
  readonly rules: TimeRules;
  /** What its account pays; null where it is not billed. */
  readonly sell: BillLine | null;
  /** Those above its account, the nearest first. */
  readonly agents: readonly BillLine[];
  /** Of the attempt under way; null where nobody is paid. */
  buy: BillLine | null;
}

/** A bill as it stands beside a record on the board and in checkpoints: arrays of text and numbers. */
export type BillWords = readonly [
  precisionMs: number,
  freeMs: number,
  buy: LineWords | null,
  sell: LineWords | null,
  ...agents: LineWords[],
];
export type LineWords = readonly [account: string, table: string, prefix: string, terms: readonly number[]];

/** Puts the fees of an answered call of `record.holdMs` into its record. */
export function fillFees(record: BilledRecord, { rules, sell, buy, agents }: Bill): void {
  const seconds = ratedSecondsOf(record.holdMs, rules);
  const sold = sell === null ? NOTHING : chargeOf(sell.terms, seconds);
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

/** `bill` as words. */
export function billWordsOf({ rules, sell, buy, agents }: Bill): BillWords {
  return [
    rules.precisionMs,
    rules.freeMs,
    buy && lineWordsOf(buy),
    sell && lineWordsOf(sell),
    ...agents.map(lineWordsOf),
  ];
}

/** The bill that `words` are. */
export function billOf([precisionMs, freeMs, buy, sell, ...agents]: BillWords): Bill {
  const rules = { precisionMs, freeMs };
  return { rules, sell: sell && lineOf(sell), agents: agents.map(lineOf), buy: buy && lineOf(buy) };
}

function lineWordsOf({ account, table, prefix, terms }: BillLine): LineWords {
  return [account, table, prefix, wordsOf(terms)];
}

function lineOf([account, table, prefix, words]: LineWords): BillLine {
  return { account, table, prefix, terms: termsOf(words) };
}
