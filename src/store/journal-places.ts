// Where the journals of a data directory are: <data>/calls/<number of shards>/<shard>/. A call lives in the shard that
// its Call-IDs hash to, so calls that live on do so only with the number of shards that they began with.

import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { readJournal, segmentNames } from './call-journal.ts';
import { journalFolder } from './journal-disk.ts';

/** Where the journals of `shardCount` shards are, a folder each. */
export function journalsPath(dataPath: string, shardCount: number): string {
  return join(dataPath, 'calls', String(shardCount));
}

/** Where that of `shard` is, among the journals at `path`. */
export function journalPath(path: string, shard: number): string {
  return join(path, String(shard));
}

/**
 * The number of shards to start with: `wanted`, unless journals of another number hold calls that live on, or CDRs.
 * Those that hold nothing are removed.
 */
export function shardCountOf(dataPath: string, wanted: number): number {
  for (const count of countsOf(dataPath)) {
    if (count === wanted) continue;
    if (journalsOf(dataPath, count).some((path) => holdsAnything(path))) return count;
    rmSync(journalsPath(dataPath, count), { recursive: true, force: true });
  }
  return wanted;
}

/**
 * Removes the journals of shards that have stopped, as far as they hold no call that lives on and no CDR that is
 * missing from the spool. `taken`: position of the last CDR that the spool has of a shard.
 */
export function removeSpentJournals(path: string, taken: (shard: number) => number): void {
  for (const shard of folderNames(path)) {
    const disk = journalFolder(join(path, shard));
    const { calls, cdrs } = readJournal(disk);
    const last = taken(Number(shard));
    if (calls.size > 0 || cdrs.some(({ position }) => position > last)) continue;
    for (const name of segmentNames(disk)) disk.remove(name);
  }
}

function holdsAnything(path: string): boolean {
  const { calls, cdrs } = readJournal(journalFolder(path));
  return calls.size > 0 || cdrs.length > 0;
}

function journalsOf(dataPath: string, count: number): string[] {
  const path = journalsPath(dataPath, count);
  return folderNames(path).map((shard) => join(path, shard));
}

function countsOf(dataPath: string): number[] {
  return folderNames(join(dataPath, 'calls')).map(Number);
}

function folderNames(path: string): string[] {
  return existsSync(path) ? readdirSync(path).filter((name) => /^\d+$/.test(name)) : [];
}
