// What a request says behind the question mark.

import { nearestName } from '../../core/base/nearest-name.ts';
import { TandemError } from '../../tandem-error.ts';
import type { HttpRequest } from '../http/http-server.ts';

/** The whole number of `name`, `fallback` when it is not given. Throws TANDEM_API_QUESTION. */
export function countIn(request: Pick<HttpRequest, 'query'>, name: string, fallback: number, max: number): number {
  const given = request.query.get(name);
  if (given === null) return fallback;
  if (/^\d{1,15}$/.test(given) && Number(given) <= max) return Number(given);
  throw new TandemError('TANDEM_API_QUESTION', `${name} takes a whole number up to ${max}, not "${given}"`);
}

/** The text of `name`; '' when it is not given. */
export function textIn(request: HttpRequest, name: string): string {
  return request.query.get(name) ?? '';
}

/** Whether `name` is said, or said to be so; false when it is not given. Throws TANDEM_API_QUESTION. */
export function yesIn(request: Pick<HttpRequest, 'query'>, name: string): boolean {
  const given = request.query.get(name) ?? 'false';
  if (['', '1', 'true'].includes(given)) return true;
  if (['0', 'false'].includes(given)) return false;
  throw new TandemError('TANDEM_API_QUESTION', `${name} takes true or false, not "${given}"`);
}

/** `word` as one of `words`. Throws TANDEM_API_QUESTION, with the one that was meant where that can be told. */
export function wordIn<T extends string>(name: string, word: string, words: readonly T[]): T {
  const found = words.find((one) => one === word);
  if (found !== undefined) return found;
  throw new TandemError('TANDEM_API_QUESTION', `${name} ${word} is none; ${adviceOn(word, words)}`);
}

/** What to write instead of `word`, which is none of `words`. */
export function adviceOn(word: string, words: readonly string[]): string {
  const near = nearestName(word, words);
  if (near !== null) return `did you mean ${near}?`;
  return words.length === 1 ? `there is only ${words[0]}` : `there are ${words.join(', ')}`;
}
