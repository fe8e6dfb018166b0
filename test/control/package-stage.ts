// An account with a package, in a store of its own, and a clock that is moved by hand.

import assert from 'node:assert/strict';
import { UnpackedSpool } from '../../src/control/cdr/unpacked-spool.ts';
import { AccountBook } from '../../src/control/ledger/account-book.ts';
import { PackageCharges } from '../../src/control/ledger/package-charges.ts';
import { CallHistory } from '../../src/control/reports/call-history.ts';
import { Configuration } from '../../src/control/tables/configuration.ts';
import type { Cdr } from '../../src/core/cdr/cdr.ts';
import { Balances } from '../../src/core/rating/balances.ts';
import { NANOS } from '../../src/core/rating/money.ts';
import { makeLog } from '../../src/log.ts';
import { openMemoryStores } from '../../src/store/memory.ts';
import type { Stores } from '../../src/store/ports.ts';
import { pack } from '../../src/store/records.ts';
import { sampleCdr } from '../store/sample-cdr.ts';

export function network(fields: string, terms = 'rent: 30, minimumConsumption: 60'): string {
  return `
packages:
  - { name: basic, currency: EUR, ${terms} }
  - { name: daily, currency: EUR, period: day, rent: 1 }
accounts:
  - { account: alpha, currency: EUR, creditLimit: None${fields} }
`;
}

/** One data directory, and a clock that is moved by hand. */
export class Stage {
  readonly stores: Stores;
  balances = new Balances(Balances.allocate(256));
  wallMs: number;
  #configuration: Configuration;
  #history: CallHistory;
  #book: AccountBook;
  charges: PackageCharges;

  constructor(at: string, text: string, stores = openMemoryStores()) {
    this.stores = stores;
    this.wallMs = Date.parse(at);
    [this.#configuration, this.#history, this.#book, this.charges] = this.#open();
    this.apply(text);
  }

  #open(): [Configuration, CallHistory, AccountBook, PackageCharges] {
    const records = new UnpackedSpool(this.stores.spool);
    const configuration = new Configuration(this.stores.configuration, [], this.wallMs);
    const history = new CallHistory(this.stores.spool, records, this.stores.history);
    const accounts = new AccountBook(this.stores.ledger, records, this.balances);
    accounts.open(configuration.snapshot);
    const log = makeLog('test', 'silent');
    const charges = new PackageCharges({ accounts, history, configuration, log, wallNow: () => this.wallMs });
    return [configuration, history, accounts, charges];
  }

  /** As after a start anew. */
  restart(): void {
    this.balances = new Balances(Balances.allocate(256));
    [this.#configuration, this.#history, this.#book, this.charges] = this.#open();
  }

  apply(text: string): void {
    this.#configuration.apply({ text, name: 'net', author: '', note: '', atWallMs: this.wallMs, dryRun: false });
    this.#book.open(this.#configuration.snapshot);
  }

  /** A call of `account` that ended then, for so many units, a fifth of them tax. */
  call(endedAt: string, units: number, account = 'alpha', currency = 'EUR'): void {
    const fee = BigInt(units) * NANOS;
    const cdr: Cdr = {
      ...sampleCdr(this.stores.spool.lastPosition() + 1, Date.parse(endedAt)),
      account,
      currency,
      agentFees: [],
    };
    this.stores.spool.append([pack({ ...cdr, sellFeeNanos: (fee * 4n) / 5n, taxNanos: fee / 5n })]);
  }

  /** What is booked when somebody looks then: kind, amount, when, and what for; the oldest first. */
  async look(at: string): Promise<string[]> {
    this.wallMs = Date.parse(at);
    while (this.#book.book() + this.#history.follow() > 0);
    const before = this.stores.ledger.payments('alpha', 1_000).length;
    const spendableNanos = this.balances.spendable(this.#slot);
    await this.charges.look();
    const entries = this.stores.ledger.payments('alpha', 1_000).reverse().slice(before);
    assert.deepEqual(this.#book.verify(), []);
    const paidNanos = entries.reduce((sum, { nanos }) => sum + nanos, 0n);
    assert.equal(this.balances.spendable(this.#slot) - spendableNanos, paidNanos, 'calls may spend what is left');
    return entries.map(({ kind, nanos, atWallMs, memo }) => {
      return `${kind} ${Number(nanos) / 1e9} at ${new Date(atWallMs).toISOString()}: ${memo}`;
    });
  }

  get #slot(): number {
    return this.#configuration.snapshot.prices?.accounts[0]?.slot ?? 0;
  }
}
