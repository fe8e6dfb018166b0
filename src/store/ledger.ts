// The ledger: what accounts have paid, and what calls have charged them. Nothing edits a balance; it is
//
//   balance = payments - charges
//
// at any time, and can be counted anew from the entries. Charges stand by the id of their CDR, so that none is booked
// twice; the oldest are rolled up, when there are many, into one sum of their account. All that belongs together is
// written in one commit: the charges of a batch, the sums of their accounts, and how far in the spool they came.

import { pack, unpack } from './records.ts';

/** How a payment came about. Rent and minimum are what packages charge. */
export type PaymentKind = 'topUp' | 'deduction' | 'correction' | 'rent' | 'minimum';

/** One payment, positive or negative. */
export interface Payment {
  readonly account: string;
  readonly kind: PaymentKind;
  readonly nanos: bigint;
  readonly operator: string;
  readonly memo: string;
  readonly atWallMs: number;
  /** Of a correction that came from rating calls again; absent: it is another payment. */
  readonly rerating?: BookedRerating;
  /** By which it is known when it is sent once more; absent: it is entered each time. */
  readonly key?: string;
}

/** Whose fees: what customers pay, what carriers are paid, what agents pay. */
export type RatedSide = 'sold' | 'bought' | 'agent';

/** Calls that were rated again, and what they came to. */
export interface BookedRerating {
  readonly side: RatedSide;
  /** The rate table they were rated by; '' for those that the account had then. */
  readonly table: string;
  /** Only calls with a rate of this table; '' for all. */
  readonly insteadOf: string;
  /** Calls that ended at or after, and before. */
  readonly fromWallMs: number;
  readonly untilWallMs: number;
  readonly callCount: number;
  /** Calls that the table has no rate for; they stay at what they were charged. */
  readonly unratedCount: number;
  /** What their CDRs say, and what they come to by the other rates; tax included. */
  readonly beforeNanos: bigint;
  readonly nowNanos: bigint;
}

/** A payment as it stands in the ledger. */
export interface PaymentEntry extends Payment {
  /** From 1 up. */
  readonly sequence: number;
  /** The balance after it. */
  readonly balanceNanos: bigint;
}

/** How far an account is charged for packages: the days before these, counted from 1970. */
export interface PackageMarks {
  /** It had a package when somebody looked last. */
  readonly isHeld: boolean;
  readonly rentUntilDay: number;
  readonly minimumUntilDay: number;
}

/** Free seconds that one call has used, of the period that begins on that day, counted from 1970. */
export interface FreeUsed {
  readonly account: string;
  readonly allowance: string;
  readonly fromDay: number;
  readonly seconds: number;
}

/** What one call charges. */
export interface CallCharge {
  /** Of its CDR. */
  readonly id: string;
  readonly losses: readonly { readonly account: string; readonly nanos: bigint }[];
  /** Null or absent: nothing of it was free. */
  readonly free?: FreeUsed | null;
}

/** One account's running totals. */
export interface AccountSums {
  readonly paidNanos: bigint;
  readonly chargedNanos: bigint;
  readonly chargeCount: number;
  /** Part of what was charged whose charges were rolled up. */
  readonly rolledNanos: bigint;
  /** Absent where it never had a package. */
  readonly packageMarks?: PackageMarks;
  /** Of the last periods used, in that order; absent where no call had free seconds. */
  readonly freeUsed?: readonly FreeSum[];
}

/** Free seconds used of one allowance in one period. */
type FreeSum = Omit<FreeUsed, 'account'>;

/** An account whose sums are not those of its entries. */
export interface LedgerFault {
  readonly account: string;
  readonly sums: AccountSums;
  /** Counted anew. */
  readonly paidNanos: bigint;
  readonly chargedNanos: bigint;
}

/** One table of a store, sorted by key. */
export interface LedgerTable {
  get(key: string | number): Uint8Array | undefined;
  put(key: string | number, value: Uint8Array): void;
  remove(key: string | number): void;
  entries(options: { readonly reverse?: boolean; readonly limit?: number }): Iterable<{
    readonly key: string | number;
    readonly value: Uint8Array;
  }>;
  count(): number;
}

/** What the ledger is written in. */
export interface LedgerTables {
  /** Sums by account; under 0 how far in the spool they came, under 1 the id up to which charges are rolled up. */
  readonly sums: LedgerTable;
  readonly payments: LedgerTable;
  readonly charges: LedgerTable;
  /** One commit, whole or not at all. */
  write(action: () => void): void;
}

const POSITION = 0;
const ROLLED = 1;
/** Periods of an account whose free seconds are known, by their first days: the last ones that calls have used. */
const PERIODS_KEPT = 8;

const NO_SUMS: AccountSums = { paidNanos: 0n, chargedNanos: 0n, chargeCount: 0, rolledNanos: 0n };

/** The ledger of one store. */
export class Ledger {
  readonly #tables: LedgerTables;

  constructor(tables: LedgerTables) {
    this.#tables = tables;
  }

  /** Running totals of an account; zeros for one that never had an entry. */
  sums(account: string): AccountSums {
    const stored = this.#tables.sums.get(account);
    return stored === undefined ? NO_SUMS : (unpack(stored) as AccountSums);
  }

  balanceNanos(account: string): bigint {
    const { paidNanos, chargedNanos } = this.sums(account);
    return paidNanos - chargedNanos;
  }

  /** Enters a payment. */
  pay(payment: Payment): PaymentEntry {
    return this.payAll([payment])[0] as PaymentEntry;
  }

  /** Enters payments in one commit. */
  payAll(payments: readonly Payment[]): PaymentEntry[] {
    const entries: PaymentEntry[] = [];
    this.#tables.write(() => {
      for (const payment of payments) entries.push(this.#enter(payment));
    });
    return entries;
  }

  /** The payment with `key` that was entered at or after `sinceWallMs`; null when there is none. */
  paidBy(key: string, sinceWallMs: number): PaymentEntry | null {
    for (const { value } of this.#tables.payments.entries({ reverse: true })) {
      const entry = unpack(value) as PaymentEntry;
      // What packages charge has no key, and the time of its period, which may have begun long ago.
      if (entry.kind === 'rent' || entry.kind === 'minimum') continue;
      if (entry.atWallMs < sinceWallMs) return null;
      if (entry.key === key) return entry;
    }
    return null;
  }

  /** How far `account` is charged for packages; null where it never had one. */
  packageMarks(account: string): PackageMarks | null {
    return this.sums(account).packageMarks ?? null;
  }

  /** Free seconds that calls of `account` have used of `allowance` in the period that begins on `fromDay`. */
  freeUsed(account: string, allowance: string, fromDay: number): number {
    const sums = this.sums(account).freeUsed ?? [];
    return sums.find((sum) => sum.allowance === allowance && sum.fromDay === fromDay)?.seconds ?? 0;
  }

  /** Enters `payments` for a package of `account`, and how far it is charged by them, in one commit. */
  chargePackage(account: string, packageMarks: PackageMarks, payments: readonly Payment[]): void {
    this.#tables.write(() => {
      for (const payment of payments) this.#enter(payment);
      this.#tables.sums.put(account, pack({ ...this.sums(account), packageMarks }));
    });
  }

  #enter(payment: Payment): PaymentEntry {
    const { account, nanos } = payment;
    const sums = this.sums(account);
    const paidNanos = sums.paidNanos + nanos;
    const entry = { sequence: this.#lastSequence() + 1, ...payment, balanceNanos: paidNanos - sums.chargedNanos };
    this.#tables.payments.put(entry.sequence, pack(entry));
    this.#tables.sums.put(account, pack({ ...sums, paidNanos }));
    return entry;
  }

  /** Payments, newest first; of one account, or of all where it is null. */
  payments(account: string | null, limit: number): PaymentEntry[] {
    const found: PaymentEntry[] = [];
    for (const { value } of this.#tables.payments.entries({ reverse: true })) {
      if (found.length >= limit) break;
      const entry = unpack(value) as PaymentEntry;
      if (account === null || entry.account === account) found.push(entry);
    }
    return found;
  }

  /** Place in the spool up to which calls are charged. */
  position(): number {
    const stored = this.#tables.sums.get(POSITION);
    return stored === undefined ? 0 : (unpack(stored) as number);
  }

  /** What the call of that CDR was charged; null when it was not, or its charge was rolled up. */
  charge(id: string): CallCharge['losses'] | null {
    const stored = this.#tables.charges.get(id);
    if (stored === undefined) return null;
    return (unpack(stored) as StoredLosses).map(([account, nanos]) => ({ account, nanos }));
  }

  /** Charges with ids before it are rolled up, but for those of calls that ended long after later ones. */
  keptFrom(): string {
    const rolledUpTo = this.#rolledUpTo();
    if (rolledUpTo !== '') return `${rolledUpTo}\0`;
    // An earlier release did not say.
    for (const { key } of this.#tables.charges.entries({ limit: 1 })) return String(key);
    return '';
  }

  #rolledUpTo(): string {
    const stored = this.#tables.sums.get(ROLLED);
    return stored === undefined ? '' : (unpack(stored) as string);
  }

  /** Books the charges of the records up to `position`; those that were booked before change nothing. */
  book(charges: readonly CallCharge[], position: number): void {
    this.#tables.write(() => {
      const changed = new Map<string, AccountSums>();
      for (const { id, losses, free = null } of charges) {
        if ((losses.length === 0 && free === null) || this.#tables.charges.get(id) !== undefined) continue;
        this.#tables.charges.put(id, pack(losses.map(({ account, nanos }) => [account, nanos])));
        for (const { account, nanos } of losses) {
          const sums = changed.get(account) ?? this.sums(account);
          const { chargedNanos, chargeCount } = sums;
          changed.set(account, { ...sums, chargedNanos: chargedNanos + nanos, chargeCount: chargeCount + 1 });
        }
        if (free === null) continue;
        const sums = changed.get(free.account) ?? this.sums(free.account);
        changed.set(free.account, { ...sums, freeUsed: withUse(sums.freeUsed ?? [], free) });
      }
      for (const [account, sums] of changed) this.#tables.sums.put(account, pack(sums));
      this.#tables.sums.put(POSITION, pack(position));
    });
  }

  /** Rolls up the oldest charges while more than `keep` are kept, at most `limit` of them. */
  rollUp(keep: number, limit: number): void {
    const spare = Math.min(this.#tables.charges.count() - keep, limit);
    if (spare <= 0) return;
    this.#tables.write(() => {
      const changed = new Map<string, AccountSums>();
      let rolledUpTo = this.#rolledUpTo();
      for (const { key, value } of [...this.#tables.charges.entries({ limit: spare })]) {
        for (const [account, nanos] of unpack(value) as StoredLosses) {
          const sums = changed.get(account) ?? this.sums(account);
          changed.set(account, { ...sums, rolledNanos: sums.rolledNanos + nanos });
        }
        this.#tables.charges.remove(key);
        if (String(key) > rolledUpTo) rolledUpTo = String(key);
      }
      for (const [account, sums] of changed) this.#tables.sums.put(account, pack(sums));
      this.#tables.sums.put(ROLLED, pack(rolledUpTo));
    });
  }

  /** Accounts whose sums are not those of their entries; none in a sound ledger. */
  verify(): LedgerFault[] {
    const paid = new Map<string, bigint>();
    for (const { value } of this.#tables.payments.entries({})) {
      const { account, nanos } = unpack(value) as PaymentEntry;
      paid.set(account, (paid.get(account) ?? 0n) + nanos);
    }
    const charged = new Map<string, bigint>();
    for (const { value } of this.#tables.charges.entries({})) {
      for (const [account, nanos] of unpack(value) as StoredLosses) {
        charged.set(account, (charged.get(account) ?? 0n) + nanos);
      }
    }
    const accounts = new Set([...this.accounts(), ...paid.keys(), ...charged.keys()]);
    return [...accounts].flatMap((account) => {
      const sums = this.sums(account);
      const paidNanos = paid.get(account) ?? 0n;
      const chargedNanos = (charged.get(account) ?? 0n) + sums.rolledNanos;
      const isSound = paidNanos === sums.paidNanos && chargedNanos === sums.chargedNanos;
      return isSound ? [] : [{ account, sums, paidNanos, chargedNanos }];
    });
  }

  /** Every account that has sums. */
  accounts(): string[] {
    return [...this.#tables.sums.entries({})].flatMap(({ key }) => (typeof key === 'string' ? [key] : []));
  }

  #lastSequence(): number {
    for (const { key } of this.#tables.payments.entries({ reverse: true, limit: 1 })) return Number(key);
    return 0;
  }
}

/** `sums` with what a call has used, behind the others: those of periods that were used the longest ago go. */
function withUse(sums: readonly FreeSum[], { allowance, fromDay, seconds }: FreeUsed): FreeSum[] {
  const before = sums.find((sum) => sum.allowance === allowance && sum.fromDay === fromDay)?.seconds ?? 0;
  const others = sums.filter((sum) => sum.allowance !== allowance || sum.fromDay !== fromDay);
  const all = [...others, { allowance, fromDay, seconds: before + seconds }];
  const days = [...new Set(all.toReversed().map((sum) => sum.fromDay))].slice(0, PERIODS_KEPT);
  return all.filter((sum) => days.includes(sum.fromDay));
}

type StoredLosses = readonly (readonly [account: string, nanos: bigint])[];
