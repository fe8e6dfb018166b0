// Which threads stand still.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pulses, STILL_MAX } from '../../../src/core/base/pulses.ts';

const PERIOD_MS = 1_000;

/** Two threads, whose beats are made by hand. */
class Stage {
  readonly #beats = [0, 0];
  readonly pulses = new Pulses(this.#beats.map((_, thread) => () => this.#beats[thread] as number));
  #nowMs = 0;

  beat(thread: number): void {
    (this.#beats[thread] as number)++;
  }

  /** Looks once a second, so many times; threads in `beating` beat in between. Answers who was told when. */
  look(times: number, beating: readonly number[]): [second: number, thread: number][] {
    const told: [number, number][] = [];
    for (let second = 1; second <= times; second++) {
      for (const thread of beating) this.beat(thread);
      this.#nowMs += PERIOD_MS;
      for (const thread of this.pulses.still(this.#nowMs)) told.push([second, thread]);
    }
    return told;
  }

  sleep(ms: number): void {
    this.#nowMs += ms;
  }
}

test('a thread without a beat for STILL_MAX looks is told, once', () => {
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

test('one that still starts has not begun to beat, whatever its predecessor did', () => {
  const stage = new Stage();
  stage.look(3, [0, 1]);
  stage.pulses.begin(1);
  assert.deepEqual(stage.look(10 * STILL_MAX, [0]), []);
  stage.beat(1);
  assert.deepEqual(stage.look(STILL_MAX + 1, [0]), [[STILL_MAX + 1, 1]]);
});

test('while nobody looks nobody is judged', () => {
  const stage = new Stage();
  stage.look(3, [0, 1]);
  assert.deepEqual(stage.look(STILL_MAX - 1, [0]), []);
  stage.sleep(60_000);
  assert.deepEqual(stage.look(STILL_MAX, [0]), []);
});
