// The dynamic blacklist in the API: who is on it, one more, one less.

import type { PartyNumber } from '../../core/admission/black-list.ts';
import type { Log } from '../../log.ts';
import { Refused } from '../../operator-file.ts';
import { numberDigits, oneOf, wholeNumber } from '../../operator-values.ts';
import { TandemError } from '../../tandem-error.ts';
import type { Control } from '../control.ts';
import type { HttpAnswer, HttpRequest } from '../http/http-server.ts';
import { json } from '../http/problem.ts';

const PATH = '/api/v1/blacklist';
const YEAR_SECONDS = 365 * 86_400;
const HOUR_SECONDS = '3600';
const SECOND_MS = 1_000;

const readParty = oneOf(['caller', 'callee']);
const readSeconds = wholeNumber(1, YEAR_SECONDS);

/** The answer to a request about the blacklist; null when `request` is about something else. */
export function answerBlackList(control: Control, request: HttpRequest, log: Log): HttpAnswer | null {
  if (request.path !== PATH) return null;
  const { blackList, configuration } = control;
  const wallMs = control.wallNow();
  switch (request.method) {
    case 'GET':
      return json(blackList.entries(wallMs));
    case 'POST': {
      const of = numberIn(request);
      const seconds = given(request, 'seconds', readSeconds, HOUR_SECONDS);
      const entry = blackList.add(of, seconds * SECOND_MS, wallMs, configuration.snapshot);
      log.info({ ...of, seconds, author: request.query.get('author') ?? '' }, 'a number was put on the blacklist');
      return json(entry, 201);
    }
    case 'DELETE': {
      const of = numberIn(request);
      blackList.remove(of, wallMs);
      log.info({ ...of, author: request.query.get('author') ?? '' }, 'a number was taken off the blacklist');
      return json(of);
    }
    default:
      return null;
  }
}

function numberIn(request: HttpRequest): PartyNumber {
  return { party: given(request, 'party', readParty, 'caller'), number: given(request, 'number', numberDigits, '') };
}

/** The value of `name` in the question; `absent` where it says none. Throws TANDEM_BLACK_LIST_REFUSED. */
function given<T>({ query }: HttpRequest, name: string, reader: (text: string) => T | Refused, absent: string): T {
  const value = reader(query.get(name) ?? absent);
  if (!(value instanceof Refused)) return value;
  throw new TandemError('TANDEM_BLACK_LIST_REFUSED', `The blacklist refuses it: ${name} ${value.reason}.`);
}
