// GET /api/v1/cdrs/search: finished calls by number, gateway, account, end reason and time, newest first.

import { END_REASON_NAMES } from '../../core/base/end-reason.ts';
import { Refused } from '../../operator-file.ts';
import { moment } from '../../operator-values.ts';
import { TandemError } from '../../tandem-error.ts';
import type { CdrIndex, FoundCdrs } from '../cdr/index/cdr-index.ts';
import type { CdrQuestion } from '../cdr/index/search-keys.ts';
import { wordIn } from './query.ts';

const PAGE_RECORDS = 50;
const PAGE_RECORDS_MAX = 1_000;

/** The page that `query` asks for. Rejects with TANDEM_API_QUESTION. */
export async function searchCdrs(index: CdrIndex, query: URLSearchParams): Promise<FoundCdrs> {
  const question: CdrQuestion = {
    number: query.get('number'),
    gateway: query.get('gateway'),
    account: query.get('account'),
    endReason: endReasonIn(query),
    fromWallMs: momentIn(query, 'from'),
    untilWallMs: momentIn(query, 'until'),
  };
  const { fromWallMs, untilWallMs } = question;
  if (fromWallMs !== null && untilWallMs !== null && untilWallMs <= fromWallMs) {
    throw new TandemError('TANDEM_API_QUESTION', 'until is not after from.');
  }
  const limit = countIn(query, 'limit', PAGE_RECORDS, PAGE_RECORDS_MAX);
  const before = countIn(query, 'before', Number.POSITIVE_INFINITY, Number.MAX_SAFE_INTEGER);
  return { ...(await index.search(question, limit, before)), knownFromWallMs: index.knownFromWallMs };
}

function endReasonIn(query: URLSearchParams): string | null {
  const given = query.get('endReason');
  return given === null ? null : wordIn('endReason', given, END_REASON_NAMES);
}

function momentIn(query: URLSearchParams, name: string): number | null {
  const given = query.get(name);
  if (given === null) return null;
  const wallMs = /^\d{12,14}$/.test(given) ? Number(given) : moment(given);
  if (!(wallMs instanceof Refused)) return wallMs;
  throw new TandemError('TANDEM_API_QUESTION', `${name} ${wallMs.reason}`);
}

function countIn(query: URLSearchParams, name: string, fallback: number, max: number): number {
  const given = query.get(name);
  if (given === null) return fallback;
  if (/^[1-9]\d{0,14}$/.test(given) && Number(given) <= max) return Number(given);
  throw new TandemError('TANDEM_API_QUESTION', `${name} takes a whole number from 1 to ${max}, not "${given}"`);
}
