// The nursery of a thread is what nursery.ts says, and stays so; and compiled code outlives quiet minutes.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { START_OPTIONS } from '../src/nursery.ts';

const MODULE = new URL('../src/nursery.js', import.meta.url).href;

const PATIENCE_MS = 30_000;

/** A program that lets much live for a while, and then says how large the nursery is, MiB; both halves. */
const GROWS = `
  const alive = [];
  for (let count = 0; count < 400_000; count++) alive.push([count]);
  const { getHeapSpaceStatistics } = await import('node:v8');
  const nursery = () => getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space').space_size;
  console.log(nursery() / 2 ** 20, alive.length);
`;

/** Goes on with a quiet minute, as short as V8 lets it be, and says the least size of the nursery that it came to. */
const RESTS = `
  alive.length = 0;
  const { setTimeout } = await import('node:timers/promises');
  let least = nursery();
  for (let times = 0; times < 8; times++) {
    await setTimeout(1_500);
    gc();
    least = Math.min(least, nursery());
  }
  console.log(least / 2 ** 20);
`;

function told(program: string, ...options: readonly string[]): string {
  const words = [...options, '--input-type=module', '-e', program];
  const { stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8', timeout: PATIENCE_MS });
  assert.equal(stderr, '');
  return stdout.trim();
}

test('a main thread has two halves of 8 MiB, however much is alive', () => {
  assert.equal(told(GROWS, ...START_OPTIONS), '16 400000');
  assert.notEqual(told(GROWS), '16 400000', 'V8 would have another');
});

test('in quiet minutes a half is given back and no more: the other one keeps its size', () => {
  const [, least] = told(GROWS + RESTS, '--expose-gc', ...START_OPTIONS)
    .split('\n')
    .map(Number);
  assert.ok((least ?? 0) >= 8, `${least} MiB were left`);
});

test('a thread that is begun later has them too', () => {
  const program = `
    const { holdNursery } = await import(${JSON.stringify(MODULE)});
    holdNursery(false);
    const { Worker } = await import('node:worker_threads');
    new Worker(new URL(${JSON.stringify(`data:text/javascript,${encodeURIComponent(GROWS)}`)}));
  `;
  assert.equal(told(program), '16 400000');
});

test('whatever starts the switch tells V8 to keep compiled code, and its nursery', () => {
  const [shebang = ''] = readFileSync('src/cli/tandem.ts', 'utf8').split('\n');
  const [service = ''] = /^ExecStart=.*$/m.exec(readFileSync('config/systemd/tandem.service', 'utf8')) ?? [];
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: { start: string; demo: string } };
  for (const command of [shebang, service, scripts.start, scripts.demo])
    assert.ok(
      command.includes(` ${START_OPTIONS.join(' ')} `) || command.endsWith(START_OPTIONS.join(' ')),
      `${command} does not`,
    );
});
