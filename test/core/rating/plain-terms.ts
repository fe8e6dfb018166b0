// A rate that says the least: so much a minute, each begun one whole.

import type { RateTerms } from '../../../src/core/rating/rate-terms.ts';

export const PLAIN_TERMS: Omit<RateTerms, 'calendar'> = {
  type: 'international',
  isBarred: false,
  priceNanos: 60_000_000,
  priceSeconds: 60,
  periodSeconds: 60,
  connectFeeNanos: 0,
  graceSeconds: 0,
  minimumSeconds: 0,
  taxMillionths: 0,
  validFromWallMs: Number.NEGATIVE_INFINITY,
  validUntilWallMs: Number.POSITIVE_INFINITY,
  sections: [],
};
