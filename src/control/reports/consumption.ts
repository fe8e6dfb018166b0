// What calls cost each account in a time: fees and tax of its own calls, all accounts in one pass.

import type { CallHistory, CallSegment } from './call-history.ts';
import { HIGH_NANOS } from './call-tables.ts';
import { eachSegment } from './count-report.ts';

/** A time, its end not in it; wall clock ms. */
interface Time {
  readonly fromWallMs: number;
  readonly untilWallMs: number;
}

/** What calls cost, by account and currency. */
export class Consumption {
  readonly #sums = new Map<string, bigint>();

  add(account: string, currency: string, nanos: bigint): void {
    this.#sums.set(keyOf(account, currency), this.#nanosOf(account, currency) + nanos);
  }

  /** What calls cost `account` in `currency`, and those whose records do not say theirs. */
  nanosOf(account: string, currency: string): bigint {
    return this.#nanosOf(account, currency) + this.#nanosOf(account, '');
  }

  #nanosOf(account: string, currency: string): bigint {
    return this.#sums.get(keyOf(account, currency)) ?? 0n;
  }
}

/** Rejects with what `check` throws, which is asked before each segment. */
export async function consumptionIn(
  history: CallHistory,
  time: Time,
  check: () => void = () => undefined,
): Promise<Consumption> {
  const sums = new Consumption();
  await eachSegment(history, time, (segment) => {
    check();
    addSegment(sums, segment, time);
  });
  return sums;
}

function addSegment(sums: Consumption, { calls }: CallSegment, { fromWallMs, untilWallMs }: Time): void {
  const [names, currencies] = [calls.words('account'), calls.words('currency')];
  const [ends, accounts] = [calls.numbers('endedAtWallMs'), calls.numbers('account')];
  const currencyIds = calls.numbers('currency');
  const payers = names.length * currencies.length;
  // Sixteen thousand fees, each below 2^21 units of 2^32 nanos: sums of either part stay whole.
  const [highs, lows] = [new Float64Array(payers), new Float64Array(payers)];
  for (const fee of ['fee', 'tax']) {
    const [high, low] = [calls.numbers(`${fee}High`), calls.numbers(`${fee}Low`)];
    for (let call = 0; call < ends.length; call++) {
      const endWallMs = ends[call] as number;
      if (endWallMs < fromWallMs || endWallMs >= untilWallMs) continue;
      const payer = (accounts[call] as number) * currencies.length + (currencyIds[call] as number);
      highs[payer] = (highs[payer] as number) + (high[call] as number);
      lows[payer] = (lows[payer] as number) + (low[call] as number);
    }
  }
  for (let payer = 0; payer < payers; payer++) {
    const nanos = BigInt(highs[payer] as number) * BigInt(HIGH_NANOS) + BigInt(lows[payer] as number);
    const [account, currency] = [Math.floor(payer / currencies.length), payer % currencies.length];
    if (nanos !== 0n) sums.add(names[account] as string, currencies[currency] as string, nanos);
  }
}

function keyOf(account: string, currency: string): string {
  return `${account}\n${currency}`;
}
