// Money as integers: 1 unit is 10^-9 of the currency, a nano. Text comes in once and leaves rounded once; between the
// two nothing is ever a fraction.

/** Decimals of a currency's unit that are kept. */
export const NANO_DECIMALS = 9;

/** Units of one currency unit. */
export const NANOS = 10n ** BigInt(NANO_DECIMALS);

const DECIMAL = /^(-?)(\d{1,15})(?:\.(\d{1,9}))?$/;

/** Reads a decimal amount, such as 12.5; null when it is none, or finer than a nano. */
export function parseMoney(text: string): bigint | null {
  const [, sign, whole, fraction] = DECIMAL.exec(text) ?? [];
  if (whole === undefined) return null;
  const nanos = BigInt(whole) * NANOS + BigInt((fraction ?? '').padEnd(NANO_DECIMALS, '0'));
  return sign === '-' ? -nanos : nanos;
}

/** `nanos` with `decimals` (0 to 9) decimals, rounded half up; a negative amount as its positive. */
export function moneyText(nanos: bigint, decimals: number): string {
  const step = 10n ** BigInt(NANO_DECIMALS - decimals);
  const steps = roundedDivision(nanos < 0n ? -nanos : nanos, step);
  const digits = String(steps).padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const sign = nanos < 0n && steps > 0n ? '-' : '';
  return decimals === 0 ? `${sign}${whole}` : `${sign}${whole}.${digits.slice(-decimals)}`;
}

/** `amount` / `by`, rounded half up; both at least 0, `by` above it. */
export function roundedDivision(amount: bigint, by: bigint): bigint {
  return (amount * 2n + by) / (by * 2n);
}
