// What a request says behind the question mark.

import { TandemError } from '../../tandem-error.ts';
import type { HttpRequest } from '../http/http-server.ts';

/** The whole number of `name`, `fallback` when it is not given. Throws TANDEM_API_QUESTION. */
export function countIn(request: HttpRequest, name: string, fallback: number, max: number): number {
  const given = request.query.get(name);
  if (given === null) return fallback;
  if (/^\d{1,15}$/.test(given) && Number(given) <= max) return Number(given);
  throw new TandemError('TANDEM_API_QUESTION', `${name} takes a whole number up to ${max}, not "${given}"`);
}

/** The text of `name`; '' when it is not given. */
export function textIn(request: HttpRequest, name: string): string {
  return request.query.get(name) ?? '';
}
