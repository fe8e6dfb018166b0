// All who follow the spool: the index, the history of reports, the ledger, the sinks. They are told once a second, one
// after the other, so that a second's records are unpacked once, and each commits once.

import type { CdrSpool } from '../store/ports.ts';
import type { CdrIndex } from './cdr/index/cdr-index.ts';
import type { SinkRunner } from './cdr/sink-runner.ts';
import type { AccountBook } from './ledger/account-book.ts';
import type { CallHistory } from './reports/call-history.ts';

/** How old a record may get before they are told, ms. */
const PERIOD_MS = 1_000;
/** How often they take in a batch in one tick, at most: they may have much to catch up on. */
const BATCHES_MAX = 4;

const SINK_FAULT = 'the place of a CDR sink cannot be kept';

/** Who follows which spool. */
export interface FollowedSpool {
  readonly spool: CdrSpool;
  readonly index: CdrIndex;
  readonly history: CallHistory;
  readonly accounts: AccountBook;
  readonly sinks: readonly SinkRunner[];
}

/** What `action` answers; null when a fault of the disk has stopped it, which is told by `sentence`. */
export type Tried = <T>(sentence: string, action: () => T) => T | null;

/** The followers of one spool. */
export class SpoolFollowers {
  readonly #followed: FollowedSpool;
  readonly #tried: Tried;
  #dueAtMs = Number.NEGATIVE_INFINITY;

  constructor(followed: FollowedSpool, tried: Tried) {
    this.#followed = followed;
    this.#tried = tried;
  }

  /** Tells them when it is time, or when they did not get to the end the last time. */
  tick(nowMs: number): void {
    const { sinks } = this.#followed;
    for (const sink of sinks) this.#tried(SINK_FAULT, () => sink.noticeSwitch());
    if (nowMs < this.#dueAtMs) return;
    for (let batch = 0; batch < BATCHES_MAX; batch++) {
      this.follow();
      for (const sink of sinks) this.#tried(SINK_FAULT, () => sink.tick(nowMs));
      if (!this.#areBehind()) break;
    }
    this.#dueAtMs = this.#areBehind() ? nowMs : nowMs + PERIOD_MS;
  }

  /** What the spool has is indexed, kept for reports and booked; answers how many records were booked. */
  follow(): number {
    const { index, history, accounts } = this.#followed;
    // Searches lack the newest records until it succeeds; what is not booked stays in the spool.
    this.#tried('CDRs cannot be indexed', () => index.follow());
    this.#tried('CDRs cannot be kept for reports', () => history.follow());
    return this.#tried('charges cannot be booked', () => accounts.book()) ?? 0;
  }

  #areBehind(): boolean {
    const { spool, index, history, accounts } = this.#followed;
    return index.backlog() > 0 || history.backlog() > 0 || accounts.position < spool.lastPosition();
  }
}
