// The one error a store has for the operator while it runs: there is no room.

import { TandemError } from '../tandem-error.ts';

/** TANDEM_STORE_FULL, for a store that holds `roomBytes`. */
export function storeFull(roomBytes: number): TandemError {
  const gigabytes = (roomBytes / 2 ** 30).toFixed(1);
  const todo = 'Mend the CDR sink that lags (tandem status names it); records wait in memory until then.';
  return new TandemError('TANDEM_STORE_FULL', `The store has used all of its ${gigabytes} GB. ${todo}`);
}
