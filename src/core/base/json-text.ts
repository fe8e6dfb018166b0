// Values as JSON text. Amounts of money are 64-bit integers: numbers where every reader of JSON reads them exactly,
// texts where they are larger.

/** `value` as JSON. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => exactNumber(part));
}

/** What JSON has for `value`, where that is a 64-bit integer; any other value as it is. */
export function exactNumber(value: unknown): unknown {
  if (typeof value !== 'bigint') return value;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}
