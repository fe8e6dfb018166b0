// What the switch asks of a store. Two makers answer, lmdb.ts and memory.ts, and one contract test runs
// against both. Writes are committed when they return: a kill -9 afterwards loses nothing. They are on the disk
// itself after `flush`, which control asks for five times a second: that is what a power cut can cost.

import type { Ledger } from './ledger.ts';
import type { Network, SlotAssignment } from './network.ts';

/** One version of the configuration, without its content. */
export interface ConfigurationVersion {
  /** From 1 up, no gaps. */
  readonly version: number;
  readonly author: string;
  readonly note: string;
  readonly atWallMs: number;
}

/** One version with its content. */
export interface ConfigurationDocument extends ConfigurationVersion {
  readonly network: Network;
  /** Every name that ever had a slot, those without a gateway today included. */
  readonly slots: readonly SlotAssignment[];
}

/** Versions kept; the oldest goes when one more comes. */
export const CONFIGURATION_VERSIONS_MAX = 100;

/**
 * The network, one document a version, with its history; beside it the large tables that it names, as they lie in
 * shared memory.
 */
export interface ConfigurationStore {
  /** The newest version; null before the first. */
  current(): ConfigurationDocument | null;
  /** A version that is kept; null for any other. */
  version(version: number): ConfigurationDocument | null;
  /** Kept versions, newest first, at most `limit`. */
  versions(limit: number): readonly ConfigurationVersion[];
  /**
   * Adds the version after the newest, and the image that comes with it, which is from then on named by the number of
   * the version. Images that no kept version names go. False, and nothing done, when it is not the next: somebody else
   * was faster. Throws TANDEM_STORE_FULL, nothing done, when the image has no room.
   */
  commit(document: ConfigurationDocument, image?: SharedArrayBuffer): boolean;
  /** A copy of an image in shared memory; null when no kept version names it. */
  image(version: number): SharedArrayBuffer | null;
  /** Brings the images of the newest version into memory, on other threads; resolves when they are there. */
  prefetch(): Promise<void>;
}

/** A spooled record and its place: places count from 1, in the order of arrival, and are never given twice. */
export interface SpooledRecord {
  readonly position: number;
  readonly record: Uint8Array;
}

/** How far a sink is. */
export interface SinkCursor {
  /** The last record it has for certain; 0 for none. */
  readonly position: number;
  /** What the sink wants to remember with it; the store does not read it. */
  readonly state: string;
}

/** Finished CDRs on their way to the sinks, and for a while after. */
export interface CdrSpool {
  /**
   * Appends all records in one commit; they are copied. `taken`: by journal, the position of the last CDR among them.
   * Throws TANDEM_STORE_FULL, nothing appended, when the store has no room.
   */
  append(records: readonly Uint8Array[], taken?: ReadonlyMap<string, number>): void;
  /** Position of the last CDR that came from `journal`; 0 for none. */
  taken(journal: string): number;
  /** Records after `position`, oldest first, at most `limit`. */
  after(position: number, limit: number): readonly SpooledRecord[];
  /** Records before `position` (Infinity for the newest), newest first, at most `limit`. */
  before(position: number, limit: number): readonly SpooledRecord[];
  /** The record at `position`; null when it is not there (any more). */
  at(position: number): Uint8Array | null;
  /** Brings records into memory, several at a time and on other threads; resolves when they are there. */
  prefetch(positions: readonly number[]): Promise<void>;
  /** Place of the newest record; 0 before the first. */
  lastPosition(): number;
  /** Records held. */
  count(): number;
  /** How far `sink` is; null when it is new. */
  cursor(sink: string): SinkCursor | null;
  saveCursor(sink: string, cursor: SinkCursor): void;
  /**
   * Drops the oldest records up to place `exported`, the last that every sink has, while more than `keep` (at least 1)
   * are held; at most `limit` of them. Answers how many went.
   */
  trim(keep: number, limit: number, exported: number): number;
}

/** When the records of a segment ended, wall clock ms. A block without any has Infinity and -Infinity. */
export interface SegmentSpan {
  /** The earliest end in each of its blocks of neighbouring records. */
  readonly firstEndsWallMs: readonly number[];
  /** The latest. */
  readonly lastEndsWallMs: readonly number[];
}

/** The finished segments of the index over the spool; control/cdr/index says what is in them. */
export interface IndexStore {
  /** Number of the oldest segment, and of the newest; -1 when there is none. */
  firstSegment(): number;
  lastSegment(): number;
  /** Null when there is no such segment. */
  span(segment: number): SegmentSpan | null;
  /** Bytes of one of its buckets; null when it is empty. */
  bucket(segment: number, bucket: number): Uint8Array | null;
  /** Brings these pieces of each segment into memory, on other threads; resolves when they are there. */
  prefetch(segments: readonly number[], pieces: readonly (number | 'span')[]): Promise<void>;
  /** Adds the next segment whole. Throws what the platform throws, nothing added. */
  putSegment(
    segment: number,
    span: SegmentSpan,
    buckets: readonly { readonly bucket: number; readonly bytes: Uint8Array }[],
  ): void;
  /** Drops the oldest segment when it is before `segment`. */
  dropBefore(segment: number): void;
}

/** Segments of what reports are counted from; control/reports says what is in them. */
export interface ColumnStore {
  /** Number of the oldest segment, and of the newest; -1 when there is none. */
  first(): number;
  last(): number;
  /**
   * Bytes of a segment, at a multiple of eight in their buffer; null when there is none of that number. They are good
   * until the next `get`.
   */
  get(segment: number): Uint8Array | null;
  /** Brings segments into memory, several at a time and on other threads; resolves when they are there. */
  prefetch(segments: readonly number[]): Promise<void>;
  /**
   * Puts a segment, in the place of the one of that number. When it returns the segment is on the disk itself, and so
   * are the records that were committed before, from which it was made. Throws what the platform throws, nothing
   * changed.
   */
  put(segment: number, bytes: Uint8Array): void;
  drop(segment: number): void;
  /** Share of the room of all stores that they take, 0 to 1. */
  useRatio(): number;
}

/** Small values by name, each written whole. */
export interface Keepsakes {
  /** Null before the first `keep`. */
  kept(name: string): unknown;
  /** Throws what the platform throws, nothing changed. */
  keep(name: string, value: unknown): void;
}

/** The stores of one data directory. */
export interface Stores {
  readonly configuration: ConfigurationStore;
  readonly spool: CdrSpool;
  readonly index: IndexStore;
  readonly history: ColumnStore;
  readonly ledger: Ledger;
  readonly keepsakes: Keepsakes;
  /** Share of its room in use, 0 to 1. */
  useRatio(): number;
  /** Resolves when all that was committed is on the disk. */
  flush(): Promise<void>;
  /** Flushes and closes. Nothing may be asked afterwards. */
  close(): Promise<void>;
}
