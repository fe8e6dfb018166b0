// Where a number has been ported to, asked over HTTP: GET url?number=...&caller=..., answered 200 with
// {"lrn": "14155550100", "jurisdiction": "interstate"}; `lrn` is empty, null or missing for a number that is not
// ported, `jurisdiction` may be interstate, intrastate, undetermined, or any of these three. Anything else is no
// answer.

import { LRN_ANSWER_MAX, LRN_REQUESTS_MAX } from '../../core/base/limits.ts';
import type { Jurisdiction, LrnAnswer, LrnQuestion } from '../../core/call/lrn-dips.ts';
import type { Log } from '../../log.ts';
import { sentenceOf } from '../../tandem-error.ts';
import { type WebPlace, webPlace } from '../web-place.ts';

const JURISDICTIONS: readonly string[] = ['interstate', 'intrastate', 'undetermined', ''];

/** Failures in between of which one is told to the log. */
const TOLD_EVERY = 100;

/** Asks one HTTP address. */
export class LrnSource {
  answeredCount = 0;
  failedCount = 0;
  readonly #place: WebPlace | null;
  readonly #log: Log;
  #openCount = 0;

  /** `url`: '' knows nothing. */
  constructor(url: string, log: Log) {
    this.#place = url === '' ? null : webPlace(url);
    this.#log = log;
  }

  /** Asks; `tell` is called once, with null when there is no answer in `timeoutMs` or none that can be read. */
  ask(
    { question, timeoutMs }: { readonly question: LrnQuestion; readonly timeoutMs: number },
    tell: (answer: LrnAnswer | null) => void,
  ): void {
    const place = this.#place;
    if (place === null || this.#openCount >= LRN_REQUESTS_MAX) {
      this.failedCount += 1;
      return tell(null);
    }
    this.#openCount += 1;
    this.#fetch(place, question, timeoutMs)
      .then(
        (answer) => {
          this.answeredCount += 1;
          tell(answer);
        },
        (error: unknown) => {
          if (this.failedCount % TOLD_EVERY === 0) this.#log.warn({ why: sentenceOf(error) }, 'LRN gives no answer');
          this.failedCount += 1;
          tell(null);
        },
      )
      .finally(() => {
        this.#openCount -= 1;
      });
  }

  async #fetch(
    { url: where, authorization }: WebPlace,
    { number, caller }: LrnQuestion,
    timeoutMs: number,
  ): Promise<LrnAnswer> {
    const url = new URL(where);
    url.searchParams.set('number', number);
    if (caller !== '') url.searchParams.set('caller', caller);
    const response = await fetch(url, {
      headers: authorization === '' ? {} : { authorization },
      signal: AbortSignal.timeout(timeoutMs),
      redirect: 'error',
    });
    if (response.status !== 200) throw new RangeError(`it answers ${response.status}`);
    return answerIn(await textOf(response));
  }
}

/** The body, if it is not longer than an answer can be. */
async function textOf({ body }: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const part of body ?? []) {
    sizeBytes += part.length;
    if (sizeBytes > LRN_ANSWER_MAX) throw new RangeError(`its answer is longer than ${LRN_ANSWER_MAX} bytes`);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}

function answerIn(text: string): LrnAnswer {
  const { lrn, jurisdiction: where } = (JSON.parse(text) ?? {}) as { lrn?: unknown; jurisdiction?: unknown };
  const [number, jurisdiction] = [lrn ?? '', where ?? ''];
  if (typeof number !== 'string' || !/^\d{0,31}$/.test(number)) throw new RangeError('its lrn is no number');
  if (typeof jurisdiction !== 'string' || !JURISDICTIONS.includes(jurisdiction)) {
    throw new RangeError('its jurisdiction is none');
  }
  return { lrn: number, jurisdiction: jurisdiction as Jurisdiction };
}
