// A carrier's list of calls against ours: which call of theirs is which of ours, and what differs. A call is found by
// the last digits of its number, its time and its duration; one whose duration differs, by the nearest time. What is
// paid is compared as the two have it.

import { pairsInOrder } from './pair-in-order.ts';

/** A call as one side has it. */
export interface ListedCall {
  /** As written; its last digits are compared. */
  readonly number: string;
  readonly atWallMs: number;
  /** The other moment that may be meant, an hour later: the clocks that it goes by show this time twice. */
  readonly againAtWallMs?: number;
  readonly seconds: number;
  /** Null: not listed. */
  readonly nanos: bigint | null;
  /** What finds it again: a line of the file, or the id of a CDR. */
  readonly name: string;
}

/** How far two calls may differ and be the same, and how far without being told. */
export interface Tolerances {
  readonly digits: number;
  readonly atMs: number;
  readonly seconds: number;
  readonly nanos: bigint;
}

/** When a call of ours must have been answered to be missed in their list; its end is not in it. */
export interface MissedTime {
  readonly fromWallMs: number;
  readonly untilWallMs: number;
}

/** A call of both. */
export interface Pair {
  readonly ours: ListedCall;
  readonly theirs: ListedCall;
}

/** What became of the two lists. */
export interface Reconciled {
  /** Pairs without a difference that is told. */
  readonly equalCount: number;
  readonly otherSeconds: readonly Pair[];
  readonly otherPrice: readonly Pair[];
  /** Listed by them, and no CDR of ours. */
  readonly missingHere: readonly ListedCall[];
  /** The same of calls that ended before our CDRs begin. */
  readonly tooOld: readonly ListedCall[];
  /** Ours of the time that was asked for, and not listed by them. */
  readonly missingThere: readonly ListedCall[];
}

/**
 * Compares the lists, in any order. Calls of ours beyond `time` are found for theirs, and not missed; ours are known
 * from `knownFromWallMs` on, which is when the first of them ended.
 */
export function reconcile(
  ours: readonly ListedCall[],
  theirs: readonly ListedCall[],
  tolerances: Tolerances,
  { fromWallMs, untilWallMs }: MissedTime,
  knownFromWallMs = Number.NEGATIVE_INFINITY,
): Reconciled {
  const { pairs, missing, unpaired } = pairedTwice(ours, theirs, tolerances);
  const isTooOld = ({ atWallMs, seconds }: ListedCall): boolean => atWallMs + 1000 * seconds < knownFromWallMs;
  const missingHere = missing.filter((call) => !isTooOld(call));
  const missingThere = unpaired.filter(({ atWallMs }) => atWallMs >= fromWallMs && atWallMs < untilWallMs);
  const otherSeconds = pairs.filter((pair) => hasOtherSeconds(pair, tolerances));
  const otherPrice = pairs.filter((pair) => hasOtherPrice(pair, tolerances));
  const equalCount = pairs.length - new Set([...otherSeconds, ...otherPrice]).size;
  return { equalCount, otherSeconds, otherPrice, missingHere, tooOld: missing.filter(isTooOld), missingThere };
}

/** Calls of both, of theirs alone and of ours alone. */
interface Paired {
  readonly pairs: Pair[];
  readonly missing: ListedCall[];
  readonly unpaired: ListedCall[];
}

/** Those that are left when their clocks show a time first may be of when they show it again. */
function pairedTwice(ours: readonly ListedCall[], theirs: readonly ListedCall[], tolerances: Tolerances): Paired {
  const first = paired(ours, theirs, tolerances);
  const again = first.missing.filter(({ againAtWallMs }) => againAtWallMs !== undefined);
  if (again.length === 0) return first;
  const later = again.map((call) => ({ ...call, atWallMs: call.againAtWallMs as number }));
  const second = paired(first.unpaired, later, tolerances);
  const gone = first.missing.filter(({ againAtWallMs }) => againAtWallMs === undefined);
  return {
    pairs: inTheirTime([...first.pairs, ...second.pairs]),
    missing: inTime([...gone, ...second.missing]),
    unpaired: second.unpaired,
  };
}

function paired(ours: readonly ListedCall[], theirs: readonly ListedCall[], tolerances: Tolerances): Paired {
  const open = byNumber(ours, tolerances.digits);
  const pairs: Pair[] = [];
  const missing: ListedCall[] = [];
  for (const [end, calls] of byNumber(theirs, tolerances.digits)) {
    const candidates = open.get(end) ?? [];
    takeAgreeing(pairs, candidates, calls, tolerances);
    for (const call of calls) {
      const place = nearest(candidates, call, tolerances.atMs);
      const [found] = place < 0 ? [] : candidates.splice(place, 1);
      if (found === undefined) missing.push(call);
      else pairs.push({ ours: found, theirs: call });
    }
  }
  return { pairs: inTheirTime(pairs), missing: inTime(missing), unpaired: inTime([...open.values()].flat()) };
}

/** Moves calls of one number that agree in time and duration from both lists, which are by time, to `pairs`. */
function takeAgreeing(pairs: Pair[], ours: ListedCall[], theirs: ListedCall[], apart: Tolerances): void {
  // Calls of one moment may stand in another order there: again, until none of the rest agree.
  for (;;) {
    const found = pairsInOrder(theirs, ours, apart);
    if (found.length === 0) return;
    for (const { one, other } of found) {
      pairs.push({ ours: ours[other] as ListedCall, theirs: theirs[one] as ListedCall });
    }
    remove(theirs, new Set(found.map(({ one }) => one)));
    remove(ours, new Set(found.map(({ other }) => other)));
  }
}

function remove(calls: ListedCall[], places: ReadonlySet<number>): void {
  let keptCount = 0;
  for (const [place, call] of calls.entries()) if (!places.has(place)) calls[keptCount++] = call;
  calls.length = keptCount;
}

function byNumber(calls: readonly ListedCall[], digits: number): Map<string, ListedCall[]> {
  const found = new Map<string, ListedCall[]>();
  for (const call of inTime(calls)) {
    const end = endOf(call.number, digits);
    const others = found.get(end);
    if (others === undefined) found.set(end, [call]);
    else others.push(call);
  }
  return found;
}

/** The place of the call nearest in time, the one as long where two are as near; -1: none is within the tolerance. */
function nearest(calls: readonly ListedCall[], { atWallMs, seconds }: ListedCall, atMs: number): number {
  let best = -1;
  let [bestMs, bestSeconds] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (const [place, call] of calls.entries()) {
    const apartMs = Math.abs(call.atWallMs - atWallMs);
    const apartSeconds = Math.abs(call.seconds - seconds);
    if (apartMs > atMs || apartMs > bestMs || (apartMs === bestMs && apartSeconds >= bestSeconds)) continue;
    [best, bestMs, bestSeconds] = [place, apartMs, apartSeconds];
  }
  return best;
}

function hasOtherSeconds({ ours, theirs }: Pair, { seconds }: Tolerances): boolean {
  return Math.abs(ours.seconds - theirs.seconds) > seconds;
}

function hasOtherPrice({ ours, theirs }: Pair, { nanos }: Tolerances): boolean {
  if (ours.nanos === null || theirs.nanos === null) return false;
  const apart = ours.nanos - theirs.nanos;
  return apart > nanos || -apart > nanos;
}

/** Signs of a number that are no digits do not count. */
function endOf(number: string, digits: number): string {
  return number.replace(/\D/g, '').slice(-digits);
}

function inTheirTime(pairs: readonly Pair[]): Pair[] {
  return [...pairs].sort((one, other) => one.theirs.atWallMs - other.theirs.atWallMs);
}

function inTime(calls: readonly ListedCall[]): ListedCall[] {
  return [...calls].sort((one, other) => one.atWallMs - other.atWallMs);
}
