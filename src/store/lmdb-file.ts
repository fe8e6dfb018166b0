// Whether a file of LMDB can be opened. LMDB maps it and follows what it finds there unasked: one that is cut short, or
// whose head is damaged, ends the process by SIGBUS or SIGSEGV, with no word to anybody. So it is read before.
//
// - Pages 0 and 1 are heads, written in turn: the newer one tells where the trees begin and which page is the last.
// - lmdb-js has a third one, in the middle of page 0: what a flush has brought to the disk. After a power cut it goes
//   back to that, for the newest head may then be on the disk and its pages not. Another boot is known by its number.
// - The last page need not be there: a page that was taken and freed in one commit is never written. So in a file that
//   is shorter, the trees are asked whether they miss a page.

import { closeSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { TandemError } from '../tandem-error.ts';

const MAGIC = 0xbeefc0de;
const VERSION = 2;
const PAGE_HEAD_BYTES = 24;
const META_END = 168;
const TREE_BYTES = 48;
const NO_PAGE = 0xffff_ffff_ffff_ffffn;
const PAGE_BYTES_MAX = 65_536;
/** A tree of more levels than that is none. */
const DEPTH_MAX = 32;

/** Flags of pages, of nodes, and of a head that no flush has followed yet. */
const BRANCH = 1;
const LEAF = 2;
const HEAD = 8;
const IN_OTHER_PAGES = 1;
const IS_TREE = 2;
const NOT_FLUSHED = 0x1000;

/** Of one that cannot be opened: what it is, for a sentence. */
class Damage extends Error {}

interface Head {
  readonly pageBytes: number;
  readonly isFlushed: boolean;
  readonly trees: readonly [free: Buffer, main: Buffer];
  readonly pageCount: number;
  readonly commit: bigint;
  readonly boot: bigint;
}

/**
 * Throws TANDEM_STORE_UNUSABLE, and `todo` with it, when the file at `path` is cut short or its head is damaged. One
 * that is missing or empty is made by LMDB. `hasFlushedHead` is LMDB's overlappingSync. Reads only. Answers whether
 * anything was ever stored in it; of another processor's file it cannot tell, and says so.
 */
export function checkStoreFile(path: string, hasFlushedHead: boolean, todo: string): boolean | null {
  if (process.arch !== 'x64' && process.arch !== 'arm64') return null; // Laid out in another way.
  const file = openIfThere(path);
  if (file === null) return false;
  try {
    const { size } = fstatSync(file);
    return size > 0 && checkPages(new Pages(file, size), hasFlushedHead);
  } catch (cause) {
    if (!(cause instanceof Damage || cause instanceof RangeError)) throw cause;
    const what = cause instanceof Damage ? cause.message : 'is damaged: its trees lead nowhere';
    throw new TandemError('TANDEM_STORE_UNUSABLE', `${path} ${what}. ${todo}`, { cause });
  } finally {
    closeSync(file);
  }
}

function openIfThere(path: string): number | null {
  try {
    return openSync(path, 'r');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return null;
    throw cause;
  }
}

/** Answers whether there is anything in the tree of its tables. */
function checkPages(pages: Pages, hasFlushedHead: boolean): boolean {
  const head = headInUse(pages, hasFlushedHead);
  const [free, main] = head.trees;
  const neededBytes = head.pageCount * head.pageBytes;
  pages.pageBytes = head.pageBytes;
  const isWhole = pages.sizeBytes >= neededBytes || (hasTree(pages, free, false) && hasTree(pages, main, true));
  if (isWhole) return rootOf(main) !== NO_PAGE;
  throw new Damage(`is cut short: it has ${pages.sizeBytes} bytes of ${neededBytes}`);
}

class Pages {
  pageBytes = 0;
  readonly sizeBytes: number;
  readonly #file: number;

  constructor(file: number, sizeBytes: number) {
    this.#file = file;
    this.sizeBytes = sizeBytes;
  }

  has(page: number): boolean {
    return (page + 1) * this.pageBytes <= this.sizeBytes;
  }

  /** Throws a Damage where the file ends. */
  read(at: number, length: number): Buffer {
    const bytes = Buffer.alloc(length);
    if (readSync(this.#file, bytes, 0, length, at) === length) return bytes;
    throw new Damage(`is cut short: it has ${this.sizeBytes} bytes, and not even its head is whole`);
  }
}

/** The one that LMDB begins with. */
function headInUse(pages: Pages, hasFlushedHead: boolean): Head {
  const first = headAt(pages, 0);
  const second = headAt(pages, first.pageBytes);
  if (!hasFlushedHead) return first.commit >= second.commit ? first : second;
  const flushed = readHead(pages.read(first.pageBytes / 2, META_END));
  const boot = bootNumber();
  return safer(safer(first, second, boot), flushed, boot);
}

/** As lmdb-js chooses (mdb_pick_meta): what was not flushed is good for as long as the system has not begun anew. */
function safer(a: Head, b: Head, boot: bigint): Head {
  const newer = a.commit >= b.commit ? a : b;
  if (b.commit === 0n) return a;
  if (newer.isFlushed || (boot !== 0n && newer.boot === boot)) return newer;
  return a.commit > b.commit ? b : a;
}

function headAt(pages: Pages, at: number): Head {
  const bytes = pages.read(at, META_END);
  const head = readHead(bytes);
  const { pageBytes } = head;
  const isHead =
    (bytes.readUInt16LE(18) & HEAD) !== 0 &&
    bytes.readUInt32LE(24) === MAGIC &&
    bytes.readUInt16LE(28) === VERSION &&
    (at === 0 || at === pageBytes) &&
    pageBytes >= 2 * META_END &&
    pageBytes <= PAGE_BYTES_MAX;
  if (!isHead) throw new Damage('is damaged: it does not begin as a store does');
  return head;
}

function readHead(bytes: Buffer): Head {
  return {
    pageBytes: bytes.readUInt32LE(48),
    isFlushed: (bytes.readUInt16LE(52) & NOT_FLUSHED) === 0,
    trees: [bytes.subarray(48, 48 + TREE_BYTES), bytes.subarray(96, 96 + TREE_BYTES)],
    pageCount: Number(bytes.readBigUInt64LE(144)) + 1,
    commit: bytes.readBigUInt64LE(152),
    boot: bytes.readBigUInt64LE(160),
  };
}

/** What lmdb-js has of it; 0, which is no boot's, where the platform does not tell. */
function bootNumber(): bigint {
  try {
    return BigInt(`0x${readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').slice(0, 8)}`);
  } catch {
    return 0n;
  }
}

/** Whether the file has all pages of a tree. Leaves are read where they may name further pages. */
function hasTree(pages: Pages, tree: Buffer, isOfTables: boolean): boolean {
  const root = rootOf(tree);
  const depth = tree.readUInt16LE(6);
  if (root === NO_PAGE) return true;
  if (depth === 0 || depth > DEPTH_MAX) throw new RangeError('depth');
  return hasPage(pages, Number(root), depth - 1, isOfTables || tree.readBigUInt64LE(24) > 0n);
}

function rootOf(tree: Buffer): bigint {
  return tree.readBigUInt64LE(40);
}

function hasPage(pages: Pages, page: number, levelsBelow: number, readsLeaves: boolean): boolean {
  if (!pages.has(page)) return false;
  if (levelsBelow === 0 && !readsLeaves) return true;
  const bytes = pages.read(page * pages.pageBytes, pages.pageBytes);
  if ((bytes.readUInt16LE(18) & (levelsBelow === 0 ? LEAF : BRANCH)) === 0) throw new RangeError('kind of page');
  const nodeCount = bytes.readUInt16LE(20) >> 1;
  for (let index = 0; index < nodeCount; index++) {
    const node = bytes.subarray(PAGE_HEAD_BYTES + bytes.readUInt16LE(PAGE_HEAD_BYTES + 2 * index));
    const has = levelsBelow === 0 ? hasValue(pages, node) : hasPage(pages, pageOf(node), levelsBelow - 1, readsLeaves);
    if (!has) return false;
  }
  return true;
}

/** Of a node in a branch: 48 bits. */
function pageOf(node: Buffer): number {
  return node.readUInt16LE(4) * 2 ** 32 + node.readUInt32LE(0);
}

/** Of a node in a leaf: what is not in the leaf itself. */
function hasValue(pages: Pages, node: Buffer): boolean {
  const flags = node.readUInt16LE(4);
  const value = node.subarray(8 + node.readUInt16LE(6));
  if ((flags & IS_TREE) !== 0) return hasTree(pages, value, false);
  if ((flags & IN_OTHER_PAGES) === 0) return true;
  return pages.has(Number(value.readBigUInt64LE(0)) + Number(value.readBigUInt64LE(16)) - 1);
}
