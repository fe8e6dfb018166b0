// kill -9 at any moment: the history has every committed call once, also those whose records have gone.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { UnpackedSpool } from '../../../src/control/cdr/unpacked-spool.ts';
import { CallHistory } from '../../../src/control/reports/call-history.ts';
import { countReport } from '../../../src/control/reports/count-report.ts';
import { Prng } from '../../../src/core/base/prng.ts';
import { openLmdbStores } from '../../../src/store/lmdb.ts';
import { sampleCdr } from '../../store/sample-cdr.ts';
import { temporaryDirectory } from '../../store/temporary-directory.ts';

const CHILD = fileURLToPath(new URL('./history-until-killed.js', import.meta.url));
const ROUNDS = 6;
const EVERYTHING = {
  by: 'all',
  timeZone: 'UTC',
  fromWallMs: Date.UTC(2025, 0, 1),
  untilWallMs: Date.UTC(2027, 0, 1),
  dimensions: [],
  only: new Map(),
} as const;

async function killAfter(dataPath: string, seed: number, batches: number): Promise<void> {
  const child = spawn(process.execPath, [CHILD, dataPath, String(seed)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let told = 0;
  child.stdout.on('data', (chunk: Buffer) => {
    told += chunk.toString('latin1').split('\n').length - 1;
    if (told >= batches) child.kill('SIGKILL');
  });
  await once(child, 'close');
}

test('kill -9, six times: every call is counted once, and its money to the nano', async () => {
  const dataPath = temporaryDirectory();
  const prng = new Prng(11);
  const { sellFeeNanos } = sampleCdr(1);
  for (let round = 0; round < ROUNDS; round++) {
    await killAfter(dataPath, round, 2 + prng.below(12));
    const stores = openLmdbStores(dataPath);
    const history = new CallHistory(stores.spool, new UnpackedSpool(stores.spool), stores.history);
    while (history.follow() > 0);
    const facts = { areaOf: () => '', currencyOf: () => '', currencyOfAccount: () => '' };
    const { total } = await countReport(history, EVERYTHING, facts);
    const count = stores.spool.lastPosition();
    assert.equal(total.attempts, count);
    assert.equal(total.money[0]?.sellNanos, BigInt(count) * sellFeeNanos);
    await stores.close();
  }
});
