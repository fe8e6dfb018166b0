// A token bucket in its virtual scheduling form (GCRA, ITU-T I.371): one 64-bit word of shared memory holds the time,
// in nanoseconds of the monotonic clock, at which the bucket would be full again. It never gives more than its rate in
// any stretch of time, and one burst.

/** How often something may happen. */
export interface Rate {
  /** Times a second; null for no limit. */
  readonly cps: number | null;
  /** Times at once, after a rest; null for what a second allows. */
  readonly cpsBurst: number | null;
}

const MS_NANOS = 1_000_000;
const SECOND_NANOS = 1_000_000_000;
/** Clocks of shards differ by less. */
const CLOCKS_NANOS = 1_000_000_000n;

/** The lower of a rate and of what can be carried now; null: no limit. */
export function throttledRate(rate: Rate, perSecond: number | null): Rate {
  if (perSecond === null || (rate.cps !== null && rate.cps <= perSecond)) return rate;
  return { cps: perSecond, cpsBurst: null };
}

/** Takes one from the bucket in `words[index]`; false, and nothing taken, when it is empty. */
export function takeToken(words: BigInt64Array, index: number, rate: Rate, nowMs: number): boolean {
  if (rate.cps === null) return true;
  const now = BigInt(Math.floor(nowMs * MS_NANOS));
  const spacing = spacingOf(rate.cps);
  const depth = spacing * BigInt(depthOf(rate.cps, rate.cpsBurst));
  let fullAt = Atomics.load(words, index);
  for (;;) {
    const next = begunAt(fullAt, now, { spacing, depth }) + spacing;
    if (next - now > depth) return false;
    const seen = Atomics.compareExchange(words, index, fullAt, next);
    if (seen === fullAt) return true;
    fullAt = seen;
  }
}

/** Whether `takeToken` would take one. */
export function hasToken(words: BigInt64Array, index: number, { cps, cpsBurst }: Rate, nowMs: number): boolean {
  if (cps === null) return true;
  const now = BigInt(Math.floor(nowMs * MS_NANOS));
  const spacing = spacingOf(cps);
  const depth = spacing * BigInt(depthOf(cps, cpsBurst));
  return begunAt(Atomics.load(words, index), now, { spacing, depth }) + spacing - now <= depth;
}

/** Whence the next one counts. A bucket emptier than it can be was emptied at another rate: it has one left. */
function begunAt(fullAt: bigint, now: bigint, { spacing, depth }: { spacing: bigint; depth: bigint }): bigint {
  if (fullAt <= now) return now;
  return fullAt > now + depth + CLOCKS_NANOS ? now + depth - spacing : fullAt;
}

/** Gives one back that was taken just now, for something that then did not happen. */
export function giveToken(words: BigInt64Array, index: number, { cps }: Rate): void {
  if (cps !== null) Atomics.sub(words, index, spacingOf(cps));
}

/** Whether the bucket is full: it has nothing to remember. */
export function isFull(words: BigInt64Array, index: number, nowMs: number): boolean {
  return Atomics.load(words, index) <= BigInt(Math.floor(nowMs * MS_NANOS));
}

/** Rounded up: what is spaced so never comes more often than it may. */
function spacingOf(cps: number): bigint {
  return BigInt(Math.ceil(SECOND_NANOS / cps));
}

function depthOf(cps: number, cpsBurst: number | null): number {
  return cpsBurst ?? Math.max(1, Math.floor(cps));
}
