// Two lists of calls to one number, paired where time and duration agree. A carrier's clock may be off by more than
// calls are apart: so that as many as possible find theirs, in the order of both lists, and then the nearest ones.

/** What a call is found by. */
export interface TimedCall {
  readonly atWallMs: number;
  readonly seconds: number;
}

/** How far the two of a pair may differ. */
export interface Apart {
  readonly atMs: number;
  readonly seconds: number;
}

/** Places of a pair in the two lists. */
export interface PairPlaces {
  readonly one: number;
  readonly other: number;
}

/** The best that calls of both lists come to, from the first ones to some place in `others`. */
interface Best {
  readonly count: number;
  readonly apartMs: number;
  /** The last pair, and what stands before it; null: none. */
  readonly last: PairPlaces | null;
  readonly before: Best | null;
}

const NONE: Best = { count: 0, apartMs: 0, last: null, before: null };

/** Pairs that agree, in the order of both lists, which are by time. */
export function pairsInOrder(ones: readonly TimedCall[], others: readonly TimedCall[], apart: Apart): PairPlaces[] {
  // Of each of `ones`, only the `others` from `first` until `end` are near enough; both only grow. What is best without
  // any later one stands in `row`, by the place in `others`.
  let [first, end] = [0, 0];
  let row: Best[] = [NONE];
  for (const [place, one] of ones.entries()) {
    const shift = first;
    while (first < others.length && (others[first] as TimedCall).atWallMs < one.atWallMs - apart.atMs) first++;
    while (end < others.length && (others[end] as TimedCall).atWallMs <= one.atWallMs + apart.atMs) end++;
    const without = (other: number): Best => row[Math.min(other - shift, row.length - 1)] as Best;
    const next: Best[] = [without(first)];
    for (let other = first; other < end; other++) {
      const left = better(without(other + 1), next[other - first] as Best);
      next.push(better(left, withPair(without(other), { one: place, other }, agreeing(one, others[other], apart))));
    }
    row = next;
  }
  return pairsOf(row.at(-1) as Best);
}

/** How far the two are apart in time; null: they do not agree. */
function agreeing(one: TimedCall, other: TimedCall | undefined, apart: Apart): number | null {
  if (other === undefined || Math.abs(one.seconds - other.seconds) > apart.seconds) return null;
  return Math.abs(one.atWallMs - other.atWallMs);
}

function withPair(before: Best, last: PairPlaces, apartMs: number | null): Best {
  if (apartMs === null) return before;
  return { count: before.count + 1, apartMs: before.apartMs + apartMs, last, before };
}

function better(one: Best, other: Best): Best {
  if (one.count !== other.count) return one.count > other.count ? one : other;
  return other.apartMs < one.apartMs ? other : one;
}

function pairsOf(best: Best): PairPlaces[] {
  const pairs: PairPlaces[] = [];
  for (let at: Best | null = best; at !== null; at = at.before) if (at.last !== null) pairs.push(at.last);
  return pairs.reverse();
}
