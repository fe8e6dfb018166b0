// The conservation laws of the switch, under a bad network and peers of every temper.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { END_REASONS } from '../../src/core/base/end-reason.ts';
import { BREAKAGES } from './breakages.ts';
import { Ladder } from './ladder.ts';
import { brokenLaws } from './laws.ts';
import type { Rarity } from './peer-ports.ts';
import { numberOf } from './plans.ts';
import { BAD_WEATHER, Simulation, type SimulationOptions } from './simulation.ts';

const SEED_COUNT = 20;
const CALL_COUNT = 500;
const KILLED_SEEDS = 8;

/** All that a peer may meet; one run after the other must have met each. */
const RARITIES: readonly Rarity[] = [
  'cancelCrossed200',
  'secondFork',
  'lateAnswer',
  'byeCrossed',
  'glare',
  'byeBeforeAck',
  'neverAcknowledged',
  'refusedInCall',
  'requestAfterEnd',
  'reInvited',
  'cancelled',
  'cancelBeforeProvisional',
  'lateOffer',
  'probed',
];

/** Ends that calls of the simulated network come to. */
const ENDS = [
  'Normal',
  'CallerCancelled',
  'Busy',
  'NoAnswer',
  'Rejected',
  'NumberNotFound',
  'NoAvailableRouter',
  'AllGatewaysFailed',
  'GatewayTimeout',
  'GatewayUnreachable',
  'GatewayFull',
  'CapacityReached',
  'RateLimited',
  'MaxDuration',
  'NoAck',
] as const satisfies readonly (keyof typeof END_REASONS)[];

function optionsOf(seed: number, part: Partial<SimulationOptions> = {}): SimulationOptions {
  return { seed, callCount: CALL_COUNT, shardCount: 3, callsPerSecond: 40, weather: BAD_WEATHER, ...part };
}

function played(options: SimulationOptions): Simulation {
  const run = new Simulation(options);
  run.run();
  return run;
}

describe(`${SEED_COUNT} seeds of ${CALL_COUNT} calls with 5 % loss, 2 % duplication and reordering`, () => {
  const rarities = new Set<Rarity>();
  const ends = new Set<string | null>();

  for (let seed = 1; seed <= SEED_COUNT; seed++) {
    test(`seed ${seed}: every law holds`, () => {
      const run = played(optionsOf(seed));
      assert.deepEqual(brokenLaws(run), []);
      for (const rarity of run.rarities.keys()) rarities.add(rarity);
      for (const { endReason } of run.switch.cdrs) ends.add(endReason);
    });
  }

  test('every rare branch and every end that this network can bring about was reached', () => {
    assert.deepEqual(
      RARITIES.filter((rarity) => !rarities.has(rarity)),
      [],
    );
    assert.deepEqual(
      ENDS.filter((reason) => !ends.has(reason)),
      [],
    );
  });
});

test('the same seed gives the same trace, byte for byte, and another seed another', () => {
  const traceOf = (seed: number): string => played(optionsOf(seed)).network.traceHash();
  const first = traceOf(7);
  assert.equal(traceOf(7), first);
  assert.notEqual(traceOf(8), first);
});

test('an operator who ends every call at once breaks no law', () => {
  const run = played(optionsOf(4, { releaseAtMs: 8000 }));
  assert.deepEqual(brokenLaws(run), []);
  assert.ok(run.switch.cdrs.filter(({ endReason }) => endReason === 'OperatorHangup').length > 20);
});

test('the number of shards changes nothing that a law could see', () => {
  for (const shardCount of [1, 2, 7]) assert.deepEqual(brokenLaws(played(optionsOf(3, { shardCount }))), []);
});

describe('shards that are killed at random moments and begin again', () => {
  for (let seed = 1; seed <= KILLED_SEEDS; seed++) {
    test(`seed ${seed}: every law holds for the calls that live on`, () => {
      const run = played(optionsOf(seed, { killCount: 12 }));
      assert.deepEqual(brokenLaws(run), []);
      assert.ok(run.switch.resumedCount > 20, `${run.switch.resumedCount} calls lived on`);
    });
  }
});

describe('a switch that is broken on purpose is caught', () => {
  test('a record that is lost, with the ladder of its call', () => {
    const broken = brokenLaws(played(optionsOf(5, BREAKAGES.record())));
    assert.deepEqual(new Set(broken.map(({ law }) => law)), new Set(['one call, one record']));
    const victim = broken.find(({ callIndex }) => callIndex >= 0);
    assert.match(victim?.sentence ?? '', /it has 0 records, not 1/);
    const ladder = new Ladder(numberOf(5, victim?.callIndex ?? -1));
    played(optionsOf(5, { onPassage: ladder.note }));
    assert.match(ladder.print(), /198\.51\.100\.\d:5060 +--> switch +INVITE \(1 INVITE\)/);
  });

  test('a counter that is not given back', () => {
    const broken = brokenLaws(played(optionsOf(5, BREAKAGES.counter())));
    assert.deepEqual(new Set(broken.map(({ law }) => law)), new Set(['every counter is given back']));
    assert.match(broken[0]?.sentence ?? '', /place \d+ holds [1-3] calls at rest/);
  });
});
