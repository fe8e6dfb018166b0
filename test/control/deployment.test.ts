// Who waits for shards to have a version, and until when.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Deployment } from '../../src/control/deployment.ts';

test('a wait ends when the last shard has the version, or its time is over', async () => {
  const deployment = new Deployment(2);
  const [soon, late] = [deployment.whenEverywhere(1, 1_000), deployment.whenEverywhere(2, 1_000)];
  deployment.applied(0, 2);
  deployment.applied(1, 1);
  deployment.tick(999);
  assert.equal(await Promise.race([late, Promise.resolve('waits')]), 'waits');
  deployment.tick(1_000);
  assert.deepEqual(await Promise.all([soon, late]), [true, false]);
});

test('once it is closed nobody waits: no shard says anything any more, and no tick comes', async () => {
  const deployment = new Deployment(1);
  const before = deployment.whenEverywhere(1, 1_000);
  deployment.close();
  assert.deepEqual(await Promise.all([before, deployment.whenEverywhere(1, 1_000)]), [false, false]);
});
