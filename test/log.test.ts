// The log where it cannot be written: lines wait, and the switch goes on.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { test } from 'node:test';

const MODULE = new URL('../src/log.js', import.meta.url).href;
const PATIENCE_MS = 20_000;

/** More than a pipe takes and its reader reads ahead. */
const LINES = 4_000;

/** Writes lines, says so, and stays until its input ends. */
const WRITES = `
  import { makeLog } from ${JSON.stringify(MODULE)};
  process.stdout.on('error', () => undefined);
  const log = makeLog('edge');
  for (let count = 0; count < ${LINES}; count++) log.warn({ count, rest: '.'.repeat(100) }, 'a line');
  console.error('written');
  process.stdin.resume();
`;

function spawned(output: 'pipe' | number) {
  const words = ['--input-type=module', '-e', WRITES];
  return spawn(process.execPath, words, { stdio: ['pipe', output, 'pipe'], timeout: PATIENCE_MS });
}

/** Reads until `isEnough`, or the end. */
async function read(stream: NodeJS.ReadableStream | null, isEnough: (text: string) => boolean): Promise<string> {
  let text = '';
  for await (const bytes of stream ?? []) {
    text += String(bytes);
    if (isEnough(text)) break;
  }
  return text;
}

const WRITTEN = 'written\n';

test('a full disk under the log ends nothing', async (context) => {
  if (process.platform !== 'linux') return context.skip('no /dev/full');
  const full = openSync('/dev/full', 'w');
  const child = spawned(full);
  closeSync(full);
  assert.equal(await read(child.stderr, (text) => text === WRITTEN), WRITTEN);
  child.stdin?.end();
});

test('a reader of the log that stands still holds nothing up, and misses no line', async () => {
  const { stdin, stdout, stderr } = spawned('pipe');
  assert.equal(await read(stderr, (text) => text === WRITTEN), WRITTEN);
  const told = await read(stdout, (text) => text.split('\n').length > LINES);
  stdin?.end();
  const lines = told.split('\n').slice(0, LINES);
  const counts = lines.map((line) => (JSON.parse(line) as { readonly count: number }).count);
  assert.deepEqual(counts, [...Array(LINES).keys()]);
});
