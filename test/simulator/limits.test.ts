// The limits of gateways, accounts, groups and numbers under a bad network, CANCEL, BYE, and workers that die: never
// passed by one at any datagram, and all back at 0 in the end.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SharedLimit, Snapshot } from '../../src/core/routing/snapshot.ts';
import { brokenLaws } from './laws.ts';
import { BAD_WEATHER, Simulation } from './simulation.ts';
import { simulatedSnapshot } from './trunks.ts';

const SEED_COUNT = 4;

/** As simulated, with ten caller numbers that may have three calls each, and less room for account and group. */
function crowded(): Snapshot {
  const snapshot = simulatedSnapshot();
  const narrower = (shared: readonly SharedLimit[], less: number): SharedLimit[] =>
    shared.map((limit) => ({ ...limit, capacity: (limit.capacity ?? 0) - less }));
  return {
    ...snapshot,
    mappingGateways: snapshot.mappingGateways.map((gateway) => {
      return { ...gateway, callerCapacity: 3, shared: narrower(gateway.shared, 60) };
    }),
    routingGateways: snapshot.routingGateways.map((gateway) => {
      return { ...gateway, shared: narrower(gateway.shared, 50) };
    }),
  };
}

function run(seed: number, killCount: number): Simulation {
  const simulation = new Simulation({
    seed,
    callCount: 500,
    shardCount: 3,
    callsPerSecond: 40,
    weather: BAD_WEATHER,
    snapshot: crowded(),
    callerDigits: 1,
    killCount,
  });
  simulation.run();
  return simulation;
}

for (const [words, killCount] of [
  ['in a bad network', 0],
  ['while workers die', 12],
] as const) {
  test(`no limit is ever passed by one ${words}, and every counter is back at 0: ${SEED_COUNT} seeds`, () => {
    const most = new Map<number, number>();
    let mostOfNumber = 0;
    for (let seed = 1; seed <= SEED_COUNT; seed++) {
      const simulation = run(seed, killCount);
      assert.deepEqual(brokenLaws(simulation), [], `seed ${seed}`);
      for (const [place, calls] of simulation.mostCalls) {
        if (simulation.switch.admission.isNumber(place)) mostOfNumber = Math.max(mostOfNumber, calls);
        else most.set(place, Math.max(most.get(place) ?? 0, calls));
      }
    }
    assert.equal(mostOfNumber, 3, 'a number had all the calls it may have');
    if (killCount === 0) assert.deepEqual([most.get(41), most.get(31)], [40, 40], 'both were reached');
  });
}
