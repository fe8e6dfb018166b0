// The nursery of a thread is what nursery.ts says, and stays so; and compiled code outlives quiet minutes.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { KEEPS_CODE } from '../src/nursery.ts';

const MODULE = new URL('../src/nursery.js', import.meta.url).href;

const PATIENCE_MS = 30_000;

/** A program that lets much live for a while, and then says how large the nursery is, MiB; both halves. */
function programOf(before: string): string {
  return `
    const { growNursery, holdNursery } = await import(${JSON.stringify(MODULE)});
    ${before}
    const alive = [];
    for (let count = 0; count < 400_000; count++) alive.push([count]);
    const { getHeapSpaceStatistics } = await import('node:v8');
    const { space_size } = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
    console.log(space_size / 2 ** 20, alive.length);
  `;
}

function told(program: string, ...options: readonly string[]): string {
  const words = [...options, '--input-type=module', '-e', program];
  const { stdout, stderr } = spawnSync(process.execPath, words, { encoding: 'utf8', timeout: PATIENCE_MS });
  assert.equal(stderr, '');
  return stdout.trim();
}

test('a main thread has two halves of 8 MiB, however much is alive', () => {
  assert.equal(told(programOf('holdNursery(false); growNursery();')), '16 400000');
  assert.notEqual(told(programOf('')), '16 400000', 'V8 would have another');
});

test('one that a command line holds smaller stays so, and keeps nobody waiting', () => {
  assert.equal(told(programOf('holdNursery(false); growNursery();'), '--max-semi-space-size=1'), '2 400000');
});

test('a thread that is begun later has them too', () => {
  const program = `
    const { holdNursery } = await import(${JSON.stringify(MODULE)});
    holdNursery(false);
    const { Worker } = await import('node:worker_threads');
    new Worker(new URL(${JSON.stringify(`data:text/javascript,${encodeURIComponent(programOf(''))}`)}));
  `;
  assert.equal(told(program), '16 400000');
});

test('whatever starts the switch tells V8 to keep compiled code', () => {
  const [shebang = ''] = readFileSync('src/cli/tandem.ts', 'utf8').split('\n');
  const [service = ''] = /^ExecStart=.*$/m.exec(readFileSync('config/systemd/tandem.service', 'utf8')) ?? [];
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8')) as { scripts: { start: string; demo: string } };
  for (const command of [shebang, service, scripts.start, scripts.demo])
    assert.ok(command.includes(` ${KEEPS_CODE}`), `${command} does not`);
});
