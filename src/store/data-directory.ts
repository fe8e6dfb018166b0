// Who has the data directory: one switch at a time. <data>/running.json names the process and where it is managed,
// <data>/local-token holds what the command line shows to be let in. They are for the switch's own user.
//
// A process of another container has a number that says nothing here. So who has the directory holds a lock of the
// kernel on <data>/lock besides, where it can (file-lock.ts). That file stays: were it removed, two could lock two.

import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fchownSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { sentenceOf, TandemError } from '../tandem-error.ts';
import { lockFile } from './file-lock.ts';

const IN_USE_TODO = 'Stop it first, or give this one another data directory.';

/** Where a running switch is managed. */
export interface RunningSwitchPlace {
  readonly pid: number;
  /** When the process started, in the kernel's ticks since boot; '' where the platform does not tell. */
  readonly startedAtTicks: string;
  readonly managementAddress: string;
  readonly managementPort: number;
}

/**
 * The running switch of `dataPath`; null when none runs, even if one left its file behind. Throws
 * TANDEM_TOKEN_UNREADABLE when this user may not know.
 */
export function findRunningSwitch(dataPath: string): RunningSwitchPlace | null {
  const place = readPlace(dataPath);
  if (place === null) return null;
  return startedAtTicks(place.pid) === place.startedAtTicks && isAlive(place.pid) ? place : null;
}

interface Management {
  readonly address: string;
  readonly port: number;
}

/** Descriptors of the locks that this thread has, by data directory. */
const locks = new Map<string, number>();

/**
 * Takes `dataPath`, made if need be, for this process; on the main thread, where it has not been taken yet. Throws
 * TANDEM_DATA_IN_USE when another process has it, TANDEM_DATA_UNUSABLE when this user may not write there.
 */
export function claimDataDirectory(dataPath: string, management: Management): void {
  refuseOther(dataPath);
  lockDataDirectory(dataPath);
  try {
    publishManagement(dataPath, management);
  } catch (error) {
    unlockDataDirectory(dataPath);
    throw error;
  }
}

/** Tells where this process, which has `dataPath`, is managed. Throws as `claimDataDirectory` does. */
export function publishManagement(dataPath: string, { address, port }: Management): void {
  refuseOther(dataPath);
  const place: RunningSwitchPlace = {
    pid: process.pid,
    startedAtTicks: startedAtTicks(process.pid),
    managementAddress: address,
    managementPort: port,
  };
  usable(() => {
    mkdirSync(dataPath, { recursive: true, mode: 0o700 });
    writeWhole(runningPath(dataPath), `${JSON.stringify(place)}\n`, 0o600);
  });
}

/** Gives `dataPath` up again, where it is this process's; on the main thread its lock too. */
export function releaseDataDirectory(dataPath: string): void {
  if (isOwn(readPlace(dataPath))) {
    rmSync(runningPath(dataPath), { force: true });
    rmSync(tokenPath(dataPath), { force: true });
  }
  unlockDataDirectory(dataPath);
}

/**
 * What root has made in a directory of somebody else becomes that user's: a command before the first start would leave
 * files that the service cannot open.
 */
export function giveToOwner(dataPath: string): void {
  const { uid, gid } = statSync(dataPath);
  if (uid === 0 || process.geteuid?.() !== 0) return;
  for (const entry of readdirSync(dataPath, { withFileTypes: true })) {
    if (entry.isFile()) giveFile(join(dataPath, entry.name), uid, gid);
  }
}

/** A root that may not open or give it, as in some containers, has what it had. */
function giveFile(path: string, uid: number, gid: number): void {
  let file = -1;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    // A file with another name elsewhere is not ours: that user may have put it here to be given it.
    const { uid: maker, nlink } = fstatSync(file);
    if (maker === 0 && nlink === 1) fchownSync(file, uid, gid);
  } catch {
    // The command has done what it was to do.
  } finally {
    if (file >= 0) closeSync(file);
  }
}

function refuseOther(dataPath: string): void {
  const other = findRunningSwitch(dataPath);
  if (other === null || other.pid === process.pid) return;
  const sentence = `A switch (process ${other.pid}) already runs on ${dataPath}. ${IN_USE_TODO}`;
  throw new TandemError('TANDEM_DATA_IN_USE', sentence);
}

function lockDataDirectory(dataPath: string): void {
  if (locks.has(dataPath)) return;
  const path = join(dataPath, 'lock');
  const locked = usable(() => {
    mkdirSync(dataPath, { recursive: true, mode: 0o700 });
    return lockFile(path);
  });
  if (locked === 'taken') {
    const who = 'a switch or a command; if it is not seen here, it is in another container';
    const sentence = `Another process already works on ${dataPath} (${who}), and holds ${path}. ${IN_USE_TODO}`;
    throw new TandemError('TANDEM_DATA_IN_USE', sentence);
  }
  if (locked !== 'unknown') locks.set(dataPath, locked.file);
}

function unlockDataDirectory(dataPath: string): void {
  const file = locks.get(dataPath);
  if (file === undefined) return;
  locks.delete(dataPath);
  closeSync(file);
}

/** Answers what `action` does. Throws TANDEM_DATA_UNUSABLE with the operator's next step for what the disk throws. */
export function usable<T>(action: () => T): T {
  try {
    return action();
  } catch (cause) {
    if (cause instanceof TandemError) throw cause;
    const code = cause instanceof Error && 'code' in cause ? cause.code : null;
    const isFull = code === 'ENOSPC' || code === 'EDQUOT';
    const todo = isFull ? 'The disk is full: make room, and start again.' : 'Does it belong to this user?';
    const sentence = `The data directory cannot be used: ${sentenceOf(cause)}. ${todo}`;
    throw new TandemError('TANDEM_DATA_UNUSABLE', sentence, { cause });
  }
}

/** Makes a new token for this run and leaves it where only this user can read it. Throws TANDEM_DATA_UNUSABLE. */
export function issueLocalToken(dataPath: string): string {
  const token = randomBytes(32).toString('base64url');
  usable(() => writeWhole(tokenPath(dataPath), `${token}\n`, 0o600));
  return token;
}

/** The token of the running switch. Throws TANDEM_TOKEN_UNREADABLE when this user may not read it. */
export function readLocalToken(dataPath: string): string {
  try {
    return readFileSync(tokenPath(dataPath), 'utf8').trim();
  } catch (cause) {
    throw unreadable(tokenPath(dataPath), cause);
  }
}

function unreadable(path: string, cause: unknown): TandemError {
  const sentence = `${path} cannot be read. Run this command as the user that runs the switch.`;
  return new TandemError('TANDEM_TOKEN_UNREADABLE', sentence, { cause });
}

function readPlace(dataPath: string): RunningSwitchPlace | null {
  try {
    return JSON.parse(readFileSync(runningPath(dataPath), 'utf8')) as RunningSwitchPlace;
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'EACCES')
      throw unreadable(runningPath(dataPath), cause);
    return null; // Missing or torn: nobody who runs leaves it so, it is written whole.
  }
}

function isOwn(place: RunningSwitchPlace | null): boolean {
  return place?.pid === process.pid && place.startedAtTicks === startedAtTicks(process.pid);
}

function writeWhole(path: string, text: string, mode: number): void {
  const fresh = `${path}.${process.pid}`;
  rmSync(fresh, { force: true });
  try {
    writeFileSync(fresh, text, { mode, flag: 'wx' });
    renameSync(fresh, path);
  } catch (error) {
    rmSync(fresh, { force: true });
    throw error;
  }
}

function runningPath(dataPath: string): string {
  return join(dataPath, 'running.json');
}

function tokenPath(dataPath: string): string {
  return join(dataPath, 'local-token');
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/**
 * Field 22 of /proc/<pid>/stat: tells a process from a later one that was given the same number. '' for one that is
 * dead and stays in the table (field 3), as the killed do in a container whose first process waits for nobody.
 */
function startedAtTicks(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? '' : (fields[19] ?? '');
  } catch {
    return ''; // Not Linux, or no such process: its number alone must do.
  }
}
