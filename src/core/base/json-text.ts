// Values as JSON text. Amounts of money are 64-bit integers: numbers where every reader of JSON reads them exactly,
// texts where they are larger.

/** `value` as JSON. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value, (_, part: unknown) => (typeof part === 'bigint' ? exactNumber(part) : part));
}

function exactNumber(value: bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}
