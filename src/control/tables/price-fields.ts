// The fields of both kinds of gateway about what a call may cost.

import { NANO_DECIMALS } from '../../core/rating/money.ts';
import type { PriceLimits } from '../../core/routing/snapshot.ts';
import { Refused } from '../../operator-file.ts';
import { type FieldsOf, field } from './gateway-field.ts';

const PERCENT_MAX = 10_000;

export const PRICE_FIELDS: FieldsOf<PriceLimits> = {
  minProfitPercent: field(
    'minProfitPercent',
    percent,
    null,
    'A call goes nowhere where it earns less: (sell - buy) / sell, both in one currency and over their first period.',
  ),
  maxSecondRatesNanos: field(
    'maxSecondRates',
    nanosASecond,
    null,
    'A call goes nowhere where a second of its first period costs more; 0.6 a minute is 0.01 a second.',
  ),
};

function percent(text: string): number | null | Refused {
  if (text === 'None') return null;
  const value = /^-?\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (Math.abs(value) <= PERCENT_MAX) return value;
  return new Refused(`takes None or a whole number from -${PERCENT_MAX} to ${PERCENT_MAX}, not "${text}"`);
}

/** An amount of money, kept in whole nanos. */
function nanosASecond(text: string): number | null | Refused {
  if (text === 'None') return null;
  const [, whole, fraction = ''] = /^(\d{1,6})(?:\.(\d{1,9}))?$/.exec(text) ?? [];
  if (whole !== undefined) return Number(whole + fraction.padEnd(NANO_DECIMALS, '0'));
  return new Refused(`takes None or an amount such as 0.01, with up to ${NANO_DECIMALS} decimals, not "${text}"`);
}
