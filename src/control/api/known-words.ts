// What each question of the API may say behind the question mark. A word that is none would be overlooked, and the
// answer be that to another question: one about all accounts instead of the one that was misspelt.

import { TandemError } from '../../tandem-error.ts';
import type { HttpRequest } from '../http/http-server.ts';
import { DIMENSIONS } from '../reports/report.ts';
import { adviceOn } from './query.ts';

const TIME = ['period', 'from', 'until', 'zone'];
const WORDS: Readonly<Record<string, readonly string[]>> = {
  'GET /api/v1/calls': ['limit'],
  'GET /api/v1/registrations': ['limit'],
  'GET /api/v1/cdrs': ['limit', 'after'],
  'GET /api/v1/cdrs/search': ['number', 'gateway', 'account', 'endReason', 'from', 'until', 'limit', 'before'],
  'GET /api/v1/cdrs/verify': ['after'],
  'GET /api/v1/bills': ['account', ...TIME],
  'GET /api/v1/reports': ['by', 'group', 'limit', ...TIME, ...DIMENSIONS],
  'GET /api/v1/route': ['from', 'caller', 'callee', 'at'],
  'GET /api/v1/explain': ['call'],
  'GET /api/v1/payments': ['account', 'limit'],
  'POST /api/v1/payments': ['author'],
  'POST /api/v1/apply': ['name', 'author', 'note', 'dryRun'],
  'PATCH /api/v1/parameters': ['version', 'author', 'note'],
  'GET /api/v1/reratings': ['account'],
  'POST /api/v1/reratings': ['side', 'account', 'table', 'insteadOf', 'limit', 'memo', 'author', ...TIME],
};

/** Throws TANDEM_API_QUESTION where `request` says a word that its question does not know. */
export function refuseUnknownWords({ method, path, query }: HttpRequest): void {
  const words = WORDS[`${method} ${path}`];
  if (words === undefined) return;
  for (const name of query.keys()) {
    if (words.includes(name)) continue;
    throw new TandemError('TANDEM_API_QUESTION', `${name} is no word of this question; ${adviceOn(name, words)}`);
  }
}
