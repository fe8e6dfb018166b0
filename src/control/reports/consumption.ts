// What calls cost each account in a time: fees and tax of its own calls, all accounts in one pass.

import type { CallHistory, CallSegment } from './call-history.ts';
import { HIGH_NANOS } from './call-tables.ts';
import { eachSegment } from './count-report.ts';

/** A time, its end not in it; wall clock ms. */
interface Time {
  readonly fromWallMs: number;
  readonly untilWallMs: number;
}

/** By account. Rejects with what `check` throws, which is asked before each segment. */
export async function consumptionIn(
  history: CallHistory,
  time: Time,
  check: () => void = () => undefined,
): Promise<ReadonlyMap<string, bigint>> {
  const sums = new Map<string, bigint>();
  await eachSegment(history, time, (segment) => {
    check();
    addSegment(sums, segment, time);
  });
  return sums;
}

function addSegment(sums: Map<string, bigint>, { calls }: CallSegment, { fromWallMs, untilWallMs }: Time): void {
  const names = calls.words('account');
  const [ends, accounts] = [calls.numbers('endedAtWallMs'), calls.numbers('account')];
  // Sixteen thousand fees, each below 2^21 units of 2^32 nanos: sums of either part stay whole.
  const [highs, lows] = [new Float64Array(names.length), new Float64Array(names.length)];
  for (const fee of ['fee', 'tax']) {
    const [high, low] = [calls.numbers(`${fee}High`), calls.numbers(`${fee}Low`)];
    for (let call = 0; call < ends.length; call++) {
      const endWallMs = ends[call] as number;
      if (endWallMs < fromWallMs || endWallMs >= untilWallMs) continue;
      const account = accounts[call] as number;
      highs[account] = (highs[account] as number) + (high[call] as number);
      lows[account] = (lows[account] as number) + (low[call] as number);
    }
  }
  for (const [at, name] of names.entries()) {
    const nanos = BigInt(highs[at] as number) * BigInt(HIGH_NANOS) + BigInt(lows[at] as number);
    if (nanos !== 0n) sums.set(name, (sums.get(name) ?? 0n) + nanos);
  }
}
