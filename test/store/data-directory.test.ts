// One switch at a time on a data directory, and no ghost of one.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  claimDataDirectory,
  findRunningSwitch,
  issueLocalToken,
  readLocalToken,
  releaseDataDirectory,
} from '../../src/store/data-directory.ts';
import { TandemError } from '../../src/tandem-error.ts';
import { until } from '../hosts/eventually.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const MANAGEMENT = { address: '127.0.0.1', port: 8080 };

function write(path: string, pid: number, startedAtTicks: string): void {
  const place = { pid, startedAtTicks, managementAddress: '127.0.0.1', managementPort: 8080 };
  writeFileSync(join(path, 'running.json'), JSON.stringify(place));
}

function ticksOf(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

test('who claims is found until it gives up', () => {
  const path = join(temporaryDirectory(), 'new', 'data');
  claimDataDirectory(path, MANAGEMENT);
  assert.equal(statSync(path).mode & 0o777, 0o700);
  const place = findRunningSwitch(path);
  assert.deepEqual([place?.pid, place?.managementPort], [process.pid, 8080]);
  releaseDataDirectory(path);
  assert.equal(findRunningSwitch(path), null);
});

test('one that was killed and that nobody has waited for keeps nobody out', async (context) => {
  const path = temporaryDirectory();
  // The shell becomes a program that never waits for the child it has.
  const parent = spawn('sh', ['-c', 'sleep 0.2 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
  context.after(() => parent.kill());
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  const pid = Number(line.toString());
  write(path, pid, ticksOf(pid));
  assert.equal(findRunningSwitch(path)?.pid, pid, 'it lives');
  await until('it is dead', () => findRunningSwitch(path) === null);
  assert.equal(process.kill(pid, 0), true, 'and still has its number');
});

test('a process that lives keeps others out; one that died, or lost its number, does not', async (context) => {
  const path = temporaryDirectory();
  const other = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60_000)']);
  context.after(() => other.kill());
  await once(other, 'spawn');
  const pid = other.pid ?? 0;
  write(path, pid, ticksOf(pid));
  const inUse = (error: unknown) => error instanceof TandemError && error.code === 'TANDEM_DATA_IN_USE';
  assert.throws(() => claimDataDirectory(path, MANAGEMENT), inUse);
  write(path, pid, '1');
  claimDataDirectory(path, MANAGEMENT);
  write(path, spawnSync('true').pid, '99');
  assert.equal(findRunningSwitch(path), null);
  writeFileSync(join(path, 'running.json'), '{"pid":');
  assert.equal(findRunningSwitch(path), null);
});

test('a place that cannot be a directory is told as such', () => {
  const path = join(temporaryDirectory(), 'file');
  writeFileSync(path, '');
  const unusable = (error: unknown) => error instanceof TandemError && error.code === 'TANDEM_DATA_UNUSABLE';
  assert.throws(() => claimDataDirectory(path, MANAGEMENT), unusable);
});

test('each run has its own token, for its own user', () => {
  const path = temporaryDirectory();
  const first = issueLocalToken(path);
  assert.match(first, /^[\w-]{43}$/);
  assert.equal(readLocalToken(path), first);
  assert.notEqual(issueLocalToken(path), first);
  assert.equal(statSync(join(path, 'local-token')).mode & 0o777, 0o600);
  releaseDataDirectory(path);
  assert.equal(existsSync(join(path, 'local-token')), false);
  const unreadable = (error: unknown) => error instanceof TandemError && error.code === 'TANDEM_TOKEN_UNREADABLE';
  assert.throws(() => readLocalToken(path), unreadable);
});
