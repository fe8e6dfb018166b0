// The body of a change of parameters: a merge patch (RFC 7396), where null takes a parameter back to its default.

import { TandemError } from '../../tandem-error.ts';

/** Names and texts of `body`, a JSON object. Throws TANDEM_API_QUESTION when it is something else. */
export function givenParameters(body: string): ReadonlyMap<string, string | null> {
  const given = new Map<string, string | null>();
  for (const [name, value] of Object.entries(objectIn(body))) given.set(name, textOf(name, value));
  if (given.size === 0) throw new TandemError('TANDEM_API_QUESTION', 'The body names no parameter.');
  return given;
}

function objectIn(body: string): object {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Told below: no JSON is no object either.
  }
  throw new TandemError('TANDEM_API_QUESTION', 'The body takes a JSON object such as {"SS_SIP_TIMEOUT_INVITE": "8"}.');
}

function textOf(name: string, value: unknown): string | null {
  if (value === null || typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new TandemError('TANDEM_API_QUESTION', `${name} takes a text, a number, true, false or null for its default.`);
}
