// The watch over the limit counters: never a false alarm, never a leak that stays unseen.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LimitDrift } from '../../src/control/limit-drift.ts';
import { liveCalls } from '../../src/control/live-calls.ts';
import { SwitchView } from '../../src/control/switch-view.ts';
import { allocateSwitchMemory } from '../../src/core/shard/shared-memory.ts';
import { sampleCdr } from '../store/sample-cdr.ts';
import { FakeShard } from './control-fixture.ts';

const SLOTS = [0, 1, 2];

function recount(drift: LimitDrift, meanwhile: () => void = () => undefined, slots = SLOTS): void {
  drift.begin(slots);
  meanwhile();
  drift.tick();
  meanwhile();
  drift.tick();
}

test('counters that agree with the boards do not drift', () => {
  const memory = allocateSwitchMemory(2);
  const drift = new LimitDrift(new SwitchView(memory));
  new FakeShard(memory, 0).begin(sampleCdr(1), [1, 2]);
  new FakeShard(memory, 1).begin(sampleCdr(2), [1]);
  for (let round = 0; round < 4; round++) recount(drift);
  assert.equal(drift.drifting().size, 0);
});

test('a call that was never given back shows at the third recount, and no longer when it is mended', () => {
  const memory = allocateSwitchMemory(1);
  const drift = new LimitDrift(new SwitchView(memory));
  const shard = new FakeShard(memory, 0);
  shard.begin(sampleCdr(1), [1, 2]);
  shard.admission.takeCall(2, null);
  recount(drift);
  recount(drift);
  assert.equal(drift.drifting().size, 0);
  recount(drift);
  assert.deepEqual([...drift.drifting()], [[2, 1]]);
  shard.admission.giveCall(2);
  recount(drift);
  assert.equal(drift.drifting().size, 0);
});

test('a counter of what has left the network limits nothing, and is told no more', () => {
  const memory = allocateSwitchMemory(1);
  const drift = new LimitDrift(new SwitchView(memory));
  new FakeShard(memory, 0).admission.takeCall(2, null);
  for (let round = 0; round < 3; round++) recount(drift);
  assert.deepEqual([...drift.drifting().keys()], [2]);
  recount(drift, () => undefined, [0, 1]);
  assert.equal(drift.drifting().size, 0);
});

test('a call is seen however many places before its own are free', () => {
  const memory = allocateSwitchMemory(1);
  const view = new SwitchView(memory);
  const drift = new LimitDrift(view);
  const shard = new FakeShard(memory, 0);
  const places = Array.from({ length: 10_000 }, () => shard.begin(sampleCdr(1), [1]));
  for (const place of places.slice(0, -2)) {
    shard.board.give(place);
    for (const slot of [0, 1]) shard.admission.giveCall(slot);
  }
  for (let round = 0; round < 4; round++) recount(drift);
  assert.equal(drift.drifting().size, 0);
  assert.equal(liveCalls(view, 10).length, 2);
});

test('a call given back twice shows as one too few', () => {
  const memory = allocateSwitchMemory(1);
  const drift = new LimitDrift(new SwitchView(memory));
  const shard = new FakeShard(memory, 0);
  shard.begin(sampleCdr(1), [1]);
  shard.admission.giveCall(1);
  for (let round = 0; round < 3; round++) recount(drift);
  assert.deepEqual([...drift.drifting()], [[1, -1]]);
});

test('calls that come and go during the recount are no drift', () => {
  const memory = allocateSwitchMemory(1);
  const drift = new LimitDrift(new SwitchView(memory));
  const shard = new FakeShard(memory, 0);
  const places: number[] = [];
  let number = 0;
  for (let round = 0; round < 20; round++) {
    recount(drift, () => {
      for (let call = 0; call < 5; call++) places.push(shard.begin(sampleCdr(++number), [1, 2]));
      for (let call = 0; call < round % 5; call++) shard.end(places.shift() ?? 0, sampleCdr(0), [1, 2]);
    });
    assert.equal(drift.drifting().size, 0);
  }
});

test('a call of a number that was never given back shows, with the place it stands at', () => {
  const memory = allocateSwitchMemory(1);
  const view = new SwitchView(memory);
  const drift = new LimitDrift(view);
  const shard = new FakeShard(memory, 0);
  const place = shard.admission.takeNumber(1, '49170', { capacity: 5, cps: null, cpsBurst: null }, 0);
  const recountNumbers = (): void => {
    drift.begin([...SLOTS, ...view.admission.numberPlaces()]);
    drift.tick();
    drift.tick();
  };
  for (let round = 0; round < 3; round++) recountNumbers();
  assert.deepEqual([...drift.drifting()], [[place, 1]]);
  shard.admission.giveCall(place);
  recountNumbers();
  assert.equal(drift.drifting().size, 0);
});
