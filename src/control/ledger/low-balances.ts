// Accounts whose balance is below the `lowBalance` of the network: told once when it passes below, and once when it is
// back.

import type { ParameterValues } from '../../core/parameters/registry.ts';
import { moneyText } from '../../core/rating/money.ts';
import type { Log } from '../../log.ts';
import type { Ledger } from '../../store/ledger.ts';
import type { Account } from '../../store/network.ts';

/** An account that has too little. */
export interface LowBalance {
  readonly account: string;
  readonly currency: string;
  readonly balanceNanos: bigint;
  /** What it is below. */
  readonly warningNanos: bigint;
}

/** The accounts of the network in force. */
interface KnownAccounts {
  accounts(): readonly Account[];
  readonly snapshot: { readonly parameters: Pick<ParameterValues, 'SERVER_BILLING_FEE_PRECISION'> };
}

/** The watch over all accounts. Who was low before a start is told again. */
export class LowBalances {
  readonly #known: KnownAccounts;
  readonly #ledger: Ledger;
  readonly #log: Log;
  #low: readonly LowBalance[] = [];

  constructor(known: KnownAccounts, ledger: Ledger, log: Log) {
    this.#known = known;
    this.#ledger = ledger;
    this.#log = log;
  }

  /** Those that were low when somebody last looked. */
  get low(): readonly LowBalance[] {
    return this.#low;
  }

  /** Looks at every account that has a warning, and logs what has changed. */
  look(): void {
    const { SERVER_BILLING_FEE_PRECISION: decimals } = this.#known.snapshot.parameters;
    const before = new Set(this.#low.map(({ account }) => account));
    this.#low = this.#known.accounts().flatMap(({ account, currency, lowBalanceNanos: warningNanos }) => {
      if (warningNanos === null) return [];
      const low = { account, currency, balanceNanos: this.#ledger.balanceNanos(account), warningNanos };
      return low.balanceNanos < warningNanos ? [low] : [];
    });
    for (const { account, currency, balanceNanos: nanos, warningNanos } of this.#low) {
      if (before.delete(account)) continue;
      const amounts = { balance: moneyText(nanos, decimals), warning: moneyText(warningNanos, decimals) };
      this.#log.warn({ account, currency, ...amounts }, 'the balance is low');
    }
    for (const account of before) this.#log.info({ account }, 'the balance is not low any more');
  }
}
