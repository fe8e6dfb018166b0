// Retry-After: RFC 3261 20.33. Seconds, then perhaps a comment and parameters: `18000 (maintenance);duration=3600`.

/** Seconds that a Retry-After value asks to wait; 0 when it names none. Comment and `duration` change nothing. */
export function retryAfterSeconds(value: string): number {
  const match = /^\s*(\d{1,10})(?=[\s(;]|$)/.exec(value);
  return match === null ? 0 : Number(match[1]);
}
