// How long CDRs stay for questions: until when the oldest ones of the spool ended.

import type { CdrSpool } from '../../store/ports.ts';
import { unpackCdr } from '../../store/records.ts';

/**
 * Place of the last of the `limit` oldest records that ended before `wallMs`; 0 when none did. Records are spooled in
 * the order in which calls end, but for some seconds, and that is near enough here.
 */
export function lastEndedBefore(spool: CdrSpool, wallMs: number, limit: number): number {
  const oldest = spool.after(0, 1)[0]?.position;
  if (oldest === undefined) return 0;
  let low = oldest;
  for (let high = Math.min(oldest + limit, spool.lastPosition() + 1); low < high; ) {
    const middle = Math.floor((low + high) / 2); // Positions pass 32 bits.
    if (endedAt(spool, middle) < wallMs) low = middle + 1;
    else high = middle;
  }
  return low === oldest ? 0 : low - 1;
}

/** When the oldest call whose record is there ended, near enough; null where no record has gone yet. */
export function oldestEndWallMs(spool: CdrSpool): number | null {
  const oldest = spool.after(0, 1)[0]?.position ?? spool.lastPosition() + 1;
  return oldest === 1 ? null : endedAt(spool, oldest);
}

function endedAt(spool: CdrSpool, position: number): number {
  const record = spool.at(position);
  if (record === null) return Number.POSITIVE_INFINITY;
  const { endedAtWallMs, setupAtWallMs } = unpackCdr(record);
  return endedAtWallMs ?? setupAtWallMs;
}
