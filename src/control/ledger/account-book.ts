// Money as control keeps it: books what calls cost from the spool into the ledger, enters payments, and tells the
// shared memory what accounts have. The ledger is the truth; the memory is its running total, ahead of it by the calls
// whose records are still on their way.

import type { Cdr } from '../../core/cdr/cdr.ts';
import type { Balances } from '../../core/rating/balances.ts';
import { chargesOf } from '../../core/rating/bill.ts';
import type { FreeSeconds } from '../../core/rating/free-seconds.ts';
import { NANOS } from '../../core/rating/money.ts';
import { ACCOUNT_NANOS_MAX } from '../../core/rating/rating-limits.ts';
import type { PricedAccount, Snapshot } from '../../core/routing/snapshot.ts';
import type { FreeUsed, Ledger, LedgerFault, PackageMarks, Payment, PaymentEntry } from '../../store/ledger.ts';
import { TandemError } from '../../tandem-error.ts';
import type { UnpackedSpool } from '../cdr/unpacked-spool.ts';

/** Records of one commit. */
const BATCH_RECORDS_MAX = 1_000;
/** Batches of one tick: more than arrive. */
const BATCHES_MAX = 8;
/** Charges kept by the id of their CDR; older ones are rolled up into a sum of their account. */
const CHARGES_KEPT = 1_000_000;
const ROLLED_MAX = 4_000;
/** So long a payment is known by its key, ms. */
const KEY_KNOWN_MS = 24 * 3_600_000;

/** One account as operators see it. */
export interface AccountState {
  readonly account: string;
  /** False where it was taken out of the network: what it has stays, in a currency that is not told any more. */
  readonly isInNetwork: boolean;
  readonly currency: string;
  /** Of the ledger: payments without charges. */
  readonly balanceNanos: bigint;
  /** What calls may still spend above the limit: the balance without reservations and unbooked calls. */
  readonly spendableNanos: bigint;
  readonly creditLimitNanos: bigint | null;
  readonly paidNanos: bigint;
  readonly chargedNanos: bigint;
  readonly chargeCount: number;
}

/** The accounts of one switch. */
export class AccountBook {
  readonly #ledger: Ledger;
  readonly #records: UnpackedSpool;
  readonly #balances: Balances;
  #accounts: readonly PricedAccount[] = [];

  constructor(ledger: Ledger, records: UnpackedSpool, balances: Balances) {
    this.#ledger = ledger;
    this.#records = records;
    this.#balances = balances;
  }

  /** Place in the spool up to which calls are charged. */
  get position(): number {
    return this.#ledger.position();
  }

  /** New tables: accounts that nobody has seen yet get what the ledger has for them, former ones before it changes. */
  open({ prices }: Snapshot): void {
    const { accounts = [], formerAccounts = [] } = prices ?? {};
    this.#accounts = accounts;
    for (const { slot, account } of [...accounts, ...formerAccounts]) {
      this.#balances.open(slot, this.#ledger.balanceNanos(account));
    }
  }

  /** Books what has come into the spool; answers how many records. Throws what the store throws. */
  book(batchesMax = BATCHES_MAX): number {
    let count = 0;
    for (let batch = 0; batch < batchesMax; batch++) {
      const records = this.#records.after(this.#ledger.position(), BATCH_RECORDS_MAX);
      const last = records.at(-1);
      if (last === undefined) break;
      const charges = records.map(({ cdr }) => ({ id: cdr.id, losses: chargesOf(cdr), free: freeUseOf(cdr) }));
      this.#ledger.book(charges, last.position);
      count += records.length;
    }
    return count;
  }

  /** Keeps the ledger small: the oldest charges become part of a sum. */
  rollUp(): void {
    this.#ledger.rollUp(CHARGES_KEPT, ROLLED_MAX);
  }

  /**
   * Enters a payment; one that comes again with its key is the entry that it was. Throws TANDEM_ACCOUNT_UNKNOWN, and
   * TANDEM_PAYMENT_REFUSED for another payment with that key or a balance that shared memory has no room for.
   */
  pay(payment: Payment): PaymentEntry {
    const { key = '', account, kind, nanos, memo, atWallMs } = payment;
    const known = key === '' ? null : this.#ledger.paidBy(key, atWallMs - KEY_KNOWN_MS);
    if (known === null) return this.payAll([payment])[0] as PaymentEntry;
    if (known.account === account && known.kind === kind && known.nanos === nanos && known.memo === memo) return known;
    const sentence = `The payment was refused: its key has entered another one, of ${known.account}.`;
    throw new TandemError('TANDEM_PAYMENT_REFUSED', sentence);
  }

  /** Enters payments, all of them or none. Throws TANDEM_ACCOUNT_UNKNOWN, TANDEM_PAYMENT_REFUSED. */
  payAll(payments: readonly Payment[]): PaymentEntry[] {
    const slots = payments.map(({ account }) => this.#accountOf(account).slot);
    this.#refuseFar(payments);
    const entries = this.#ledger.payAll(payments);
    for (const [at, { nanos }] of payments.entries()) this.#balances.add(slots[at] as number, nanos);
    return entries;
  }

  /** What is left of free minutes, in shared memory. */
  get free(): FreeSeconds {
    return this.#balances.free;
  }

  /** As the ledger says: free seconds that calls of `account` have used in the period that began on that day. */
  freeUsed(account: string, allowance: string, fromDay: number): number {
    return this.#ledger.freeUsed(account, allowance, fromDay);
  }

  /** As the ledger says. */
  packageMarks(account: string): PackageMarks | null {
    return this.#ledger.packageMarks(account);
  }

  /** Charges `account` for its package, and notes how far. Throws TANDEM_ACCOUNT_UNKNOWN. */
  chargePackage(account: string, marks: PackageMarks, payments: readonly Payment[]): void {
    const { slot } = this.#accountOf(account);
    this.#ledger.chargePackage(account, marks, payments);
    for (const { nanos } of payments) this.#balances.add(slot, nanos);
  }

  /** Notes that accounts that are not `present` in the network have no package: they are not charged for that time. */
  endPackagesBut(present: ReadonlySet<string>): void {
    for (const account of this.#ledger.accounts()) {
      if (present.has(account)) continue;
      const marks = this.#ledger.packageMarks(account);
      if (marks?.isHeld) this.#ledger.chargePackage(account, { ...marks, isHeld: false }, []);
    }
  }

  /** Payments, newest first, also of an account that was taken out. Throws TANDEM_ACCOUNT_UNKNOWN. */
  payments(account: string | null, limit: number): PaymentEntry[] {
    if (account !== null && !this.#ledger.accounts().includes(account)) this.#accountOf(account);
    return this.#ledger.payments(account, limit);
  }

  /** Those of the network, then those that were taken out of it with something in the ledger. */
  states(): AccountState[] {
    const states = this.#accounts.map(({ slot, account, currency, creditLimitNanos }) => {
      const spendableNanos = this.#balances.spendable(slot);
      return { account, isInNetwork: true, currency, spendableNanos, creditLimitNanos, ...this.#sumsOf(account) };
    });
    const present = new Set(this.#accounts.map(({ account }) => account));
    const gone = this.#ledger.accounts().filter((account) => !present.has(account));
    for (const account of gone) {
      const sums = this.#sumsOf(account);
      if (sums.paidNanos === 0n && sums.chargedNanos === 0n) continue;
      const nothing = { isInNetwork: false, currency: '', spendableNanos: 0n, creditLimitNanos: 0n };
      states.push({ account, ...nothing, ...sums });
    }
    return states;
  }

  #sumsOf(account: string): Pick<AccountState, 'balanceNanos' | 'paidNanos' | 'chargedNanos' | 'chargeCount'> {
    const { paidNanos, chargedNanos, chargeCount } = this.#ledger.sums(account);
    return { balanceNanos: paidNanos - chargedNanos, paidNanos, chargedNanos, chargeCount };
  }

  /** Accounts whose sums are not those of their entries. */
  verify(): LedgerFault[] {
    return this.#ledger.verify();
  }

  /** Throws where a balance would be farther from zero than it may be; one that comes nearer is never refused. */
  #refuseFar(payments: readonly Payment[]): void {
    const after = new Map<string, bigint>();
    for (const { account, nanos } of payments) {
      const before = after.get(account) ?? this.#ledger.balanceNanos(account);
      after.set(account, before + nanos);
      const distance = nanos < 0n ? -(before + nanos) : before + nanos;
      if (distance <= ACCOUNT_NANOS_MAX) continue;
      const bound = `${nanos < 0n ? '-' : ''}${ACCOUNT_NANOS_MAX / NANOS}`;
      const sentence = `The payment was refused: the balance of ${account} would pass ${bound}, where balances end.`;
      throw new TandemError('TANDEM_PAYMENT_REFUSED', sentence);
    }
  }

  #accountOf(name: string): PricedAccount {
    const account = this.#accounts.find(({ account }) => account === name);
    if (account !== undefined) return account;
    throw new TandemError('TANDEM_ACCOUNT_UNKNOWN', `There is no account "${name}" in the network.`);
  }
}

/** The free seconds of a call; null where it had none. */
function freeUseOf({
  account,
  freeAllowance: allowance,
  freeFromDay: fromDay,
  freeSeconds: seconds,
}: Cdr): FreeUsed | null {
  return seconds === 0 ? null : { account, allowance, fromDay, seconds };
}
