// tandem packages: who has a package, how far its rent is booked, what of the minimum is consumed by now, and what is
// used and left of free minutes.

import type { SwitchConfig } from '../config.ts';
import { UnpackedSpool } from '../control/cdr/unpacked-spool.ts';
import { AccountBook } from '../control/ledger/account-book.ts';
import { PackageCharges, type PackageState } from '../control/ledger/package-charges.ts';
import { CallHistory } from '../control/reports/call-history.ts';
import { Balances } from '../core/rating/balances.ts';
import { moneyText } from '../core/rating/money.ts';
import { makeLog } from '../log.ts';
import { alignedTable } from './aligned-table.ts';
import { feeDecimals } from './fee-decimals.ts';
import { withStoppedSwitch } from './stopped-switch.ts';
import { runningSwitch } from './switch-client.ts';
import { EXIT_OK, print, type Terminal } from './terminal.ts';

const TIMEOUT_MS = 120_000;
const DAY_MS = 86_400_000;

/** Tells all of them. */
export async function packages(config: SwitchConfig, terminal: Terminal): Promise<number> {
  const client = runningSwitch(config.dataPath);
  const states =
    client === null
      ? await statesOfStopped(config)
      : ((await client.get('/api/v1/packages', {}, TIMEOUT_MS)) as PackageState[]);
  const decimals = await feeDecimals(config);
  print(terminal, states, () => {
    if (states.length === 0) return ['No account has a package.'];
    const heads = [
      'account',
      'package',
      'rent',
      'booked until',
      'from',
      'to',
      'minimum',
      'consumed',
      '',
      'free minutes',
    ];
    const rows = states.map((state) => rowOf(state, decimals));
    return alignedTable(heads, rows, [2, 6, 7]);
  });
  return EXIT_OK;
}

function statesOfStopped(config: SwitchConfig): Promise<PackageState[]> {
  return withStoppedSwitch(config, false, ({ stores, configuration }) => {
    const records = new UnpackedSpool(stores.spool);
    const history = new CallHistory(stores.spool, records, stores.history);
    while (history.follow() > 0);
    const accounts = new AccountBook(stores.ledger, records, new Balances(Balances.allocate()));
    while (accounts.book() > 0);
    accounts.open(configuration.snapshot);
    const log = makeLog('packages', 'silent');
    return new PackageCharges({ accounts, history, configuration, log, wallNow: () => Date.now() }).states();
  });
}

function rowOf(state: PackageState, decimals: number): string[] {
  const { account, currency, rentUntilDay, period } = state;
  const [rent, due, consumed] = [state.rentNanos, state.dueNanos, state.consumedNanos].map((nanos) =>
    moneyText(BigInt(nanos), decimals),
  );
  const booked = rentUntilDay === null ? '-' : dayText(rentUntilDay);
  const time = period === null ? ['-', '-'] : [dayText(period.fromDay), dayText(period.untilDay - 1)];
  return [
    account,
    state.package,
    rent ?? '',
    booked,
    ...time,
    due ?? '',
    consumed ?? '',
    currency,
    state.free.map(freeText).join(', '),
  ];
}

function freeText({ name, usedSeconds, leftSeconds }: PackageState['free'][number]): string {
  return `${name}: ${minutes(usedSeconds)} used, ${minutes(leftSeconds)} left`;
}

function minutes(seconds: number): string {
  return (seconds / 60).toFixed(1);
}

function dayText(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}
