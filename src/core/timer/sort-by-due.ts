// The order of timers that fall due within one tick of the wheel. Entries reach it in the order they
// were armed, and the sort is stable: equal due times keep that order, which is part of determinism.

/**
 * Sorts the first `count` entries of `batch` by their due time, bottom-up merge sort over `spare`, a
 * scratch column at least as long. Answers whichever of the two holds the result. A batch that is in
 * order already, as a burst of equal delays is, costs one pass.
 */
export function sortByDue(batch: Int32Array, spare: Int32Array, count: number, dueMs: Float64Array): Int32Array {
  if (isInOrder(batch, count, dueMs)) return batch;
  let from = batch;
  let into = spare;
  for (let width = 1; width < count; width *= 2) {
    for (let start = 0; start < count; start += 2 * width) {
      mergeRuns(from, into, start, Math.min(start + width, count), Math.min(start + 2 * width, count), dueMs);
    }
    const swap = from;
    from = into;
    into = swap;
  }
  return from;
}

function isInOrder(batch: Int32Array, count: number, dueMs: Float64Array): boolean {
  for (let place = 1; place < count; place++) {
    if (dueMs[batch[place - 1]!]! > dueMs[batch[place]!]!) return false;
  }
  return true;
}

/** Merges the runs [start, middle) and [middle, end) of `from`; the left one goes first when equal. */
function mergeRuns(
  from: Int32Array,
  into: Int32Array,
  start: number,
  middle: number,
  end: number,
  dueMs: Float64Array,
): void {
  let left = start;
  let right = middle;
  for (let place = start; place < end; place++) {
    const takesLeft = right >= end || (left < middle && dueMs[from[left]!]! <= dueMs[from[right]!]!);
    into[place] = takesLeft ? from[left++]! : from[right++]!;
  }
}
