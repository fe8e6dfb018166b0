// The calls that live now, read from the shards' boards. A record that is being written in that moment is
// passed over: it will be there next time.

import type { Cdr } from '../core/cdr/cdr.ts';
import { boardSlots, unpackBoardCdr } from '../store/live-records.ts';
import type { ShardView, SwitchView } from './switch-view.ts';

/** Live calls told in one answer. */
export const LIVE_CALLS_TOLD_MAX = 10_000;

/** So many untouched slots in a row, and there is nothing beyond: a few are taken and not written yet. */
const UNTOUCHED_SLOTS_MAX = 4_096;

/** Up to `limit` live calls, in the order of shards and slots. */
export function liveCalls(view: SwitchView, limit: number): Cdr[] {
  const calls: Cdr[] = [];
  if (limit <= 0) return calls;
  for (const record of boardRecords(view)) {
    if (calls.push(unpackBoardCdr(record)) >= limit) break;
  }
  return calls;
}

/** The first live call that `isWanted`; null when none is. */
export function findLiveCall(view: SwitchView, isWanted: (cdr: Cdr) => boolean): Cdr | null {
  for (const record of boardRecords(view)) {
    const cdr = unpackBoardCdr(record);
    if (isWanted(cdr)) return cdr;
  }
  return null;
}

/** How many concurrent calls the boards show for each slot of admission. */
export function countHeldSlots(view: SwitchView): Map<number, number> {
  const held = new Map<number, number>();
  for (const record of boardRecords(view)) {
    for (const taken of boardSlots(record)) held.set(taken, (held.get(taken) ?? 0) + 1);
  }
  return held;
}

function* boardRecords({ shards }: SwitchView): Generator<Uint8Array> {
  for (const { board } of shards) yield* recordsOn(board);
}

function* recordsOn(board: ShardView['board']): Generator<Uint8Array> {
  for (let slot = 0, untouched = 0; slot < board.slotCount && untouched < UNTOUCHED_SLOTS_MAX; slot++) {
    untouched = board.isUntouched(slot) ? untouched + 1 : 0;
    const record = board.read(slot);
    if (record !== null) yield record;
  }
}
