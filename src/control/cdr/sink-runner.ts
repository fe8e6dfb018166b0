// Keeps one sink going: batch after batch while there is something, a pause when there is not, a longer one after
// a failure. A sink that is down delays only itself.

import type { Log } from '../../log.ts';
import type { CdrSpool } from '../../store/ports.ts';
import { unpackCdr } from '../../store/records.ts';
import { sentenceOf } from '../../tandem-error.ts';
import type { CdrSink } from './sink.ts';

/** Pause when the sink has all: how old a record may get before it is in the file, at most. */
const PAUSE_MS = 250;
const PAUSE_AFTER_FAILURE_MS = 2_000;

/** One sink and its progress. */
export class SinkRunner {
  readonly #sink: CdrSink;
  readonly #spool: CdrSpool;
  readonly #log: Log;
  #running: Promise<void> | null = null;
  #resumeAtMs = 0;
  #isFailing = false;
  #recovered = false;

  constructor(sink: CdrSink, spool: CdrSpool, log: Log) {
    this.#sink = sink;
    this.#spool = spool;
    this.#log = log;
  }

  get name(): string {
    return this.#sink.name;
  }

  /** True after a failure, until a batch succeeds. */
  get isFailing(): boolean {
    return this.#isFailing;
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

  /** Starts a round when one is due. */
  tick(nowMs: number): void {
    if (this.#running !== null || nowMs < this.#resumeAtMs) return;
    this.#running = this.#round(nowMs).finally(() => {
      this.#running = null;
    });
  }

  /** A last round, then closes the sink. */
  async finish(): Promise<void> {
    await this.#running;
    await this.#round(0);
    await this.#sink.close();
  }

  async #round(nowMs: number): Promise<void> {
    try {
      if (!this.#recovered) await this.#sink.recover();
      this.#recovered = true;
      while ((await this.#sink.pump()) > 0);
      if (this.#isFailing) this.#log.info({ sink: this.name }, 'CDR sink works again');
      this.#isFailing = false;
      this.#resumeAtMs = nowMs + PAUSE_MS;
    } catch (error) {
      if (!this.#isFailing) this.#log.error({ sink: this.name, why: sentenceOf(error) }, 'CDR sink failed');
      this.#isFailing = true;
      this.#resumeAtMs = nowMs + PAUSE_AFTER_FAILURE_MS;
    }
  }
}
