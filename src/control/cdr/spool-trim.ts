// What goes from the spool, once a second, so that it has room for what comes.

import type { Stores } from '../../store/ports.ts';
import type { AccountBook } from '../ledger/account-book.ts';
import type { CallHistory } from '../reports/call-history.ts';
import type { CdrIndex } from './index/cdr-index.ts';
import { lastEndedBefore } from './online-window.ts';
import type { SinkRunner } from './sink-runner.ts';

/** How long CDRs are kept for questions after every sink has them, while there is room. */
const ONLINE_WINDOW_MS = 30 * 24 * 3_600_000;
/** Share of the store's room above which those that every sink has go earlier. */
const ROOM_USE_RATIO_MAX = 0.6;
/** How long reports know of calls, and the share of the store's room that this may take. */
const HISTORY_MS = 400 * 24 * 3_600_000;
const HISTORY_USE_RATIO_MAX = 0.1;
/** Dropped in one go, once a second: more than arrive, and a few ms of work. */
const TRIM_RECORDS_MAX = 4_000;

/** All that read the spool. */
export interface SpoolReaders {
  readonly stores: Stores;
  readonly sinks: readonly SinkRunner[];
  readonly accounts: AccountBook;
  readonly index: CdrIndex;
  readonly history: CallHistory;
}

/**
 * What every sink has, the ledger and the history, may go, oldest first: when it is older than the online window, or
 * its room is needed. So do the oldest charges.
 */
export function trimSpool({ stores, sinks, accounts, index, history }: SpoolReaders, wallMs: number): void {
  const { spool, useRatio } = stores;
  const positions = sinks.filter(({ isOn }) => isOn).map(({ position }) => position);
  const exported = Math.min(accounts.position, history.position, ...positions);
  accounts.rollUp();
  const surplus = Math.max(0, 1 - ROOM_USE_RATIO_MAX / useRatio());
  const surplusCount = Math.min(TRIM_RECORDS_MAX, Math.ceil(surplus * spool.count()));
  if (surplusCount > 0) trim(surplusCount, exported);
  const old = lastEndedBefore(spool, wallMs - ONLINE_WINDOW_MS, TRIM_RECORDS_MAX);
  if (old > 0) trim(TRIM_RECORDS_MAX, Math.min(old, exported));
  index.trim();
  history.trim(wallMs - HISTORY_MS, HISTORY_USE_RATIO_MAX);

  function trim(limit: number, upTo: number): void {
    const oldest = spool.after(0, 1)[0]?.position ?? 0;
    history.release(Math.min(upTo, oldest + limit - 1));
    spool.trim(1, limit, upTo);
  }
}
