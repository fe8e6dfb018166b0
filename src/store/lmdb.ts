// The stores of a data directory in LMDB; lmdb-tables.ts says what its files promise.

import { mkdirSync, statfsSync } from 'node:fs';
import { assert } from '../core/base/assert.ts';
import { Keyring } from './keyring.ts';
import { Ledger } from './ledger.ts';
import { LmdbColumns } from './lmdb-columns.ts';
import { LmdbIndex } from './lmdb-index.ts';
import { LmdbTable } from './lmdb-ledger.ts';
import { prefetch } from './lmdb-prefetch.ts';
import {
  closeTables,
  flush,
  flushNow,
  openTables,
  type PieceKey,
  type Tables,
  usedBytes,
  write,
} from './lmdb-tables.ts';
import { imagesOf } from './network.ts';
import type {
  CdrSpool,
  ConfigurationDocument,
  ConfigurationStore,
  ConfigurationVersion,
  Keepsakes,
  SinkCursor,
  SpooledRecord,
  Stores,
} from './ports.ts';
import { CONFIGURATION_VERSIONS_MAX } from './ports.ts';
import { pack, unpack } from './records.ts';
import { noRoomForTable, storeFull } from './store-full.ts';

/** Room for records when nobody says how much: about 20 million CDRs. Address space only, until it is used. */
const ROOM_BYTES = 8 * 2 ** 30;
/** Never more than this, however large the disk is. */
const ROOM_BYTES_MAX = 2 ** 40;

/** lmdb-js keeps a buffer as large as the largest value up to 16 MB that it has read: so images are kept in pieces. */
const PIECE_BYTES = 2 ** 20;

/**
 * Opens (or makes) the stores of `dataPath`; what they have is on the disk then, also when the process before was
 * killed. Throws TANDEM_STORE_UNUSABLE when the directory cannot be used, TANDEM_STORE_NEWER when a later version of
 * Tandem wrote it. `keyFile`: what the network is sealed with (keyring.ts), '' nothing; what is in clear, or sealed
 * with another of its keys, is sealed anew. Throws what Keyring throws.
 */
export function openLmdbStores(
  dataPath: string,
  options: { readonly roomBytes?: number; readonly keyFile?: string } = {},
): Stores {
  const keyring = Keyring.read(options.keyFile ?? '');
  const roomBytes = options.roomBytes ?? ROOM_BYTES;
  const tables = openTables(dataPath, roomBytes);
  return {
    configuration: new LmdbConfiguration(tables, roomBytes, keyring),
    spool: new LmdbSpool(tables, roomBytes),
    index: new LmdbIndex(tables.index, (action) => write(tables, action)),
    history: new LmdbColumns(tables.history, () => flushNow(tables), roomBytes),
    ledger: new Ledger({
      sums: new LmdbTable(tables.sums),
      payments: new LmdbTable(tables.payments),
      charges: new LmdbTable(tables.charges),
      write: (action) => write(tables, action),
    }),
    keepsakes: keepsakesIn(tables),
    useRatio: () => usedBytes(Object.values(tables)) / roomBytes,
    flush: () => flush(tables),
    close: () => closeTables(tables),
  };
}

function keepsakesIn(tables: Tables): Keepsakes {
  return {
    kept: (name) => {
      const stored = tables.meta.getBinary(`kept ${name}`);
      return stored === undefined ? null : unpack(stored);
    },
    keep: (name, value) => write(tables, () => tables.meta.putSync(`kept ${name}`, pack(value))),
  };
}

/** So many hundredths of the disk that `dataPath` is on, in bytes. Throws what the platform throws. */
export function shareOfDisk(dataPath: string, percent: number): number {
  mkdirSync(dataPath, { recursive: true, mode: 0o700 });
  const { blocks, bsize } = statfsSync(dataPath);
  return Math.min(Math.floor((blocks * bsize * percent) / 100), ROOM_BYTES_MAX);
}

/** A version without its content. A store of an earlier build has none of the older ones. */
interface Head extends ConfigurationVersion {
  /** Images that it names. */
  readonly images: readonly number[];
}

class LmdbConfiguration implements ConfigurationStore {
  readonly #tables: Tables;
  readonly #roomBytes: number;
  readonly #keyring: Keyring;

  constructor(tables: Tables, roomBytes: number, keyring: Keyring) {
    this.#tables = tables;
    this.#roomBytes = roomBytes;
    this.#keyring = keyring;
    this.#sealAnew();
  }

  current(): ConfigurationDocument | null {
    return this.version(this.#newest());
  }

  version(version: number): ConfigurationDocument | null {
    const stored = this.#tables.versions.getBinary(version);
    return stored === undefined ? null : (unpack(this.#keyring.open(stored, version)) as ConfigurationDocument);
  }

  versions(limit: number): readonly ConfigurationVersion[] {
    const found: ConfigurationVersion[] = [];
    for (let number = this.#newest(); number > 0 && found.length < limit; number--) {
      const known = this.#head(number) ?? this.version(number);
      if (known === null) break;
      const { version, author, note, atWallMs } = known;
      found.push({ version, author, note, atWallMs });
    }
    return found;
  }

  commit(document: ConfigurationDocument, image?: SharedArrayBuffer): boolean {
    const { version, author, note, atWallMs, network } = document;
    if (image !== undefined && usedBytes(Object.values(this.#tables)) + image.byteLength > this.#roomBytes) {
      throw noRoomForTable(image.byteLength, this.#roomBytes);
    }
    const { versions, heads, images } = this.#tables;
    const head: Head = { version, author, note, atWallMs, images: imagesOf(network) };
    let isNext = false;
    write(this.#tables, () => {
      isNext = version === this.#newest() + 1;
      if (!isNext) return;
      versions.putSync(version, this.#keyring.seal(pack(document), version));
      heads.putSync(version, pack(head));
      if (image !== undefined) putPieces(images, version, new Uint8Array(image));
      for (const table of [versions, heads]) table.removeSync(version - CONFIGURATION_VERSIONS_MAX);
      this.#dropImages();
    });
    return isNext;
  }

  image(version: number): SharedArrayBuffer | null {
    const { images } = this.#tables;
    const keys = keysOf(images, version);
    const last = keys.at(-1);
    if (last === undefined) return null;
    const image = new Uint8Array(new SharedArrayBuffer(beginOf(last) + pieceAt(images, last).length));
    for (const key of keys) image.set(pieceAt(images, key), beginOf(key));
    return image.buffer;
  }

  prefetch(): Promise<void> {
    const { images } = this.#tables;
    const named = this.#head(this.#newest())?.images ?? [];
    return prefetch(
      images,
      named.flatMap((version) => keysOf(images, version)),
    );
  }

  /** Each in a commit of its own; one that cannot be opened ends the start, and is as it was. */
  #sealAnew(): void {
    const { versions } = this.#tables;
    for (const key of [...versions.getKeys()]) {
      const version = Number(key);
      const stored = versions.getBinary(version) ?? new Uint8Array();
      if (this.#keyring.isCurrent(stored)) continue;
      const clear = this.#keyring.open(stored, version);
      write(this.#tables, () => versions.putSync(version, this.#keyring.seal(clear, version)));
    }
  }

  #head(version: number): Head | null {
    const stored = this.#tables.heads.getBinary(version);
    return stored === undefined ? null : (unpack(stored) as Head);
  }

  /** Those that no kept version names. */
  #dropImages(): void {
    const named = new Set<number>();
    for (const { value } of this.#tables.heads.getRange()) {
      for (const image of (unpack(value) as Head).images) named.add(image);
    }
    for (const key of [...this.#tables.images.getKeys()]) {
      const version = Array.isArray(key) ? key[0] : key;
      if (!named.has(version)) this.#tables.images.removeSync(key);
    }
  }

  #newest(): number {
    for (const key of this.#tables.versions.getKeys({ reverse: true, limit: 1 })) return Number(key);
    return 0;
  }
}

function putPieces(images: Tables['images'], version: number, image: Uint8Array): void {
  for (let beginsAt = 0; beginsAt < image.length; beginsAt += PIECE_BYTES) {
    images.putSync([version, beginsAt], ownBytes(image.subarray(beginsAt, beginsAt + PIECE_BYTES)));
  }
}

function keysOf(images: Tables['images'], version: number): PieceKey[] {
  return [...images.getKeys({ start: version, end: version + 1 })];
}

/** Until the next read. */
function pieceAt(images: Tables['images'], key: PieceKey): Uint8Array {
  const stored = images.getBinaryFast(key);
  assert(stored !== undefined, 'a key that is listed has a value');
  return stored.subarray(0, stored.length); // What it is a view of is longer.
}

function beginOf(key: PieceKey): number {
  return Array.isArray(key) ? key[1] : 0;
}

class LmdbSpool implements CdrSpool {
  readonly #tables: Tables;
  readonly #roomBytes: number;
  #lastPosition = 0;

  constructor(tables: Tables, roomBytes: number) {
    this.#tables = tables;
    this.#roomBytes = roomBytes;
    // `trim` leaves the newest record, so places are never given twice.
    for (const key of tables.spool.getKeys({ reverse: true, limit: 1 })) this.#lastPosition = Number(key);
  }

  taken(journal: string): number {
    const stored = this.#tables.meta.getBinary(takenKey(journal));
    return stored === undefined ? 0 : (unpack(stored) as number);
  }

  append(records: readonly Uint8Array[], taken: ReadonlyMap<string, number> = new Map()): void {
    let addedBytes = 0;
    for (const record of records) addedBytes += record.length;
    if (usedBytes(Object.values(this.#tables)) + addedBytes > this.#roomBytes) throw storeFull(this.#roomBytes);
    let position = this.#lastPosition;
    write(this.#tables, () => {
      for (const record of records) this.#tables.spool.putSync(++position, ownBytes(record), { append: true });
      for (const [journal, last] of taken) this.#tables.meta.putSync(takenKey(journal), pack(last));
    });
    this.#lastPosition = position;
  }

  after(position: number, limit: number): readonly SpooledRecord[] {
    return this.#range({ start: position + 1, limit });
  }

  before(position: number, limit: number): readonly SpooledRecord[] {
    return this.#range({ start: Math.min(position - 1, this.#lastPosition), reverse: true, limit });
  }

  at(position: number): Uint8Array | null {
    return this.#tables.spool.getBinary(position) ?? null;
  }

  prefetch(positions: readonly number[]): Promise<void> {
    return prefetch(this.#tables.spool, positions);
  }

  lastPosition(): number {
    return this.#lastPosition;
  }

  count(): number {
    return (this.#tables.spool.getStats() as { readonly entryCount: number }).entryCount;
  }

  cursor(sink: string): SinkCursor | null {
    const stored = this.#tables.cursors.getBinary(sink);
    return stored === undefined ? null : (unpack(stored) as SinkCursor);
  }

  saveCursor(sink: string, cursor: SinkCursor): void {
    write(this.#tables, () => this.#tables.cursors.putSync(sink, pack(cursor)));
  }

  trim(keep: number, limit: number, exported: number): number {
    const spare = Math.min(this.count() - keep, limit);
    if (spare <= 0) return 0;
    const keys: number[] = [];
    for (const key of this.#tables.spool.getKeys({ limit: spare })) if (Number(key) <= exported) keys.push(Number(key));
    if (keys.length === 0) return 0;
    write(this.#tables, () => {
      for (const key of keys) this.#tables.spool.removeSync(key);
    });
    return keys.length;
  }

  #range(options: { start: number; limit: number; reverse?: boolean }): readonly SpooledRecord[] {
    const records: SpooledRecord[] = [];
    for (const { key, value } of this.#tables.spool.getRange(options)) {
      records.push({ position: Number(key), record: value });
    }
    return records;
  }
}

function takenKey(journal: string): string {
  return `taken ${journal}`;
}

/** lmdb-js reads what it is given by address, and finds none for shared memory: such a view is copied. */
function ownBytes(record: Uint8Array): Uint8Array {
  return record.buffer instanceof SharedArrayBuffer ? record.slice() : record;
}
