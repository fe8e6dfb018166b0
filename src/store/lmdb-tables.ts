// The files of LMDB in a data directory, and the tables in them.
//
// - tandem.mdb: a table for each kind of record. Most are read a few hundred bytes at a time, anywhere in the file: so
//   the system reads nothing ahead there.
// - history.mdb: what reports are counted from, half a megabyte a value: there it reads ahead. LMDB has one setting a
//   file, and no commit spans two. So the history is put when the records that it was made from are on the disk, and it
//   is on the disk itself when they go from the spool: a power cut leaves it neither ahead of the spool nor behind it.
// - One writer: control, or the command line while the switch is down (data-directory.ts sees to it).
// - A commit of tandem.mdb does not wait for its own fsync. It is in the page cache when it returns, so it outlives the
//   process. The fsync follows on another thread, and the next commit waits for it (about half a millisecond: commits
//   are few and large). LMDB overwrites nothing that the last synced commit needs, so a power cut finds the file whole.
// - No writable map: a full disk is then an error that can be answered, not a SIGBUS.
// - They are for their user alone, whatever the umask and whoever made the directory: passwords are in there.
// - The room is a limit of ours, for both files together. lmdb-js enlarges its map by itself when it fills, without a
//   bound; so pages in use are counted before every append, and the room is refused beyond `roomBytes`.

import { chmodSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Database, open, type RootDatabase, type TransactionFlags } from 'lmdb';
import { sentenceOf, TandemError } from '../tandem-error.ts';
import { checkStoreFile } from './lmdb-file.ts';
import { pack, SHAPE_COUNT, unpack } from './records.ts';
import { onDisk } from './store-full.ts';

/** Of what is written: records of all shapes so far. A later one on disk is refused. */
const FORMAT = SHAPE_COUNT;

/** The index of CDRs of earlier releases; it is made anew, laid out in another way. */
const FORMER_INDEX = 'index';
/** The history of earlier releases; what it has goes to the file that it has now. */
const FORMER_HISTORY = 'history';

/** Commit before it returns (2), and do not wait for the disk (0x10000). The type lacks the combination. */
const COMMITTED_NOT_FLUSHED = 0x10002 as number as TransactionFlags;

/** Mode of the files. The type lacks the option that LMDB makes them by. */
const PRIVATE = 0o600;
const MADE_PRIVATE: object = { permissionsMode: PRIVATE };

type Bytes = Database<Uint8Array, string | number>;
type Root = RootDatabase<Uint8Array, string | number>;

/** Of a piece of an image: its version, and where in the image it begins. Earlier builds kept an image whole. */
export type PieceKey = number | [version: number, beginsAt: number];

/** All of one data directory. */
export interface Tables {
  readonly root: Root;
  readonly meta: Bytes;
  readonly versions: Bytes;
  /** What a version is without its content: read where a list of them is wanted. */
  readonly heads: Bytes;
  readonly images: Database<Uint8Array, PieceKey>;
  readonly spool: Bytes;
  readonly cursors: Bytes;
  readonly index: Bytes;
  /** Of the ledger. */
  readonly sums: Bytes;
  readonly payments: Bytes;
  readonly charges: Bytes;
  /** In a file of its own, where a commit is on the disk when it returns. */
  readonly history: Root;
}

/** Opens (or makes) the files. Throws as openLmdbStores does. */
export function openTables(dataPath: string, roomBytes: number): Tables {
  try {
    mkdirSync(dataPath, { recursive: true, mode: 0o700 });
    checkFiles(dataPath);
    const tables = tablesIn(dataPath, roomBytes);
    formerTable(tables.root, FORMER_INDEX)?.dropSync();
    bringFoundToDisk(tables);
    moveFormerHistory(tables);
    return tables;
  } catch (cause) {
    if (cause instanceof TandemError) throw cause;
    const todo = 'Check that it exists, belongs to this user and has room.';
    const sentence = `The data directory ${dataPath} cannot be used: ${sentenceOf(cause)}. ${todo}`;
    throw new TandemError('TANDEM_STORE_UNUSABLE', sentence, { cause });
  }
}

function checkFiles(dataPath: string): void {
  const restore = 'Restore tandem.mdb and history.mdb from one backup, both.';
  const without = 'Without one, move them away: the configuration, the CDRs not yet exported and the ledger are lost.';
  const hasStore = checkStoreFile(join(dataPath, 'tandem.mdb'), true, `${restore} ${without}`);
  const anew = 'Move it away: reports and bills are counted from it, and it is made anew from the CDRs at the start.';
  const lost = 'Calls whose CDRs have gone from the store are in a backup only.';
  const hasHistory = checkStoreFile(join(dataPath, 'history.mdb'), false, `${anew} ${lost}`);
  if (hasStore !== false || hasHistory !== true) return;
  // It would be dropped to the last call, as being ahead of the store.
  const alone = `${dataPath} has a history.mdb of calls that were, and no tandem.mdb, which has accounts and CDRs.`;
  const begin = 'To begin with nothing, move history.mdb away.';
  throw new TandemError('TANDEM_STORE_UNUSABLE', `${alone} ${restore} ${begin}`);
}

function tablesIn(dataPath: string, roomBytes: number): Tables {
  const file = (name: string, how: { readonly noReadAhead: boolean; readonly overlappingSync: boolean }): Root => {
    const path = join(dataPath, name);
    const root: Root = open({ path, encoding: 'binary', mapSize: roomBytes, maxDbs: 16, ...how, ...MADE_PRIVATE });
    keepPrivate(path);
    root.readerCheck(); // Readers that were killed would keep old pages for ever.
    return root;
  };
  const root = file('tandem.mdb', { noReadAhead: true, overlappingSync: true });
  flushes.set(root, { dataPath, isNeeded: true, latest: Promise.resolve() });
  const table = (name: string): Bytes => root.openDB<Uint8Array, string | number>(name, { encoding: 'binary' });
  const meta = table('meta');
  refuseNewer(meta, dataPath);
  return {
    root,
    meta,
    versions: table('versions'),
    heads: table('heads'),
    images: root.openDB<Uint8Array, PieceKey>('images', { encoding: 'binary' }),
    spool: table('spool'),
    cursors: table('cursors'),
    index: table('cdr-index'),
    sums: table('ledger-sums'),
    payments: table('ledger-payments'),
    charges: table('ledger-charges'),
    history: file('history.mdb', { noReadAhead: false, overlappingSync: false }),
  };
}

/** Of an earlier release, which left them to the umask. */
function keepPrivate(path: string): void {
  try {
    for (const file of [path, `${path}-lock`]) chmodSync(file, PRIVATE);
  } catch (error) {
    // Another user's, who lets this one write there, or on a file system without modes.
    if (!(error instanceof Error && 'code' in error)) throw error;
  }
}

/** Before anything else is made or dropped there: a store that is refused stays as it is. */
function refuseNewer(meta: Bytes, dataPath: string): void {
  const stored = meta.getBinary('format');
  const format = stored === undefined ? FORMAT : Number(unpack(stored));
  if (format <= FORMAT) return;
  const todo = 'Start the newer version, or restore a backup.';
  const sentence = `${dataPath} was written in format ${format}, and this Tandem reads ${FORMAT}. ${todo}`;
  throw new TandemError('TANDEM_STORE_NEWER', sentence);
}

function writeFormat(tables: Tables): void {
  write(tables, () => tables.meta.putSync('format', pack(FORMAT)));
}

/**
 * What a process that was killed has committed and not flushed. LMDB takes what it finds for flushed, so that it needs
 * a commit to do it. A disk that is full takes none: then the first flush with room does. A file that LMDB has just
 * made has no head on the disk, and without one it is no store after a power cut.
 */
function bringFoundToDisk(tables: Tables): void {
  try {
    writeFormat(tables);
    flushNow(tables);
    flushNow({ root: tables.history });
  } catch {
    return;
  }
}

/**
 * Once, and whole when it is killed: what was moved is on the disk before the former table goes. A segment may be there
 * already, from a move that was cut off or because the earlier release ran once more: the larger one has more calls.
 */
function moveFormerHistory(tables: Tables): void {
  const { root, history } = tables;
  const former = formerTable(root, FORMER_HISTORY);
  if (former === undefined) return;
  flushNow(tables);
  for (const segment of [...former.getKeys()]) {
    const bytes = former.getBinary(segment) ?? new Uint8Array();
    const there = history.getBinaryFast(segment)?.length ?? 0;
    if (bytes.length > there) history.putSync(segment, bytes);
  }
  former.dropSync();
}

/** What an earlier release left. `doesExist` sees no tables, and the type of `openDB` forgets that none may be. */
function formerTable(root: Root, name: string): Bytes | undefined {
  return root.openDB<Uint8Array, string | number>(name, { encoding: 'binary', create: false } as object);
}

/** Runs `action` in one commit of tandem.mdb. Throws TANDEM_DISK_FULL. */
export function write(tables: Tables, action: () => void): void {
  const commit = (): void => tables.root.transactionSync(action, COMMITTED_NOT_FLUSHED);
  onDisk(commit, () => flushOf(tables).dataPath);
  flushOf(tables).isNeeded = true;
}

/**
 * lmdb-js has mdb_env_sync in two ways, and its types have forgotten both. On its own threads, always, by the `sync`
 * of a store, with nothing to call in the end too. One that nobody waits for may begin after the file was closed, and
 * ends the process by SIGSEGV. Before it returns, by the `sync` of the environment.
 */
interface Synced {
  sync(done: (error: unknown) => void): void;
  readonly env: { sync(): void };
}

/** Of a data directory: whether something of tandem.mdb was committed since the latest flush began, and that flush. */
interface Flush {
  readonly dataPath: string;
  isNeeded: boolean;
  latest: Promise<void>;
}

const flushes = new WeakMap<Root, Flush>();

function flushOf({ root }: Tables): Flush {
  return flushes.get(root) as Flush;
}

/** Resolves when all that was committed is on the disk; asks nothing of it when that is so. */
export function flush(tables: Tables): Promise<void> {
  const state = flushOf(tables);
  if (!state.isNeeded) return state.latest;
  state.isNeeded = false;
  state.latest = new Promise<void>((resolve, reject) => {
    (tables.root as unknown as Synced).sync((error) => (error instanceof Error ? reject(error) : resolve()));
  }).catch((error: unknown) => {
    state.isNeeded = true;
    throw error;
  });
  return state.latest;
}

/** Brings everything to the disk, and closes both files. */
export async function closeTables(tables: Tables): Promise<void> {
  const { root, history } = tables;
  await flush(tables);
  await Promise.all([root.close(), history.close()]);
}

/** Returns when all that was committed is on the disk. */
export function flushNow({ root }: Pick<Tables, 'root'>): void {
  (root as unknown as Synced).env.sync();
}

interface TreeStats {
  readonly pageSize: number;
  readonly treeBranchPageCount: number;
  readonly treeLeafPageCount: number;
  readonly overflowPages: number;
}

/** Bytes of all pages in use by `tables`: the trees' own, not the files', which do not shrink. */
export function usedBytes(tables: Iterable<{ getStats(): object }>): number {
  let used = 0;
  for (const table of tables) {
    const { pageSize, treeBranchPageCount, treeLeafPageCount, overflowPages } = table.getStats() as TreeStats;
    used += pageSize * (treeBranchPageCount + treeLeafPageCount + overflowPages);
  }
  return used;
}
