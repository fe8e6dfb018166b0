// Whether what is kept of finished calls agrees: the index, the history and the ledger with the records of the spool,
// and their fees with the rates of their version. A page is the records of one segment, which is made anew from them
// and compared, so a check of ten million is many short answers and nothing waits for it.

import { chargesOf } from '../../../core/rating/bill.ts';
import type { Stores } from '../../../store/ports.ts';
import { PastRates } from '../../rates/past-rates.ts';
import type { CallHistory } from '../../reports/call-history.ts';
import { CallTables } from '../../reports/call-tables.ts';
import { endedAt, KEYS_OF_RECORD_MAX, writeEarlierKeys, writeKeys } from '../index/search-keys.ts';
import { BUCKETS, type Bucket, OpenSegment, SEGMENT_RECORDS } from '../index/segment.ts';
import { type SpooledCdr, UnpackedSpool } from '../unpacked-spool.ts';
import { checkFees } from './fee-check.ts';

/** Something that does not agree. */
export interface CdrFault {
  /** Place in the spool; of a segment its first. */
  readonly position: number;
  /** Of the CDR; '' where a segment is meant. */
  readonly id: string;
  readonly fault: string;
}

/** What one page found. */
export interface VerifiedPage {
  /** Records looked at, and those of them whose charge the ledger still has by itself. */
  readonly recordCount: number;
  readonly chargedCount: number;
  /** Answered calls whose fees were computed again, and those whose rates are not kept any more. */
  readonly ratedCount: number;
  readonly unratedCount: number;
  /** Segments of the index, and of the history, that were compared. */
  readonly indexCount: number;
  readonly historyCount: number;
  readonly faults: readonly CdrFault[];
  /** The ids of the records, in their order. */
  readonly ids: readonly string[];
  /** Where the next page begins, for `after`; null when there is none. */
  readonly after: number | null;
}

/** What is compared. */
export interface VerifyGround {
  readonly stores: Stores;
  readonly history: CallHistory;
}

/** The counts of a page that has nothing. */
export const NOTHING_FOUND = {
  recordCount: 0,
  chargedCount: 0,
  ratedCount: 0,
  unratedCount: 0,
  indexCount: 0,
  historyCount: 0,
} as const;

/** Looks at the records after place `after`, up to the end of their segment. */
export function verifyCdrs({ stores, history }: VerifyGround, after: number): VerifiedPage {
  const { spool } = stores;
  const first = spool.after(after, 1)[0]?.position;
  if (first === undefined) {
    return { ...NOTHING_FOUND, faults: [], ids: [], after: null };
  }
  const segment = Math.floor((first - 1) / SEGMENT_RECORDS);
  const end = (segment + 1) * SEGMENT_RECORDS;
  const records = recordsUpTo(stores, first - 1, end);
  const faults: CdrFault[] = [];
  const begin = segment * SEGMENT_RECORDS + 1;
  const isWhole = first === begin && records.length === SEGMENT_RECORDS;
  // The oldest may have gone since the page before.
  const isMissing = first > after + 1 && after > 0 && first !== spool.after(0, 1)[0]?.position;
  if (isMissing) faults.push(fault(after + 1, 'records are missing between others'));
  const hasIndex = isWhole && stores.index.span(segment) !== null;
  if (hasIndex) faults.push(...indexFaults(stores, segment, records));
  // Of a segment whose oldest records have gone, the history knows more than can be compared.
  const hasHistory = first === begin && history.position >= (records.at(-1)?.position ?? 0);
  if (hasHistory && !agreesWithHistory(history, segment, records)) {
    faults.push(fault(begin, 'reports are counted from something else than these records'));
  }
  const charged = ledgerFaults(stores, records);
  const rated = feeFaults(stores, records);
  faults.push(...charged.faults, ...rated.faults);
  return {
    recordCount: records.length,
    chargedCount: charged.count,
    ratedCount: rated.count,
    unratedCount: rated.unratedCount,
    indexCount: Number(hasIndex),
    historyCount: Number(hasHistory),
    faults,
    ids: records.map(({ cdr }) => cdr.id),
    after: spool.lastPosition() > (records.at(-1)?.position ?? 0) ? (records.at(-1)?.position ?? null) : null,
  };
}

function recordsUpTo({ spool }: Stores, after: number, end: number): SpooledCdr[] {
  const unpacked = new UnpackedSpool(spool);
  const records: SpooledCdr[] = [];
  for (let position = after; position < end; ) {
    const next = unpacked.after(position, end - position).filter((record) => record.position <= end);
    if (next.length === 0) break;
    records.push(...next);
    position = next.at(-1)?.position ?? end;
  }
  return records;
}

/** A segment of an earlier release keeps the keys that it had. */
function indexFaults({ index }: Stores, segment: number, records: readonly SpooledCdr[]): CdrFault[] {
  const begin = segment * SEGMENT_RECORDS + 1;
  for (const write of [writeKeys, writeEarlierKeys]) {
    const made = segmentOf(records, write);
    if (!hasBuckets(index, segment, made.seal())) continue;
    const span = index.span(segment);
    const isSpan = String(span?.firstEndsWallMs) === String(made.firstEndsWallMs);
    return isSpan ? [] : [fault(begin, 'searches go by times that are not those of these records')];
  }
  return [fault(begin, 'searches go by keys that are not those of these records')];
}

function segmentOf(records: readonly SpooledCdr[], write: typeof writeKeys): OpenSegment {
  const made = new OpenSegment();
  for (const { cdr } of records) made.add(endedAt(cdr), KEYS_OF_RECORD_MAX, (keys, at) => write(cdr, keys, at));
  return made;
}

function hasBuckets(index: Stores['index'], segment: number, made: readonly Bucket[]): boolean {
  const buckets = new Map(made.map(({ bucket, bytes }) => [bucket, bytes]));
  for (let bucket = 0; bucket < BUCKETS; bucket++) {
    if (!isSame(index.bucket(segment, bucket), buckets.get(bucket) ?? null)) return false;
  }
  return true;
}

function agreesWithHistory(history: CallHistory, segment: number, records: readonly SpooledCdr[]): boolean {
  const made = new CallTables();
  for (const { cdr } of records) made.add(cdr);
  const kept = history.segment(segment, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY);
  return kept !== null && made.isLike(kept);
}

/** Charges that were rolled up into a sum of their account can be compared no more. */
function ledgerFaults(
  { ledger }: Stores,
  records: readonly SpooledCdr[],
): { readonly faults: CdrFault[]; readonly count: number } {
  const [booked, keptFrom] = [ledger.position(), ledger.keptFrom()];
  const faults: CdrFault[] = [];
  let count = 0;
  for (const { position, cdr } of records) {
    if (position > booked || cdr.id < keptFrom) continue;
    const due = chargesOf(cdr);
    const charged = ledger.charge(cdr.id);
    count += Number(charged !== null);
    if (textOf(due) === textOf(charged ?? [])) continue;
    const sentence = `the ledger charged ${textOf(charged ?? [])}, and its fees are ${textOf(due)}`;
    faults.push({ position, id: cdr.id, fault: sentence });
  }
  return { faults, count };
}

function feeFaults(
  { configuration }: Stores,
  records: readonly SpooledCdr[],
): { readonly faults: CdrFault[]; readonly count: number; readonly unratedCount: number } {
  const pastRates = new PastRates(configuration);
  const faults: CdrFault[] = [];
  let [count, unratedCount] = [0, 0];
  // Calls of several versions end among each other, and to have the rates of one takes some milliseconds.
  const answered = records.filter(({ cdr }) => cdr.answeredAtWallMs !== null).sort(byVersion);
  for (const { position, cdr } of answered) {
    const found = checkFees(cdr, pastRates);
    if (found === null) unratedCount += 1;
    else count += 1;
    if (found) faults.push({ position, id: cdr.id, fault: `by the rates of version ${cdr.snapshotVersion} ${found}` });
  }
  return { faults: faults.sort((one, other) => one.position - other.position), count, unratedCount };
}

function byVersion({ cdr: one }: SpooledCdr, { cdr: other }: SpooledCdr): number {
  return one.snapshotVersion - other.snapshotVersion || one.setupAtWallMs - other.setupAtWallMs;
}

function textOf(losses: readonly { readonly account: string; readonly nanos: bigint }[]): string {
  return losses.length === 0 ? 'nothing' : losses.map(({ account, nanos }) => `${account} ${nanos}`).join(', ');
}

function fault(position: number, sentence: string): CdrFault {
  return { position, id: '', fault: sentence };
}

function isSame(one: Uint8Array | null, other: Uint8Array | null): boolean {
  if (one === null || other === null) return one === other;
  return Buffer.compare(one, other) === 0;
}
