// What reports and bills ask of a call, as rows of three tables: the calls; the attempts that a hunt left behind, by
// which vendors are judged; what agents pay. Their rows of a call name it by its row.

import type { Cdr, CdrAttempt } from '../../core/cdr/cdr.ts';
import { bytesOfTables, type ClosedTable, OpenTable, tablesIn } from '../../store/number-columns.ts';
import { endedAt } from '../cdr/index/search-keys.ts';

/** Money takes two columns, so that sums stay exact: units of 2^32 nanos, and the rest. */
export const HIGH_NANOS = 2 ** 32;

/** Statuses by which the called party itself declines, or is busy. */
const REACHED_CODES: ReadonlySet<number> = new Set([486, 600, 603]);

const CALL_NUMBERS = [
  'endedAtWallMs',
  'holdMs',
  /** Post-dial delay, whole ms and one more; 0: there was none. */
  'delay',
  /** That of the last gateway from its own INVITE on, and two more; 1: it gave no sign; 0: nobody said (any more). */
  'gatewayDelay',
  'isAnswered',
  'isReached',
  'billedSeconds',
  'buyBilledSeconds',
  'feeHigh',
  'feeLow',
  'taxHigh',
  'taxLow',
  'buyFeeHigh',
  'buyFeeLow',
  'buyTaxHigh',
  'buyTaxLow',
] as const;

const CALL_WORDS = [
  'account',
  'mappingGateway',
  'routingGateway',
  'endReason',
  'currency',
  'table',
  'prefix',
  'clearingAccount',
  'buyTable',
  'buyPrefix',
  'buyCurrency',
] as const;

const ATTEMPT_NUMBERS = ['call', 'isReached'] as const;
const ATTEMPT_WORDS = ['routingGateway', 'left'] as const;

const AGENT_NUMBERS = ['call', 'billedSeconds', 'feeHigh', 'feeLow', 'taxHigh', 'taxLow'] as const;
const AGENT_WORDS = ['account', 'table', 'prefix'] as const;

/** The tables of one segment, open. */
export class CallTables {
  readonly calls = new OpenTable('calls', CALL_NUMBERS, CALL_WORDS);
  readonly attempts = new OpenTable('attempts', ATTEMPT_NUMBERS, ATTEMPT_WORDS);
  readonly agents = new OpenTable('agents', AGENT_NUMBERS, AGENT_WORDS);

  add(cdr: Cdr): void {
    const call = this.calls.rowCount;
    const last = cdr.attempts.at(-1);
    const isAnswered = cdr.answeredAtWallMs !== null;
    const isReached = isAnswered || cdr.ringingAtWallMs !== null || (last !== undefined && isDeclined(last));
    this.calls.add(
      [
        endedAt(cdr),
        Math.round(cdr.holdMs),
        cdr.postDialDelayMs === null ? 0 : 1 + Math.round(cdr.postDialDelayMs),
        gatewayDelayOf(cdr),
        Number(isAnswered),
        Number(isReached),
        cdr.billedSeconds,
        cdr.buyBilledSeconds,
        high(cdr.sellFeeNanos),
        low(cdr.sellFeeNanos),
        high(cdr.taxNanos),
        low(cdr.taxNanos),
        high(cdr.buyFeeNanos),
        low(cdr.buyFeeNanos),
        high(cdr.buyTaxNanos),
        low(cdr.buyTaxNanos),
      ],
      [
        cdr.account,
        cdr.mappingGateway,
        cdr.routingGateway,
        cdr.endReason ?? '',
        cdr.currency,
        cdr.sellTable,
        cdr.sellPrefix,
        cdr.clearingAccount,
        cdr.buyTable,
        cdr.buyPrefix,
        cdr.buyCurrency,
      ],
    );
    for (let at = 0; at < cdr.attempts.length - 1; at++) this.#addAttempt(call, cdr.attempts[at] as CdrAttempt);
    for (const { account, table, prefix, feeNanos, taxNanos, billedSeconds } of cdr.agentFees) {
      this.agents.add(
        [call, billedSeconds, high(feeNanos), low(feeNanos), high(taxNanos), low(taxNanos)],
        [account, table, prefix],
      );
    }
  }

  /** Whether the tables of a segment are these; releases before it had not all of the columns. */
  isLike(kept: Readonly<Record<'calls' | 'attempts' | 'agents', ClosedTable>>): boolean {
    const made = tablesIn(bytesOfTables([this.calls, this.attempts, this.agents], [0, 0, 0, 0]));
    return (['calls', 'attempts', 'agents'] as const).every(
      (name) => made.get(name)?.isLike(kept[name], ['gatewayDelay']) === true,
    );
  }

  #addAttempt(call: number, attempt: CdrAttempt): void {
    this.attempts.add([call, Number(isDeclined(attempt))], [attempt.gateway, attempt.left]);
  }
}

/** A record of an answered call that does not say it is of an earlier release. */
function gatewayDelayOf({ calleePostDialDelayMs: delayMs, answeredAtWallMs }: Cdr): number {
  if (delayMs === null) return answeredAtWallMs === null ? 1 : 0;
  return 2 + Math.round(delayMs);
}

function isDeclined({ code }: CdrAttempt): boolean {
  return REACHED_CODES.has(code);
}

function high(nanos: bigint): number {
  return nanos === 0n ? 0 : Number(nanos >> 32n);
}

function low(nanos: bigint): number {
  return nanos === 0n ? 0 : Number(nanos & 0xffff_ffffn);
}
