// Keeps one sink going: batch after batch while there is something, until the next tick when there is not, a longer
// pause after each failure in a row. A sink that is down delays only itself.

import type { Log } from '../../log.ts';
import type { CdrSpool } from '../../store/ports.ts';
import { unpackCdr } from '../../store/records.ts';
import { sentenceOf } from '../../tandem-error.ts';
import { isDoneWithin } from '../deadline.ts';
import type { CdrSink } from './sink.ts';

/** Pause after a failure; twice as long after the next one in a row, up to the longest. */
const PAUSE_AFTER_FAILURE_MS = 1_000;
const PAUSE_AFTER_FAILURE_MAX_MS = 30_000;

/**
 * How long the last round may take, ms. Calls are served no more, and the next start waits for it; what a sink lacks
 * then stays in the spool.
 */
const FINISH_MS = 1_000;

/** How long a closed one may go on, ms: as long as a client of MariaDB or NATS that still opens its socket, else. */
const ABANDON_MS = 500;

/** State of the cursor of a sink that was switched off: when it is switched on it begins anew, by a start too. */
const SWITCHED_OFF = JSON.stringify({ isOff: true });

/** One sink and its progress. */
export class SinkRunner {
  readonly #sink: CdrSink;
  readonly #spool: CdrSpool;
  readonly #log: Log;
  readonly #isOn: () => boolean;
  #wasOn: boolean;
  #running: Promise<void> | null = null;
  #resumeAtMs = 0;
  #failuresInARow = 0;
  #isStopping = false;
  #needsRecovery = true;
  /** Rounds that failed since the start. */
  failureCount = 0;
  /** Why the last round failed; '' when it did not. */
  why = '';

  /** `isOn`: asked at every tick of control; one that is switched on gets the records from then on. */
  constructor(sink: CdrSink, spool: CdrSpool, log: Log, isOn: () => boolean = () => true) {
    this.#sink = sink;
    this.#spool = spool;
    this.#log = log;
    this.#isOn = isOn;
    this.#wasOn = isOn() && !this.#isNotedOff();
  }

  get name(): string {
    return this.#sink.name;
  }

  /** Whether it gets records now, and the spool keeps for it what it lacks. */
  get isOn(): boolean {
    return this.#isOn();
  }

  /** True after a failure, until a batch succeeds. */
  get isFailing(): boolean {
    return this.#failuresInARow > 0;
  }

  /** The last spooled record it has. */
  get position(): number {
    return this.#sink.position;
  }

  /** Records it has not got yet. */
  backlog(): number {
    return Math.max(0, this.#spool.lastPosition() - this.#sink.position);
  }

  /** Seconds since the oldest record it lacks ended; 0 when it has all. */
  lagSeconds(wallNowMs: number): number {
    const oldest = this.#spool.after(this.#sink.position, 1)[0];
    if (oldest === undefined) return 0;
    const { endedAtWallMs, setupAtWallMs } = unpackCdr(oldest.record);
    return Math.max(0, wallNowMs - (endedAtWallMs ?? setupAtWallMs)) / 1000;
  }

  /** Switched on, it begins with the next record. Throws what the spool throws; then it is noticed the next time. */
  noticeSwitch(): void {
    const isOn = this.#isOn();
    if (isOn && !this.#wasOn) this.#beginHere();
    this.#wasOn = isOn;
    // A round that is under way leaves its own cursor.
    if (!isOn && this.#running === null && !this.#isNotedOff()) this.#moveTo(this.position, SWITCHED_OFF);
  }

  /** Starts a round when one is due. */
  tick(nowMs: number): void {
    this.noticeSwitch();
    if (!this.#wasOn || this.#running !== null || nowMs < this.#resumeAtMs) return;
    this.#running = this.#round(nowMs).finally(() => {
      this.#running = null;
    });
  }

  /** A last round, then closes the sink. What a failing one lacks stays in the spool, and what there is no time for. */
  async finish(): Promise<void> {
    this.#isStopping = this.isFailing;
    await isDoneWithin(FINISH_MS, this.#lastRound());
    await this.abandon();
  }

  /** Closes the sink, whatever it waits for. Resolves when it does nothing any more, or cannot be cut off. */
  async abandon(): Promise<void> {
    this.#isStopping = true;
    await this.#letGo();
    await isDoneWithin(ABANDON_MS, this.#running ?? Promise.resolve());
    await this.#letGo();
  }

  async #lastRound(): Promise<void> {
    await this.#running;
    if (!this.#isOn() || this.isFailing || this.#isStopping) return;
    this.#running = this.#round(0);
    await this.#running;
  }

  /** Closed, what it waits for ends as well. */
  async #letGo(): Promise<void> {
    try {
      await this.#sink.close();
    } catch (error) {
      this.#log.error({ sink: this.name, why: sentenceOf(error) }, 'CDR sink failed');
    }
  }

  #beginHere(): void {
    this.#moveTo(this.#spool.lastPosition(), '');
    this.#needsRecovery = true;
  }

  #isNotedOff(): boolean {
    return this.#spool.cursor(this.name)?.state === SWITCHED_OFF;
  }

  #moveTo(position: number, state: string): void {
    this.#spool.saveCursor(this.name, { position, state });
  }

  async #round(nowMs: number): Promise<void> {
    try {
      if (this.#needsRecovery) await this.#sink.recover();
      this.#needsRecovery = false;
      while ((await this.#sink.pump()) > 0 && !this.#isStopping);
      if (this.isFailing) this.#log.info({ sink: this.name }, 'CDR sink works again');
      this.#failuresInARow = 0;
      this.why = '';
    } catch (error) {
      const why = sentenceOf(error);
      // Behind a first failure a later one says more: which record it is.
      if (!this.isFailing || why !== this.why) this.#log.error({ sink: this.name, why }, 'CDR sink failed');
      this.why = why;
      this.#resumeAtMs = nowMs + pauseAfter(this.#failuresInARow);
      this.#failuresInARow += 1;
      this.failureCount += 1;
      this.#needsRecovery = true;
    }
  }
}

function pauseAfter(failuresInARow: number): number {
  return Math.min(PAUSE_AFTER_FAILURE_MS * 2 ** failuresInARow, PAUSE_AFTER_FAILURE_MAX_MS);
}
