// The calls that live now, read from the shards' boards. A record that is being written in that moment is
// passed over: it will be there next time.

import type { Cdr } from '../core/cdr/cdr.ts';
import { unpackBoardRecord } from '../store/records.ts';
import type { SwitchView } from './switch-view.ts';

/** Live calls told in one answer. */
export const LIVE_CALLS_TOLD_MAX = 10_000;

/** Up to `limit` live calls, in the order of shards and slots. */
export function liveCalls(view: SwitchView, limit: number): Cdr[] {
  const calls: Cdr[] = [];
  for (const { board, counters } of view.shards) {
    let left = counters.get('callsActive');
    // Slots are taken in order, so the scan ends soon after the last live call; the whole board only when it lags.
    for (let slot = 0; slot < board.slotCount && left > 0 && calls.length < limit; slot++) {
      const record = board.read(slot);
      if (record === null) continue;
      calls.push(unpackBoardRecord(record).cdr);
      left--;
    }
  }
  return calls;
}

/** How many concurrent calls the boards show for each slot of admission; slot 0 (the appliance) counts them all. */
export function countHeldSlots(view: SwitchView): Map<number, number> {
  const held = new Map<number, number>();
  for (const { board } of view.shards) {
    for (let slot = 0; slot < board.slotCount; slot++) {
      const record = board.read(slot);
      if (record === null) continue;
      for (const taken of unpackBoardRecord(record).slots) held.set(taken, (held.get(taken) ?? 0) + 1);
    }
  }
  return held;
}
