// Calls rated again: each rating is counted in a thread of its own, to which control passes the records, and may then
// be booked as one correction for each account. One at a time.

import { once } from 'node:events';
import { MessageChannel, type MessagePort } from 'node:worker_threads';
import type { PaymentEntry } from '../../store/ledger.ts';
import type { CdrSpool } from '../../store/ports.ts';
import { sentenceOf, TandemError } from '../../tandem-error.ts';
import { jobThread } from '../../thread-pool.ts';
import { oldestEndWallMs } from '../cdr/online-window.ts';
import type { AccountBook } from '../ledger/account-book.ts';
import type { ControlFault } from '../messages.ts';
import type { CallHistory } from '../reports/call-history.ts';
import type { Configuration } from '../tables/configuration.ts';
import { type Correction, checkOverlaps, correctionsIn, type DueSums, dueOf } from './corrections.ts';
import type { RatedAgain, RateOrder } from './rate-again.ts';
import { type RatingWish, rateOrderOf } from './rate-order.ts';
import { recordBatches } from './record-batches.ts';
import type { ToRerate } from './rerate-thread.ts';

/** What ratings are made from. */
export interface ReratingGround {
  readonly spool: CdrSpool;
  readonly history: CallHistory;
  readonly configuration: Configuration;
  readonly accounts: AccountBook;
  readonly wallNow: () => number;
}

/** A rating as it is told. */
export interface ReratingView extends Omit<RatedAgain, 'sums'> {
  readonly id: number;
  readonly state: 'counting' | 'counted' | 'booked' | 'failed';
  readonly wish: RatingWish;
  /** Records looked at so far. */
  readonly recordCount: number;
  readonly sums: readonly DueSums[];
  /** When the oldest call whose record is there ended, where older ones have gone; null where none has. */
  readonly knownFromWallMs: number | null;
  /** What was booked; empty where nothing was due. */
  readonly entries: readonly PaymentEntry[];
  readonly fault: ControlFault | null;
}

/** Ratings that can still be asked about. */
const RATINGS_KEPT = 20;
const NOTHING: RatedAgain = { sums: [], differences: [], differenceCount: 0, leftOutCount: 0 };

/** One rating. */
class Rating {
  state: ReratingView['state'] = 'counting';
  recordCount = 0;
  result = NOTHING;
  entries: readonly PaymentEntry[] = [];
  fault: ControlFault | null = null;
  readonly abort = new AbortController();
  ended: Promise<void> = Promise.resolve();
  readonly id: number;
  readonly wish: RatingWish;
  /** Once it is counted: as it is then, for records may go meanwhile. */
  knownFromWallMs: number | null;
  readonly begunAtWallMs: number;

  constructor(id: number, wish: RatingWish, knownFromWallMs: number | null, begunAtWallMs: number) {
    this.id = id;
    this.wish = wish;
    this.knownFromWallMs = knownFromWallMs;
    this.begunAtWallMs = begunAtWallMs;
  }
}

/** The ratings of one switch. */
export class Reratings {
  readonly #ground: ReratingGround;
  readonly #pool = jobThread(new URL('./rerate-thread.js', import.meta.url), 'runRerate');
  readonly #ratings: Rating[] = [];
  #lastId = 0;

  constructor(ground: ReratingGround) {
    this.#ground = ground;
  }

  /** Begins to count. Throws TANDEM_RERATING_RUNNING while another one counts, and what `rateOrderOf` throws. */
  begin(wish: RatingWish): ReratingView {
    const running = this.#ratings.find(({ state }) => state === 'counting');
    if (running !== undefined) {
      throw new TandemError('TANDEM_RERATING_RUNNING', `Rating ${running.id} is still counted. Wait for it.`);
    }
    const { spool, history, configuration, wallNow } = this.#ground;
    const wallMs = wallNow();
    const order = rateOrderOf(configuration, wish, { knownFromWallMs: history.knownFromWallMs() ?? wallMs, wallMs });
    const rating = new Rating(++this.#lastId, wish, oldestEndWallMs(spool), wallMs);
    rating.ended = this.#count(rating, order).then(
      (result) => {
        rating.result = result;
        rating.knownFromWallMs = oldestEndWallMs(spool);
        rating.state = 'counted';
      },
      (error: unknown) => {
        rating.fault = { code: 'TANDEM_RERATING_FAILED', message: sentenceOf(error), refusals: [] };
        rating.state = 'failed';
      },
    );
    this.#ratings.push(rating);
    if (this.#ratings.length > RATINGS_KEPT) this.#ratings.shift();
    return this.#viewOf(rating);
  }

  /** How a rating is. Throws TANDEM_RERATING_UNKNOWN. */
  view(id: number): ReratingView {
    return this.#viewOf(this.#find(id));
  }

  /** As `view`, once it is counted. */
  async whenCounted(id: number): Promise<ReratingView> {
    await this.#find(id).ended;
    return this.view(id);
  }

  /** Corrections that were booked, newest first; of one account, or of all where it is null. */
  corrections(account: string | null): Correction[] {
    return correctionsIn(this.#ground.accounts.payments(account, Number.POSITIVE_INFINITY));
  }

  /**
   * Books what is due, one correction for each account, all or none; nothing more where it was booked already. Throws
   * TANDEM_RERATING_UNKNOWN, TANDEM_RERATING_REFUSED, TANDEM_RERATING_OVERLAPS.
   */
  book(id: number, { operator, memo }: { readonly operator: string; readonly memo: string }): ReratingView {
    const rating = this.#find(id);
    if (rating.state === 'booked') return this.#viewOf(rating);
    this.#checkBooking(rating);
    const { account: _, differencesMax: __, ...calls } = rating.wish;
    const atWallMs = this.#ground.wallNow();
    const due = this.#dueSums(rating);
    checkOverlaps(due);
    this.#checkCurrencies(due);
    rating.entries = this.#ground.accounts.payAll(
      due.flatMap(({ account, dueNanos: nanos, callCount, unratedCount, beforeNanos, nowNanos }) => {
        if (nanos === null || nanos === 0n) return [];
        const rerating = { ...calls, callCount, unratedCount, beforeNanos, nowNanos };
        return { account, kind: 'correction', nanos, operator, memo: memo || 'rated again', atWallMs, rerating };
      }),
    );
    rating.state = 'booked';
    return this.#viewOf(rating);
  }

  /** Ends what is counted, and the threads. */
  async stop(): Promise<void> {
    for (const { abort } of this.#ratings) abort.abort();
    await Promise.all(this.#ratings.map(({ ended }) => ended));
    await this.#pool.destroy();
  }

  async #count(rating: Rating, order: RateOrder): Promise<RatedAgain> {
    const { port1, port2 } = new MessageChannel();
    const counted = this.#pool.run({ order, port: port2 }, [port2], rating.abort.signal) as Promise<RatedAgain>;
    try {
      const { spool, history } = this.#ground;
      for (const batch of recordBatches(spool, history, order.calls)) {
        const count = batch.ends.length; // It goes to the thread, and is gone here.
        await Promise.race([answered(port1, { kind: 'records', ...batch }), counted]);
        rating.abort.signal.throwIfAborted();
        rating.recordCount += count;
      }
      port1.postMessage({ kind: 'end' } satisfies ToRerate);
      return await counted;
    } catch (error) {
      rating.abort.abort();
      await counted.catch(() => undefined); // What stopped it is told already.
      throw error;
    } finally {
      port1.close();
    }
  }

  #checkBooking({ state, wish, knownFromWallMs, begunAtWallMs, fault }: Rating): void {
    if (state === 'counting') throw refused('It is not counted yet');
    if (state === 'failed') throw refused(`It was not counted: ${fault?.message}`);
    if (wish.untilWallMs > this.#ground.wallNow()) throw refused('Its time is not over: more calls may come');
    if (wish.untilWallMs > begunAtWallMs) throw refused('Its time was not over when it was counted: rate once more');
    if (knownFromWallMs !== null && wish.fromWallMs < knownFromWallMs) {
      const since = new Date(knownFromWallMs).toISOString();
      throw refused(`The CDRs of calls that ended before ${since} have gone: begin there or later`);
    }
  }

  #checkCurrencies(due: readonly DueSums[]): void {
    for (const { account: name, currency } of due) {
      const account = this.#ground.configuration.account(name);
      if (account === null || account.currency === currency) continue;
      const sentence = `Account ${name} had its money in ${currency} when it was counted, and has it in`;
      throw refused(`${sentence} ${account.currency || 'no currency'}: rate once more`);
    }
  }

  #viewOf(rating: Rating): ReratingView {
    const { id, state, wish, recordCount, knownFromWallMs, entries, fault } = rating;
    const { sums: _, ...result } = rating.result;
    return { id, state, wish, recordCount, ...result, sums: this.#dueSums(rating), knownFromWallMs, entries, fault };
  }

  #dueSums({ wish, result }: Rating): DueSums[] {
    const corrections = result.sums.length === 0 ? [] : this.corrections(null);
    return result.sums.map((sums) => {
      return { ...sums, ...dueOf(sums, wish, corrections) };
    });
  }

  #find(id: number): Rating {
    const rating = this.#ratings.find((one) => one.id === id);
    if (rating === undefined) throw new TandemError('TANDEM_RERATING_UNKNOWN', `There is no rating ${id}.`);
    return rating;
  }
}

async function answered(port: MessagePort, message: ToRerate & { readonly kind: 'records' }): Promise<void> {
  port.postMessage(message, [message.bytes.buffer as ArrayBuffer, message.ends.buffer as ArrayBuffer]);
  await once(port, 'message');
}

function refused(sentence: string): TandemError {
  return new TandemError('TANDEM_RERATING_REFUSED', `Nothing was booked. ${sentence}.`);
}
