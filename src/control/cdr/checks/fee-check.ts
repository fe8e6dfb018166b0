// Whether the fees of a CDR are those that the rates of its version make of it, where that version is still kept. They
// are computed by the code that computed them first.

import type { Cdr } from '../../../core/cdr/cdr.ts';
import { EMPTY_CDR } from '../../../core/cdr/cdr.ts';
import { type Bill, type BilledRecord, fillFees } from '../../../core/rating/bill.ts';
import { ratedSecondsOf } from '../../../core/rating/charge.ts';
import { termOf } from '../../../core/rating/free-seconds.ts';
import type { PastRates, VersionRates } from '../../rates/past-rates.ts';

/** What came of it: the fields that differ, as a sentence; '' when none does; null: it cannot be computed again. */
export type FeeCheck = string | null;

type RatedFields = Pick<Cdr, 'sellTable' | 'sellPrefix' | 'buyTable' | 'buyPrefix'> & BilledRecord;

const COMPARED = [
  'sellTable',
  'sellPrefix',
  'freeSeconds',
  'sellFeeNanos',
  'taxNanos',
  'billedSeconds',
  'buyTable',
  'buyPrefix',
  'buyFeeNanos',
  'buyTaxNanos',
  'buyBilledSeconds',
] as const satisfies readonly (keyof RatedFields)[];

/** Checks the fees of an answered call. */
export function checkFees(cdr: Cdr, pastRates: PastRates): FeeCheck {
  const rates = pastRates.of(cdr.snapshotVersion, cdr.setupAtWallMs);
  // A record of an earlier release does not say how much of such a call was paid for.
  if (rates === null || (cdr.ratedSeconds === null && cdr.endReason === 'CreditExhausted')) return null;
  return differenceOf(cdr, ratedAgain(cdr, rates));
}

/** The fields of its fees. */
function ratedAgain(cdr: Cdr, { pricing, rules }: VersionRates): RatedFields {
  const { calleeBilled: digits, setupAtWallMs: wallMs } = cdr;
  const account = pricing.billed(cdr.account);
  const sell = account && pricing.lineOf(account, digits, wallMs);
  const buy = pricing.boughtBy(cdr.clearingAccount, digits, cdr.attempts.at(-1)?.startedAtWallMs ?? wallMs);
  const { agents } = pricing.agentLinesOf(pricing.agentOf(cdr.account), digits, wallMs);
  const { unpaidSeconds } = cdr;
  const { freeAllowance: allowance, freeFromDay, freeSeconds } = cdr;
  const free =
    freeSeconds === 0
      ? null
      : { allowance, place: 0, term: termOf(allowance, freeFromDay), grantedSeconds: freeSeconds, isSpent: true };
  const grantedSeconds = ratedSecondsOf(cdr.holdMs, rules) - freeSeconds - unpaidSeconds;
  const reserve = unpaidSeconds === 0 ? null : { floorNanos: 0n, grantedSeconds, reservedNanos: 0n };
  const bill: Bill = { rules, sell, agents, buy, reserve, free };
  const fees: BilledRecord = { ...EMPTY_CDR, holdMs: cdr.holdMs };
  if (sell !== null || buy !== null || agents.length > 0) fillFees(fees, bill);
  const named = { sellTable: sell?.table ?? '', sellPrefix: sell?.prefix ?? '' };
  return { ...fees, ...named, buyTable: buy?.table ?? '', buyPrefix: buy?.prefix ?? '' };
}

function differenceOf(cdr: Cdr, rated: RatedFields): string {
  const parts = COMPARED.filter((field) => cdr[field] !== rated[field]).map(
    (field) => `${field} is ${textOf(cdr[field])} instead of ${textOf(rated[field])}`,
  );
  if (cdr.ratedSeconds !== null && cdr.ratedSeconds !== rated.ratedSeconds) {
    parts.push(`ratedSeconds is ${cdr.ratedSeconds} instead of ${rated.ratedSeconds}`);
  }
  if (agentsText(cdr) !== agentsText(rated)) parts.push(`agents: ${agentsText(cdr)} instead of ${agentsText(rated)}`);
  return parts.join(', ');
}

function textOf(value: string | number | bigint): string {
  return value === '' ? 'nothing' : String(value);
}

function agentsText({ agentFees }: Pick<BilledRecord, 'agentFees'>): string {
  const texts = agentFees.map(({ account, table, prefix, feeNanos, taxNanos, billedSeconds }) => {
    return `${account} by ${table} ${prefix} ${feeNanos} and ${taxNanos} for ${billedSeconds} s`;
  });
  return texts.join('; ') || 'nothing';
}
