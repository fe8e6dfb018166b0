// CDRs to a URL: batches of JSON by POST. A 2xx answer means that the batch is taken for good; anything else, and the
// same records come again, maybe with others: the receiver knows a record by its id.

import type { Cdr } from '../../core/cdr/cdr.ts';
import type { WebhookSinkSettings } from '../../sink-settings.ts';
import { type WebPlace, webPlace } from '../web-place.ts';
import { jsonOf } from './cdr-columns.ts';
import { type CdrStore, STATEMENT_TIMEOUT_MS } from './cdr-store.ts';

/** The URL of `settings`. */
export class WebhookStore implements CdrStore {
  readonly #place: WebPlace;
  #given = new AbortController();

  constructor({ url, authorization }: WebhookSinkSettings) {
    const place = webPlace(url);
    this.#place = authorization === '' ? place : { ...place, authorization };
  }

  open(): Promise<string> {
    return Promise.resolve('');
  }

  async write(batch: readonly Cdr[]): Promise<string> {
    const { url, authorization } = this.#place;
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(authorization === '' ? {} : { authorization }) },
      body: `[${batch.map(jsonOf).join(',')}]`,
      redirect: 'error', // The records and the secret are for this place only.
      signal: AbortSignal.any([AbortSignal.timeout(STATEMENT_TIMEOUT_MS), this.#given.signal]),
    });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`the receiver answered ${response.status}`);
    return '';
  }

  close(): Promise<void> {
    this.#given.abort();
    this.#given = new AbortController();
    return Promise.resolve();
  }
}
