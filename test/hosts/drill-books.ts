// What the switch of a drill says of limits and money, and what it should say.

import { setTimeout as sleep } from 'node:timers/promises';
import type { AccountState } from '../../src/control/ledger/account-book.ts';
import type { Cdr } from '../../src/core/cdr/cdr.ts';
import { chargesOf } from '../../src/core/rating/bill.ts';
import type { Management } from './management.ts';
import { networkOf } from './networks.ts';
import type { Place } from './peer.ts';
import type { SwitchProcess } from './switch-process.ts';

/** How long a difference may last while calls come and go, or until everything is booked. */
const PATIENCE_MS = 10_000;
const LOOK_MS = 20;

/** In units of the currency: far more than the calls of a drill cost. */
export const PAID = 1_000_000;
const NANOS = 1_000_000_000n;

/** One customer, prepaid; one vendor, to be paid. Money is reserved for six seconds at a time. */
export function drillNetwork(customers: readonly string[], vendor: Place): string {
  return networkOf(
    customers,
    [{ name: 'vendor', at: vendor, fields: { clearingAccount: 'carrier' } }],
    { SERVER_BILLING_RESERVE_TIME: 6 },
    {
      accounts: [
        { account: 'acme', rateTable: 'retail', creditLimit: 0 },
        { account: 'carrier', type: 'settlement', rateTable: 'wholesale', creditLimit: 'None' },
      ],
      rateTables: [
        { name: 'retail', currency: 'EUR', rates: [{ prefix: '', price: 0.01, period: 1 }] },
        { name: 'wholesale', currency: 'EUR', rates: [{ prefix: '', price: 0.004, period: 6 }] },
      ],
    },
  );
}

/** Who counts calls; the vendor's own account does not. */
const COUNTING = ['customer', 'vendor', 'acme'];

/**
 * Whether the limits of customer, vendor and account count the calls that live. Their numbers are read one after the
 * other while calls come and go, so they need to agree at one moment within PATIENCE_MS only. Answers what is wrong.
 */
export async function limitFaults(management: Management): Promise<string[]> {
  const endMs = performance.now() + PATIENCE_MS;
  for (;;) {
    const { calls, gateways, sharers } = await management.status();
    const counting = [...gateways, ...sharers].filter(({ name }) => COUNTING.includes(name));
    const wrong = counting.filter(({ calls: held }) => held !== calls.active);
    if (wrong.length === 0) return [];
    if (performance.now() > endMs) {
      return wrong.map(({ name, calls: held }) => `${name} holds ${held} calls, and ${calls.active} live`);
    }
    await sleep(LOOK_MS);
  }
}

/** What is wrong with the books when no call is left: reservations, charges, and what `tandem` itself finds. */
export async function bookFaults(tandem: SwitchProcess, cdrsOf: () => readonly Cdr[]): Promise<string[]> {
  const endMs = performance.now() + PATIENCE_MS;
  for (;;) {
    const accounts = (await tandem.management.get('/api/v1/accounts')) as AccountState[];
    const faults = accounts.flatMap((account) => accountFaults(account, cdrsOf()));
    if (faults.length === 0 || performance.now() > endMs) return [...faults, ...(await verifyFaults(tandem))];
    await sleep(LOOK_MS);
  }
}

function accountFaults(state: AccountState, cdrs: readonly Cdr[]): string[] {
  const { account } = state;
  const [balance, spendable, charged] = [state.balanceNanos, state.spendableNanos, state.chargedNanos].map(BigInt);
  const costs = cdrs.flatMap((cdr) => chargesOf(cdr)).filter((charge) => charge.account === account);
  const cost = costs.reduce((sum, { nanos }) => sum + BigInt(nanos), 0n);
  const paid = account === 'acme' ? BigInt(PAID) * NANOS : 0n;
  return [
    ...(spendable === balance ? [] : [`${account} has ${balance}, of which ${spendable} can be spent at rest`]),
    ...(charged === cost ? [] : [`${account} was charged ${charged}, and its CDRs say ${cost}`]),
    ...(balance === paid - cost ? [] : [`${account} has ${balance}, and should have ${paid - cost}`]),
  ];
}

async function verifyFaults(tandem: SwitchProcess): Promise<string[]> {
  const faults: string[] = [];
  for (const command of [['verify'], ['cdr', 'verify']]) {
    await tandem.tandem(...command).catch((error: unknown) => faults.push(`tandem ${command.join(' ')}: ${error}`));
  }
  return faults;
}
