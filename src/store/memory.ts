// The stores in memory: for tests, the demo and the simulator. What they keep ends with them.

import { Ledger } from './ledger.ts';
import { memoryLedgerTables } from './memory-ledger.ts';
import { imagesOf } from './network.ts';
import type {
  CdrSpool,
  ColumnStore,
  ConfigurationDocument,
  ConfigurationStore,
  ConfigurationVersion,
  IndexStore,
  Keepsakes,
  SegmentSpan,
  SinkCursor,
  SpooledRecord,
  Stores,
} from './ports.ts';
import { CONFIGURATION_VERSIONS_MAX } from './ports.ts';
import { noRoomForTable, storeFull } from './store-full.ts';

/** Makes empty stores. `roomBytes`: bytes of records the spool takes, and of one image. */
export function openMemoryStores(options: { readonly roomBytes?: number } = {}): Stores {
  const roomBytes = options.roomBytes ?? 256 * 1024 * 1024;
  const spool = new MemorySpool(roomBytes);
  return {
    configuration: new MemoryConfiguration(roomBytes),
    spool,
    index: new MemoryIndex(),
    history: new MemoryColumns(roomBytes),
    ledger: new Ledger(memoryLedgerTables()),
    keepsakes: memoryKeepsakes(),
    useRatio: () => spool.useRatio(),
    flush: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

function memoryKeepsakes(): Keepsakes {
  const values = new Map<string, unknown>();
  return {
    kept: (name) => values.get(name) ?? null,
    keep: (name, value) => void values.set(name, structuredClone(value)),
  };
}

class MemoryConfiguration implements ConfigurationStore {
  readonly prefetch = atOnce;
  readonly #documents: ConfigurationDocument[] = [];
  readonly #images = new Map<number, SharedArrayBuffer>();
  readonly #roomBytes: number;

  constructor(roomBytes: number) {
    this.#roomBytes = roomBytes;
  }

  current(): ConfigurationDocument | null {
    return this.#documents.at(-1) ?? null;
  }

  version(version: number): ConfigurationDocument | null {
    return this.#documents.find((document) => document.version === version) ?? null;
  }

  versions(limit: number): readonly ConfigurationVersion[] {
    const newestFirst = this.#documents.toReversed().slice(0, limit);
    return newestFirst.map(({ version, author, note, atWallMs }) => ({ version, author, note, atWallMs }));
  }

  commit(document: ConfigurationDocument, image?: SharedArrayBuffer): boolean {
    if (document.version !== (this.current()?.version ?? 0) + 1) return false;
    if (image !== undefined && image.byteLength > this.#roomBytes) {
      throw noRoomForTable(image.byteLength, this.#roomBytes);
    }
    this.#documents.push(structuredClone(document));
    if (image !== undefined) this.#images.set(document.version, image.slice(0));
    if (this.#documents.length > CONFIGURATION_VERSIONS_MAX) this.#documents.shift();
    const named = new Set(this.#documents.flatMap(({ network }) => imagesOf(network)));
    for (const version of this.#images.keys()) if (!named.has(version)) this.#images.delete(version);
    return true;
  }

  image(version: number): SharedArrayBuffer | null {
    return this.#images.get(version)?.slice(0) ?? null;
  }
}

class MemorySpool implements CdrSpool {
  readonly prefetch = atOnce;
  #records: SpooledRecord[] = [];
  #usedBytes = 0;
  #lastPosition = 0;
  readonly #cursors = new Map<string, SinkCursor>();
  readonly #taken = new Map<string, number>();
  readonly #roomBytes: number;

  constructor(roomBytes: number) {
    this.#roomBytes = roomBytes;
  }

  taken(journal: string): number {
    return this.#taken.get(journal) ?? 0;
  }

  append(records: readonly Uint8Array[], taken: ReadonlyMap<string, number> = new Map()): void {
    let addedBytes = 0;
    for (const record of records) addedBytes += record.length;
    if (this.#usedBytes + addedBytes > this.#roomBytes) throw storeFull(this.#roomBytes);
    this.#usedBytes += addedBytes;
    for (const [journal, position] of taken) this.#taken.set(journal, position);
    for (const record of records) {
      this.#lastPosition++;
      this.#records.push({ position: this.#lastPosition, record: record.slice() });
    }
  }

  after(position: number, limit: number): readonly SpooledRecord[] {
    const start = Math.max(0, position - this.#firstPosition() + 1);
    return this.#records.slice(start, start + limit);
  }

  before(position: number, limit: number): readonly SpooledRecord[] {
    const end = Math.max(0, Math.min(this.#records.length, position - this.#firstPosition()));
    return this.#records.slice(Math.max(0, end - limit), end).reverse();
  }

  at(position: number): Uint8Array | null {
    return this.#records[position - this.#firstPosition()]?.record ?? null;
  }

  lastPosition(): number {
    return this.#lastPosition;
  }

  count(): number {
    return this.#records.length;
  }

  cursor(sink: string): SinkCursor | null {
    return this.#cursors.get(sink) ?? null;
  }

  saveCursor(sink: string, cursor: SinkCursor): void {
    this.#cursors.set(sink, { position: cursor.position, state: cursor.state });
  }

  trim(keep: number, limit: number, exported: number): number {
    const spare = Math.min(this.#records.length - keep, limit, exported - this.#firstPosition() + 1);
    if (spare <= 0) return 0;
    for (const { record } of this.#records.slice(0, spare)) this.#usedBytes -= record.length;
    this.#records = this.#records.slice(spare);
    return spare;
  }

  useRatio(): number {
    return this.#usedBytes / this.#roomBytes;
  }

  #firstPosition(): number {
    return this.#records[0]?.position ?? this.#lastPosition + 1;
  }
}

class MemoryIndex implements IndexStore {
  readonly prefetch = atOnce;
  readonly #segments = new Map<number, { readonly span: SegmentSpan; readonly buckets: Map<number, Uint8Array> }>();

  firstSegment(): number {
    return this.#segments.size === 0 ? -1 : Math.min(...this.#segments.keys());
  }

  lastSegment(): number {
    return Math.max(-1, ...this.#segments.keys());
  }

  span(segment: number): SegmentSpan | null {
    return this.#segments.get(segment)?.span ?? null;
  }

  bucket(segment: number, bucket: number): Uint8Array | null {
    return this.#segments.get(segment)?.buckets.get(bucket) ?? null;
  }

  putSegment(...[segment, span, buckets]: Parameters<IndexStore['putSegment']>): void {
    this.#segments.set(segment, { span, buckets: new Map(buckets.map(({ bucket, bytes }) => [bucket, bytes])) });
  }

  dropBefore(segment: number): void {
    const oldest = Math.min(...this.#segments.keys());
    if (oldest < segment) this.#segments.delete(oldest);
  }
}

class MemoryColumns implements ColumnStore {
  readonly prefetch = atOnce;
  readonly #segments = new Map<number, Uint8Array>();
  readonly #roomBytes: number;

  constructor(roomBytes: number) {
    this.#roomBytes = roomBytes;
  }

  first(): number {
    return this.#segments.size === 0 ? -1 : Math.min(...this.#segments.keys());
  }

  last(): number {
    return Math.max(-1, ...this.#segments.keys());
  }

  get(segment: number): Uint8Array | null {
    return this.#segments.get(segment)?.slice() ?? null;
  }

  put(segment: number, bytes: Uint8Array): void {
    this.#segments.set(segment, bytes.slice());
  }

  drop(segment: number): void {
    this.#segments.delete(segment);
  }

  useRatio(): number {
    let sizeBytes = 0;
    for (const bytes of this.#segments.values()) sizeBytes += bytes.length;
    return sizeBytes / this.#roomBytes;
  }
}

/** Everything is in memory. */
function atOnce(): Promise<void> {
  return Promise.resolve();
}
