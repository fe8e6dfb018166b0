import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { DemoSummary } from '../../src/cli/demo/tally.ts';
import { temporaryDirectory } from '../store/temporary-directory.ts';

const TANDEM = fileURLToPath(new URL('../../src/cli/tandem.js', import.meta.url));

test('the demo of five seconds adds up, and leaves nothing behind', async () => {
  const directory = temporaryDirectory();
  const environment = { ...process.env, TMPDIR: directory };
  const demo = [TANDEM, 'demo', '--seconds', '5', '--json'];
  const { stdout } = await promisify(execFile)(process.execPath, demo, { env: environment });
  const summary = JSON.parse(stdout) as DemoSummary;
  assert.deepEqual(summary.faults, []);
  assert.ok(summary.offered > 50, `${summary.offered} calls are too few`);
  assert.equal(summary.cdrs, summary.offered);
  assert.equal(sum(Object.values(summary.endReasons)), summary.offered);
  assert.equal(sum(summary.gateways.map(({ answered }) => answered)), summary.answered);
  for (const { name, attempts, heard } of summary.gateways) assert.equal(attempts, heard, name);
  assert.deepEqual(
    summary.gateways.map(({ name }) => name),
    ['dead-vendor', 'busy-vendor', 'good-vendor'],
  );
  const [dead, busy, good] = summary.gateways;
  assert.ok((dead?.heard ?? 0) > 0, 'the dead vendor was tried');
  assert.equal(dead?.answered, 0);
  assert.ok((busy?.answered ?? 0) > 0 && (good?.answered ?? 0) > 0, 'both living vendors answered');
  assert.equal(summary.callsLeft, 0);
  assert.deepEqual(readdirSync(directory), []);
});

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
