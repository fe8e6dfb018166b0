// The part of the API that rates calls again. A rating is begun, asked about until it is counted, and may be booked.

import { TandemError } from '../../tandem-error.ts';
import type { Control } from '../control.ts';
import type { HttpAnswer, HttpRequest } from '../http/http-server.ts';
import { json } from '../http/problem.ts';
import { askedTime, askedZone } from '../reports/asked-time.ts';
import type { RatingWish } from '../rerating/rate-order.ts';
import type { Configuration } from '../tables/configuration.ts';
import { countIn, textIn, wordIn } from './query.ts';

const SIDES = ['sold', 'bought', 'agent'] as const;
const DIFFERENCES_TOLD = 20;
/** Differences that one answer has at the most. */
export const DIFFERENCES_TOLD_MAX = 10_000;
const MEMO_LENGTH_MAX = 256;

/** The answer to a question about ratings; null when `request` is about something else. */
export function answerReratings(control: Control, request: HttpRequest): HttpAnswer | Promise<HttpAnswer> | null {
  const { reratings, configuration } = control;
  switch (`${request.method} ${request.path}`) {
    case 'POST /api/v1/reratings':
      return json(reratings.begin(ratingWishIn(request.query, configuration, control.wallNow())), 201);
    case 'GET /api/v1/reratings':
      return json({ corrections: reratings.corrections(request.query.get('account')) });
  }
  const [, id, action = ''] = /^\/api\/v1\/reratings\/(\d{1,9})(?:\/(book))?$/.exec(request.path) ?? [];
  if (id === undefined) return null;
  if (request.method === 'GET' && action === '') return json(reratings.view(Number(id)));
  if (request.method !== 'POST' || action !== 'book') return null;
  return booked(control, Number(id), request);
}

/** Booked, and on the disk: a power cut does not take back what was told. */
async function booked({ reratings, stores }: Control, id: number, request: HttpRequest): Promise<HttpAnswer> {
  const view = reratings.book(id, { operator: textIn(request, 'author'), memo: memoIn(request.query) });
  await stores.flush();
  return json(view);
}

/** What `query` wishes to be rated again. Throws TANDEM_API_QUESTION, TANDEM_ACCOUNT_UNKNOWN. */
export function ratingWishIn(query: URLSearchParams, configuration: Configuration, wallMs: number): RatingWish {
  const account = query.get('account');
  if (!query.has('period') && !query.has('from')) {
    throw new TandemError('TANDEM_API_QUESTION', 'Say of which time: a period such as 2027-01, or from and until.');
  }
  const ownZone = account === null ? null : (configuration.account(account)?.timeZone ?? null);
  const { fromWallMs, untilWallMs } = askedTime(query, askedZone(query, ownZone ?? 'UTC'), wallMs, '');
  memoIn(query);
  return {
    side: wordIn('side', query.get('side') ?? 'sold', SIDES),
    account,
    table: query.get('table') ?? '',
    insteadOf: query.get('insteadOf') ?? '',
    fromWallMs,
    untilWallMs,
    differencesMax: countIn({ query }, 'limit', DIFFERENCES_TOLD, DIFFERENCES_TOLD_MAX),
  };
}

function memoIn(query: URLSearchParams): string {
  const memo = query.get('memo') ?? '';
  if (memo.length <= MEMO_LENGTH_MAX) return memo;
  throw new TandemError('TANDEM_API_QUESTION', `memo has more than ${MEMO_LENGTH_MAX} characters.`);
}
