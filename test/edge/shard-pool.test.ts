// The seats of the shards, with workers that only say what was asked of them.

import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { test } from 'node:test';
import { allocateSwitchMemory } from '../../src/core/shard/shared-memory.ts';
import { ShardPool } from '../../src/edge/shard-pool.ts';
import type { ShardWorkers } from '../../src/edge/shard-workers.ts';
import type { ShardsUser } from '../../src/shards.ts';

/** Longer than the pause before a shard that died young begins again. */
const LONG_MS = 10_000;

test('a shard that waits to begin again does not when the others have stopped', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const died: (() => void)[] = [];
  const workers = {
    next: () => ({
      port: Object.assign(new EventEmitter(), { postMessage: () => undefined }),
      ended: new Promise((resolve) => died.push(() => resolve({ error: 'it died' }))),
      begin: () => undefined,
    }),
    destroy: () => Promise.resolve(),
  } as unknown as ShardWorkers;
  const birth = { node: 'test', listeners: [], memory: allocateSwitchMemory(1), snapshot: {}, secret: '' };
  const user = { onDied: () => undefined } as unknown as ShardsUser;
  const pool = new ShardPool(birth as unknown as ConstructorParameters<typeof ShardPool>[0], user, workers);
  died[0]?.();
  await new Promise(setImmediate);
  context.mock.timers.tick(LONG_MS);
  assert.equal(died.length, 2, 'it begins again');
  died[1]?.();
  await new Promise(setImmediate);
  await pool.stop(true);
  context.mock.timers.tick(LONG_MS);
  assert.equal(died.length, 2);
});
