// The wholesale network of the load suite, with a small deck: everything that it switches on is on.

import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { briefly } from '../../native-free-bench/compare.ts';
import { runProfile } from '../../native-free-bench/profile-run.ts';
import { PROFILES, type Profile } from '../../native-free-bench/profiles.ts';
import { startSystems } from '../../native-free-bench/start-systems.ts';
import type { SystemUnderTest } from '../../native-free-bench/system-under-test.ts';
import { TrafficEnds } from '../../native-free-bench/traffic/traffic-ends.ts';
import type { Cdr } from '../../src/core/cdr/cdr.ts';
import { temporaryDirectory } from '../store/temporary-directory.ts';

const PREFIXES = 2_000;

function cdrsIn(directory: string): Cdr[] {
  return readdirSync(directory).flatMap((file) =>
    readFileSync(join(directory, file), 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Cdr),
  );
}

test('wholesale calls hunt 2.5 gateways, are sold and bought, and count in every limit', async (context) => {
  const directory = temporaryDirectory();
  const ends = await TrafficEnds.start();
  context.after(() => ends.stop());
  const systems: SystemUnderTest[] = [];
  const wholesale = briefly(PROFILES.find(({ name }) => name === 'wholesale') as Profile);
  const options = {
    shards: [0],
    kamailios: [],
    against: null,
    profileDirectory: null,
    isRealTime: false,
    tablesDirectory: null,
  };
  const scene = { ends, profile: wholesale, directory, say: () => undefined };
  mkdirSync(directory, { recursive: true });
  const profile = await startSystems({ ...options, prefixCount: PREFIXES }, scene, systems);
  const [tandem] = systems as [SystemUnderTest];
  context.after(() => tandem.stop());
  const run = await runProfile(ends, tandem, profile, { steps: [{ callsPerSecond: 60, seconds: 4 }], seed: 2 });
  // On a busy machine the switch may refuse some of them.
  assert.ok(run.answered > 0);
  assert.equal(run.cdrs?.answered, run.answered);
  assert.equal(run.limitDrift, 0);
  await tandem.stop();
  const cdrs = cdrsIn(join(directory, 'tandem-0', 'data', 'cdr'));
  const attempts = cdrs.reduce((sum, cdr) => sum + cdr.attempts.length, 0) / cdrs.length;
  assert.ok(Math.abs(attempts - 2.5) < 0.2, `${attempts} attempts a call`);
  const answered = cdrs.filter((cdr) => cdr.answeredAtWallMs !== null);
  assert.equal(answered.length, run.answered);
  for (const { sellTable, buyTable, sellFeeNanos, buyFeeNanos, routingGateway } of answered) {
    assert.deepEqual([sellTable, buyTable], ['sell', 'buy']);
    assert.ok(BigInt(sellFeeNanos) > BigInt(buyFeeNanos) && BigInt(buyFeeNanos) > 0n, `${sellFeeNanos} ${buyFeeNanos}`);
    assert.match(routingGateway, /^serving-/);
  }
});
