// Which shards stand still.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ShardCounters, ShardNumber } from '../../src/core/shard/counters.ts';
import { Pulses, STILL_MAX } from '../../src/edge/pulse.ts';

const PERIOD_MS = 1_000;

/** Two shards, whose beats are made by hand. */
class Stage {
  readonly #shared = [ShardCounters.allocate(), ShardCounters.allocate()];
  readonly pulses = new Pulses(this.#shared);
  #nowMs = 0;

  beat(shard: number): void {
    new ShardCounters(this.#shared[shard] as SharedArrayBuffer).add(ShardNumber.beats);
  }

  /** Looks once a second, so many times; shards in `beating` beat in between. Answers who was told when. */
  look(times: number, beating: readonly number[]): [second: number, shard: number][] {
    const told: [number, number][] = [];
    for (let second = 1; second <= times; second++) {
      for (const shard of beating) this.beat(shard);
      this.#nowMs += PERIOD_MS;
      for (const shard of this.pulses.still(this.#nowMs)) told.push([second, shard]);
    }
    return told;
  }

  sleep(ms: number): void {
    this.#nowMs += ms;
  }
}

test('a shard without a beat for STILL_MAX looks is told, once', () => {
  const stage = new Stage();
  assert.deepEqual(stage.look(3, [0, 1]), []);
  assert.deepEqual(stage.look(STILL_MAX - 1, [0]), []);
  assert.deepEqual(stage.look(3 * STILL_MAX, [0]), [[1, 1]]);
});

test('one beat in time is enough', () => {
  const stage = new Stage();
  stage.look(3, [0, 1]);
  for (let round = 0; round < 5; round++) {
    assert.deepEqual(stage.look(STILL_MAX - 1, [0]), []);
    stage.beat(1);
  }
});

test('one that reads its journal has not begun to beat, whatever its predecessor did', () => {
  const stage = new Stage();
  stage.look(3, [0, 1]);
  stage.pulses.begin(1);
  assert.deepEqual(stage.look(10 * STILL_MAX, [0]), []);
  stage.beat(1);
  assert.deepEqual(stage.look(STILL_MAX + 1, [0]), [[STILL_MAX + 1, 1]]);
});

test('while main is away nobody is judged', () => {
  const stage = new Stage();
  stage.look(3, [0, 1]);
  assert.deepEqual(stage.look(STILL_MAX - 1, [0]), []);
  stage.sleep(60_000);
  assert.deepEqual(stage.look(STILL_MAX, [0]), []);
});
