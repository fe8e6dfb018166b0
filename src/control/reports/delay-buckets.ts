// Delays in buckets that can be added up: exact below 32 ms, then sixteen buckets from each power of two to the next,
// so that a percentile is off by at most one part in 32. What is longer than 65.5 s counts as that.

const EXACT_MS = 32;
const BUCKETS_A_DOUBLING = 16;
/** 2^5 is where the doublings begin. */
const FIRST_EXPONENT = 5;
const DELAY_MS_MAX = 65_535;

/** Buckets of one distribution. */
export const DELAY_BUCKETS = bucketOf(DELAY_MS_MAX) + 1;

/** The bucket of a delay of whole ms. */
export function bucketOf(delayMs: number): number {
  const ms = Math.min(delayMs, DELAY_MS_MAX);
  if (ms < EXACT_MS) return ms;
  const exponent = 31 - Math.clz32(ms);
  const part = (ms >>> (exponent - 4)) & (BUCKETS_A_DOUBLING - 1);
  return EXACT_MS + (exponent - FIRST_EXPONENT) * BUCKETS_A_DOUBLING + part;
}

/** The delay that `share` (0 to 1) of the delays do not pass, ms; null when there are none. */
export function percentileMs(counts: Uint32Array, share: number): number | null {
  let total = 0;
  for (const count of counts) total += count;
  if (total === 0) return null;
  const wanted = Math.max(1, Math.ceil(share * total));
  let seen = 0;
  let bucket = 0;
  for (; bucket < counts.length; bucket++) {
    seen += counts[bucket] as number;
    if (seen >= wanted) break;
  }
  return middleOf(bucket);
}

function middleOf(bucket: number): number {
  if (bucket < EXACT_MS) return bucket;
  const exponent = FIRST_EXPONENT + Math.floor((bucket - EXACT_MS) / BUCKETS_A_DOUBLING);
  const part = (bucket - EXACT_MS) % BUCKETS_A_DOUBLING;
  const width = 2 ** (exponent - 4);
  return Math.round((BUCKETS_A_DOUBLING + part) * width + (width - 1) / 2);
}
