// Both sides of the switch in a drill: a caller, a vendor that answers, and the diary of what they said.

import { Answerer } from './answerer.ts';
import { DrillCaller } from './drill-caller.ts';
import { DrillDiary } from './drill-diary.ts';
import { Peer, type Place } from './peer.ts';
import type { Scope } from './scope.ts';

/** How long the vendor rings, ms. */
const RING_MS = 20;
const FORGET_EVERY_MS = 1_000;

/** Opens them. What they heard is kept in the diary only. */
export async function drillPeers(
  scope: Scope,
): Promise<{ readonly caller: DrillCaller; readonly vendor: Place; readonly diary: DrillDiary }> {
  const answerer = new Answerer(await Peer.open(scope, '127.0.0.3'), { ringMs: RING_MS });
  scope.after(() => answerer.stop());
  const caller = new DrillCaller(await Peer.open(scope, '127.0.0.2'));
  const diary = new DrillDiary();
  diary.watch(caller.peer, 'caller');
  diary.watch(answerer.peer, 'vendor');
  const forgetting = setInterval(() => {
    for (const { peer } of [caller, answerer]) peer.arrivals.length = 0;
  }, FORGET_EVERY_MS);
  scope.after(() => clearInterval(forgetting));
  return { caller, vendor: answerer.peer.place, diary };
}
