// Corrections in the ledger that came from rating calls again. What is due is what the calls come to now, less what
// they were charged and what was corrected already: so a rating that is booked twice corrects nothing the second time,
// and another one of the same calls corrects what the first has left.

import type { PaymentEntry } from '../../store/ledger.ts';
import { TandemError } from '../../tandem-error.ts';
import type { RatedCalls, RateSums } from './rate-again.ts';

/** A correction that came from rating calls again. */
export type Correction = PaymentEntry & Required<Pick<PaymentEntry, 'rerating'>>;

/** The calls of one account, and what is due. */
export interface DueSums extends RateSums {
  /** What was entered for the same calls before; above 0 in the account's favour. Null where `overlaps` is a text. */
  readonly correctedNanos: bigint | null;
  /** What is to be entered; null where `overlaps` is a text. */
  readonly dueNanos: bigint | null;
  /** Why nothing can be entered: some of the calls were corrected together with others. Null: none were. */
  readonly overlaps: string | null;
}

/** Those among `entries`. */
export function correctionsIn(entries: readonly PaymentEntry[]): Correction[] {
  return entries.filter((entry): entry is Correction => entry.rerating !== undefined);
}

/** What is due to the account of `sums` when `corrections` were entered already. */
export function dueOf(
  sums: RateSums,
  calls: RatedCalls,
  corrections: readonly Correction[],
): Pick<DueSums, 'correctedNanos' | 'dueNanos' | 'overlaps'> {
  const overlaps = overlapOf(sums.account, calls, corrections);
  if (overlaps !== null) return { correctedNanos: null, dueNanos: null, overlaps };
  const own = corrections.filter((one) => one.account === sums.account && keyOf(one.rerating) === keyOf(calls));
  const correctedNanos = own.reduce((sum, { nanos }) => sum + nanos, 0n);
  return { correctedNanos, dueNanos: sums.beforeNanos - sums.nowNanos - correctedNanos, overlaps };
}

/** Throws TANDEM_RERATING_OVERLAPS where nothing can be entered for one of the accounts. */
export function checkOverlaps(due: readonly DueSums[]): void {
  const sentence = due.find(({ overlaps }) => overlaps !== null)?.overlaps ?? null;
  if (sentence !== null) throw new TandemError('TANDEM_RERATING_OVERLAPS', sentence);
}

function overlapOf(account: string, calls: RatedCalls, corrections: readonly Correction[]): string | null {
  const other = corrections.find((one) => one.account === account && areMixed(one.rerating, calls));
  if (other === undefined) return null;
  const { fromWallMs, untilWallMs, insteadOf } = other.rerating;
  const span = [fromWallMs, untilWallMs].map((wallMs) => new Date(wallMs).toISOString()).join(' to ');
  const which = insteadOf === '' ? '' : ` that were rated by ${insteadOf}`;
  const by = `by entry ${other.sequence}, with others of ${span}`;
  const todo = `Rate the calls of that time again${which}, or those of a time that does not touch it.`;
  return `Some of these calls of ${account} were corrected ${by}. ${todo}`;
}

type SameCalls = Omit<RatedCalls, 'account'>;

/** Ratings of the same key are of the same calls of an account. */
function keyOf({ side, insteadOf, fromWallMs, untilWallMs }: SameCalls): string {
  return [side, insteadOf, fromWallMs, untilWallMs].join('\n');
}

function areMixed(one: SameCalls, other: SameCalls): boolean {
  if (one.side !== other.side || keyOf(one) === keyOf(other)) return false;
  const areApart = one.insteadOf !== '' && other.insteadOf !== '' && one.insteadOf !== other.insteadOf;
  return !areApart && one.fromWallMs < other.untilWallMs && other.fromWallMs < one.untilWallMs;
}
