// kill -9 at any moment: no record that was committed is lost, and every record stands in the files once.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Prng } from '../../src/core/base/prng.ts';
import { openLmdbStores } from '../../src/store/lmdb.ts';
import { temporaryDirectory } from '../store/temporary-directory.ts';

const CHILD = fileURLToPath(new URL('./cdr-until-killed.js', import.meta.url));
const ROUNDS = 8;

/** Runs the child until it has committed `count` batches, kills it, answers the last place it told. */
async function killAfter(dataPath: string, count: number): Promise<number> {
  const child = spawn(process.execPath, [CHILD, dataPath], { stdio: ['ignore', 'pipe', 'inherit'] });
  let told = '';
  child.stdout.on('data', (chunk: Buffer) => {
    told += chunk.toString('latin1');
    if (told.split('\n').length > count) child.kill('SIGKILL');
  });
  await once(child, 'close');
  const whole = told.slice(0, told.lastIndexOf('\n')).split('\n');
  return Number(whole.at(-1));
}

test('kill -9, eight times: what was committed is there, and in the files exactly once, in order', async () => {
  const dataPath = temporaryDirectory();
  const prng = new Prng(7);
  for (let round = 0; round < ROUNDS; round++) {
    const told = await killAfter(dataPath, 1 + prng.below(40));
    const stores = openLmdbStores(dataPath);
    assert.ok(stores.spool.lastPosition() >= told, `${stores.spool.lastPosition()} of ${told}`);
    await stores.close();
  }
  assert.equal(spawnSync(process.execPath, [CHILD, dataPath, 'finish'], { stdio: 'inherit' }).status, 0);
  const stores = openLmdbStores(dataPath);
  const count = stores.spool.lastPosition();
  await stores.close();
  const directory = join(dataPath, 'cdr');
  const files = readdirSync(directory).sort();
  const numbers = files
    .flatMap((file) => readFileSync(join(directory, file), 'utf8').trimEnd().split('\n'))
    .map((line) => Number((JSON.parse(line) as { id: string }).id.slice(-8)));
  assert.ok(count > 200, `${count} records`);
  assert.deepEqual(
    numbers,
    Array.from({ length: count }, (_, index) => index + 1),
  );
});
