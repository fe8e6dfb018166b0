// One switch at a time on a data directory, and no ghost of one.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  linkSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import {
  claimDataDirectory,
  findRunningSwitch,
  giveToOwner,
  issueLocalToken,
  readLocalToken,
  releaseDataDirectory,
} from '../../src/store/data-directory.ts';
import { lockFile } from '../../src/store/file-lock.ts';
import { TandemError } from '../../src/tandem-error.ts';
import { until } from '../hosts/eventually.ts';
import { temporaryDirectory } from './temporary-directory.ts';

const FILE_LOCK = new URL('../../src/store/file-lock.js', import.meta.url).href;
const NOBODY = 65_534;
const MANAGEMENT = { address: '127.0.0.1', port: 8080 };

function write(path: string, pid: number, startedAtTicks: string): void {
  const place = { pid, startedAtTicks, managementAddress: '127.0.0.1', managementPort: 8080 };
  writeFileSync(join(path, 'running.json'), JSON.stringify(place));
}

/** A process that has the lock of `path` and is named nowhere, as one of another container. */
async function locker(context: TestContext, path: string): Promise<ChildProcess> {
  const body = 'console.log(m.lockFile(process.argv[1])); setInterval(() => 0, 1e9);';
  const program = `import * as m from ${JSON.stringify(FILE_LOCK)}; ${body}`;
  const words = ['--input-type=module', '-e', program, join(path, 'lock')];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
  context.after(() => child.kill('SIGKILL'));
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  assert.match(line.toString(), /file/, 'it is locked');
  return child;
}

function ticksOf(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

test('who claims is found until it gives up', () => {
  const path = join(temporaryDirectory(), 'new', 'data');
  claimDataDirectory(path, MANAGEMENT);
  assert.equal(statSync(path).mode & 0o777, 0o700);
  for (const name of ['running.json', 'lock']) assert.equal(statSync(join(path, name)).mode & 0o777, 0o600, name);
  const place = findRunningSwitch(path);
  assert.deepEqual([place?.pid, place?.managementPort], [process.pid, 8080]);
  releaseDataDirectory(path);
  assert.equal(findRunningSwitch(path), null);
});

test('who may not read whether a switch runs is told so, and not that none does', () => {
  const path = temporaryDirectory();
  chmodSync(path, 0o755);
  claimDataDirectory(path, MANAGEMENT);
  chmodSync(join(path, 'running.json'), 0);
  const isRoot = process.geteuid?.() === 0;
  if (isRoot) process.seteuid?.(NOBODY);
  try {
    assert.throws(
      () => findRunningSwitch(path),
      /running\.json cannot be read\. Run this command as the user that runs/,
    );
  } finally {
    if (isRoot) process.seteuid?.(0);
    chmodSync(join(path, 'running.json'), 0o600);
    releaseDataDirectory(path);
  }
});

test('what root has made in a directory of somebody else is given to him, and nothing from elsewhere', () => {
  const [path, elsewhere] = [temporaryDirectory(), join(temporaryDirectory(), 'secret')];
  for (const file of [join(path, 'tandem.mdb'), elsewhere]) writeFileSync(file, 'of root');
  const ownerOf = (file: string): number => statSync(file).uid;
  const own = ownerOf(elsewhere);
  const isRoot = process.geteuid?.() === 0;
  const other = isRoot ? NOBODY : own; // Who is not root has nothing to give.
  linkSync(elsewhere, join(path, 'hard'));
  symlinkSync(elsewhere, join(path, 'soft'));
  chownSync(path, other, other);
  giveToOwner(path);
  assert.equal(ownerOf(join(path, 'tandem.mdb')), other);
  assert.equal(ownerOf(elsewhere), own);
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

test('a process that is not seen, as in another container, keeps others out until it is killed', async (context) => {
  const path = temporaryDirectory();
  const other = await locker(context, path);
  const inUse = (error: unknown) =>
    error instanceof TandemError && error.code === 'TANDEM_DATA_IN_USE' && /another container/.test(error.message);
  assert.throws(() => claimDataDirectory(path, MANAGEMENT), inUse, 'without a running.json');
  assert.equal(existsSync(join(path, 'running.json')), false);
  write(path, spawnSync('true').pid, '99');
  assert.throws(() => claimDataDirectory(path, MANAGEMENT), inUse, 'with that of one that is dead here');
  const ended = once(other, 'exit');
  other.kill('SIGKILL');
  await ended;
  claimDataDirectory(path, MANAGEMENT);
  assert.equal(findRunningSwitch(path)?.pid, process.pid);
  releaseDataDirectory(path);
});

test('who has claimed keeps the lock until it gives up', () => {
  const path = temporaryDirectory();
  const lock = join(path, 'lock');
  claimDataDirectory(path, MANAGEMENT);
  claimDataDirectory(path, MANAGEMENT);
  assert.equal(lockFile(lock), 'taken');
  releaseDataDirectory(path);
  const locked = lockFile(lock);
  assert.ok(typeof locked === 'object');
  closeSync(locked.file);
});

test('what another has left or has is not removed by one that gives up', () => {
  const path = temporaryDirectory();
  claimDataDirectory(path, MANAGEMENT);
  issueLocalToken(path);
  write(path, process.pid, '1'); // The same number in another container.
  releaseDataDirectory(path);
  assert.deepEqual([existsSync(join(path, 'running.json')), existsSync(join(path, 'local-token'))], [true, true]);
});

test('a place that cannot be a directory is told as such', () => {
  const path = join(temporaryDirectory(), 'file');
  writeFileSync(path, '');
  const unusable = (error: unknown) => error instanceof TandemError && error.code === 'TANDEM_DATA_UNUSABLE';
  assert.throws(() => claimDataDirectory(path, MANAGEMENT), unusable);
});

test('each run has its own token, for its own user', () => {
  const path = temporaryDirectory();
  claimDataDirectory(path, MANAGEMENT);
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
