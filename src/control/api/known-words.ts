// What each question of the API may say behind the question mark. A word that is none would be overlooked, and the
// answer be that to another question: one about all accounts instead of the one that was misspelt.

import { TandemError } from '../../tandem-error.ts';
import type { HttpRequest } from '../http/http-server.ts';
import { DIMENSIONS } from '../reports/report.ts';
import { adviceOn } from './query.ts';

const TIME = ['period', 'from', 'until', 'zone'];
const ENTERED = ['author', 'note'];
const NUMBER = ['party', 'number', 'author'];
/** By method and path; N is a number in it. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  'GET /api/v1/status': [],
  'GET /api/v1/calls': ['limit'],
  'GET /api/v1/registrations': ['limit'],
  'GET /api/v1/cdrs': ['limit', 'after'],
  'GET /api/v1/cdrs/search': ['number', 'gateway', 'account', 'endReason', 'from', 'until', 'limit', 'before'],
  'GET /api/v1/cdrs/verify': ['after'],
  'GET /api/v1/bills': ['account', ...TIME],
  'GET /api/v1/reports': ['by', 'group', 'limit', ...TIME, ...DIMENSIONS],
  'GET /api/v1/route': ['from', 'caller', 'callee', 'at'],
  'GET /api/v1/explain': ['call'],
  'GET /api/v1/snapshots': [],
  'GET /api/v1/accounts': ['tag'],
  'GET /api/v1/packages': [],
  'GET /api/v1/ledger/faults': [],
  'GET /api/v1/payments': ['account', 'limit'],
  'POST /api/v1/payments': ['author'],
  'POST /api/v1/apply': ['name', 'dryRun', ...ENTERED],
  'GET /api/v1/parameters': [],
  'PATCH /api/v1/parameters': ['version', ...ENTERED],
  'GET /api/v1/reratings': ['account'],
  'POST /api/v1/reratings': ['side', 'account', 'table', 'insteadOf', 'limit', 'memo', 'author', ...TIME],
  'GET /api/v1/reratings/N': [],
  'POST /api/v1/reratings/N/book': ['author', 'memo'],
  'GET /api/v1/versions': ['limit'],
  'POST /api/v1/versions/N/rollback': ENTERED,
  'GET /api/v1/jobs': [],
  'POST /api/v1/jobs': ['kind', 'name', 'currency', 'size', 'file', ...ENTERED],
  'GET /api/v1/jobs/N': [],
  'DELETE /api/v1/jobs/N': [],
  'POST /api/v1/jobs/N/bytes': [],
  'POST /api/v1/jobs/N/finish': [],
  'GET /api/v1/blacklist': [],
  'POST /api/v1/blacklist': ['seconds', ...NUMBER],
  'DELETE /api/v1/blacklist': NUMBER,
  'POST /api/v1/shards/N/kill': [],
};

/** Throws TANDEM_API_QUESTION where `request` says a word that its question does not know, or one twice. */
export function refuseUnknownWords({ method, path, query }: HttpRequest): void {
  const words = WORDS[`${method} ${path.replace(/\/\d{1,9}(?=\/|$)/, '/N')}`];
  if (words === undefined) return;
  for (const name of query.keys()) {
    if (query.getAll(name).length > 1) throw new TandemError('TANDEM_API_QUESTION', `${name} is said twice.`);
    if (words.includes(name)) continue;
    const advice = words.length === 0 ? 'it takes none' : adviceOn(name, words);
    throw new TandemError('TANDEM_API_QUESTION', `${name} is no word of this question; ${advice}`);
  }
}
