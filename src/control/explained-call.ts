// What happened to one call, from its record alone: the gateways in the order of its plan, what became of each, and
// what those that were tried said. Nothing of it is asked of today's tables.

import { setImmediate } from 'node:timers/promises';
import { CALL_ID_CHARACTERS_MAX } from '../core/base/limits.ts';
import type { Cdr, CdrAttempt } from '../core/cdr/cdr.ts';
import { setupTimeOf } from '../core/cdr/cdr-id.ts';
import { readDecision, wordsOfFate } from '../core/routing/decision.ts';
import type { CdrSpool, SpooledRecord } from '../store/ports.ts';
import { unpackCdr } from '../store/records.ts';
import { lastEndedBefore } from './cdr/online-window.ts';

/** One gateway whose prefix fitted. */
export interface ExplainedGateway {
  readonly gateway: string;
  readonly prefix: string;
  readonly isTried: boolean;
  /** What became of it, in words. */
  readonly what: string;
  readonly profitPercent: number | null;
}

/** One call. */
export interface ExplainedCall {
  readonly cdr: Cdr;
  readonly gateways: readonly ExplainedGateway[];
  /** Gateways that had no room in the record. */
  readonly furtherCount: number;
}

/** The newest records, that are looked at for a call of which nothing says when it was. */
const SEARCHED_MAX = 200_000;
/** Records looked at in one go. */
const PAGE = 1_000;
/** Records stand in the order in which calls ended, but for so much. */
const DISORDER_MS = 60_000;

/** The words for what `cdr` says. */
export function explainCall(cdr: Cdr): ExplainedCall {
  const { gateways, furtherCount } = readDecision(cdr.decision);
  return {
    cdr,
    gateways: gateways.map(({ gateway, prefix, fate, profitPercent }) => {
      const isTried = fate === 'tried';
      const what = isTried ? wordsOfAttempts(cdr.attempts.filter((one) => one.gateway === gateway)) : wordsOfFate(fate);
      return { gateway, prefix, isTried, what, profitPercent };
    }),
    furtherCount,
  };
}

/**
 * The finished call with that CDR id, or the newest with that Call-ID (of any leg); null when none is found. A Call-ID
 * that looks like an id of ours says its time too: it is a ULID. Where the clock was set back, a call seems to have
 * ended before it began: then it is among the last ones.
 */
export async function findCall(spool: CdrSpool, id: string): Promise<Cdr | null> {
  const setupAtWallMs = setupTimeOf(id);
  const found = setupAtWallMs === null ? null : await findSince(spool, id, setupAtWallMs);
  return found ?? findAmongLast(spool, id);
}

/** However long it has talked: all that ended since its set-up. */
async function findSince(spool: CdrSpool, id: string, setupAtWallMs: number): Promise<Cdr | null> {
  let position = lastEndedBefore(spool, setupAtWallMs - DISORDER_MS, Number.POSITIVE_INFINITY);
  for (;;) {
    const page = spool.after(position, PAGE);
    const found = findIn(page, id);
    if (found !== null || page.length < PAGE) return found;
    position = page.at(-1)?.position ?? position;
    await setImmediate();
  }
}

async function findAmongLast(spool: CdrSpool, id: string): Promise<Cdr | null> {
  let position = Number.POSITIVE_INFINITY;
  for (let searched = 0; searched < SEARCHED_MAX; searched += PAGE) {
    const page = spool.before(position, PAGE);
    const found = findIn(page, id);
    if (found !== null || page.length < PAGE) return found;
    position = page.at(-1)?.position ?? 0;
    await setImmediate();
  }
  return null;
}

function findIn(page: readonly SpooledRecord[], id: string): Cdr | null {
  const text = Buffer.from(id.slice(0, CALL_ID_CHARACTERS_MAX));
  for (const { record } of page) {
    // To unpack all of them takes ten times as long.
    if (!Buffer.from(record.buffer, record.byteOffset, record.byteLength).includes(text)) continue;
    const cdr = unpackCdr(record);
    if (isOf(cdr, id)) return cdr;
  }
  return null;
}

/** Whether `id` names this call. */
export function isOf(cdr: Cdr, id: string): boolean {
  const callerCallId = id.slice(0, CALL_ID_CHARACTERS_MAX);
  return cdr.callerCallId === callerCallId || cdr.id === id || cdr.attempts.some(({ callId }) => callId === id);
}

/** More than one when a 3xx of it was followed. */
function wordsOfAttempts(attempts: readonly CdrAttempt[]): string {
  return attempts.length === 0 ? 'tried' : `tried: ${attempts.map(wordsOfAttempt).join(', then ')}`;
}

/** What has become of it so far. */
export function wordsOfAttempt({ code, left, address }: CdrAttempt): string {
  return `${left}${code === 0 ? '' : ` ${code}`} at ${address}`;
}
