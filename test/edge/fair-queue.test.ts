import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FairQueue } from '../../src/edge/fair-queue.ts';

interface Item {
  readonly name: string;
  readonly arrivedAtMs: number;
}

/** A queue of items named by share and order of coming, such as 1b. */
function queueOf(...names: readonly string[]): FairQueue<Item> {
  const queue = new FairQueue<Item>();
  for (const [arrivedAtMs, name] of names.entries()) queue.add(Number.parseInt(name, 10), { name, arrivedAtMs });
  return queue;
}

function takeAll(take: () => Item | null): string[] {
  const names: string[] = [];
  for (let item = take(); item !== null; item = take()) names.push(item.name);
  return names;
}

test('each share has its turn in each round, and in a share the first come goes first', () => {
  const queue = queueOf('1a', '1b', '1c', '1d', '2a', '2b', '3a');
  assert.deepEqual(
    takeAll(() => queue.take()),
    ['1a', '2a', '3a', '1b', '2b', '1c', '1d'],
  );
  assert.equal(queue.size, 0);
});

test('whoever comes new waits for one round at most, however many of another share wait', () => {
  const queue = queueOf(...Array.from({ length: 1_000 }, () => '1x'));
  queue.take();
  queue.add(2, { name: '2a', arrivedAtMs: 1_000 });
  assert.deepEqual([queue.take()?.name, queue.take()?.name], ['1x', '2a']);
});

test('those who wait too long are found in every share, and nobody else', () => {
  const queue = queueOf('1a', '2a', '1b', '2b', '3a');
  assert.deepEqual(
    takeAll(() => queue.takeBefore(3)),
    ['1a', '1b', '2a'],
  );
  assert.deepEqual(
    takeAll(() => queue.take()),
    ['2b', '3a'],
  );
});
