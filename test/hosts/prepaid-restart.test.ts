// Money over a kill -9: whatever dies, each answered call is charged once, the prepaid balance is never below its
// limit, and at rest it is what was paid less what the CDRs say. Free minutes are free once, to the second.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AccountState } from '../../src/control/ledger/account-book.ts';
import type { PackageState } from '../../src/control/ledger/package-charges.ts';
import { chargesOf } from '../../src/core/rating/bill.ts';
import { Answerer } from './answerer.ts';
import { DrillCaller } from './drill-caller.ts';
import { until } from './eventually.ts';
import { networkOf } from './networks.ts';
import { Peer, type Place } from './peer.ts';
import { SwitchProcess } from './switch-process.ts';

const CALLS = { callsPerSecond: 20, holdMs: 4_000 };
const LIFE_MS = 1_500;
const KILLS = 2;

/** In units of the currency: less than all calls would cost. */
const PAID = 3;
const NANOS = 1e9;
/** Free minutes of the package, which the first calls use up. */
const FREE_MINUTES = 1;

function network(vendor: Place): string {
  return networkOf(
    ['127.0.0.2'],
    [{ name: 'vendor', at: vendor, fields: { clearingAccount: 'carrier' } }],
    { SERVER_BILLING_RESERVE_TIME: 6 },
    {
      accounts: [
        { account: 'acme', rateTable: 'retail', creditLimit: 0, package: 'basic' },
        { account: 'carrier', type: 'settlement', rateTable: 'wholesale', creditLimit: 'None' },
      ],
      packages: [
        { name: 'basic', currency: 'EUR', freeMinutes: [{ name: 'all', prefixes: [''], minutes: FREE_MINUTES }] },
      ],
      rateTables: [
        { name: 'retail', currency: 'EUR', rates: [{ prefix: '', price: 0.01, period: 1, tax: 19 }] },
        { name: 'wholesale', currency: 'EUR', rates: [{ prefix: '', price: 0.004, period: 6 }] },
      ],
    },
  );
}

/** The states of both accounts; a switch that is being killed has none. */
async function accountsOf({ management }: SwitchProcess): Promise<AccountState[]> {
  return ((await management.get('/api/v1/accounts').catch(() => null)) ?? []) as AccountState[];
}

/** Looks at the balance again and again while `work` goes on; answers the least that was left to spend. */
async function leastWhile(current: () => SwitchProcess, work: () => Promise<void>): Promise<number> {
  let least = Number.POSITIVE_INFINITY;
  let isOver = false;
  const looking = (async () => {
    while (!isOver) {
      const [acme] = await accountsOf(current());
      if (acme !== undefined) least = Math.min(least, Number(acme.spendableNanos));
      await sleep(50);
    }
  })();
  await work();
  isOver = true;
  await looking;
  return least;
}

async function drill(context: TestContext, shards: number): Promise<void> {
  const answerer = new Answerer(await Peer.open(context, '127.0.0.3'), { ringMs: 20 });
  context.after(() => answerer.stop());
  const caller = new DrillCaller(await Peer.open(context, '127.0.0.2'));
  let tandem = await SwitchProcess.start(context, shards, network(answerer.peer.place));
  assert.match(await tandem.tandem('pay', 'acme', String(PAID), '--memo', 'in advance'), /^acme: 3\.000000 entered/);
  caller.begin(tandem.sip, CALLS);
  const stories = { answered: 0, refused: 0 };
  const least = await leastWhile(
    () => tandem,
    async () => {
      await sleep(LIFE_MS);
      for (let kill = 0; kill < KILLS; kill++) {
        await tandem.kill();
        tandem = await tandem.again(context, shards);
        await sleep(LIFE_MS);
      }
      const seen = await caller.end(60_000);
      stories.answered = seen.filter(({ status }) => status === 200).length;
      stories.refused = seen.filter(({ status }) => status === 402).length;
    },
  );
  context.diagnostic(JSON.stringify({ ...stories, least }));
  await until('no call is left', async () => (await tandem.management.status()).calls.active === 0);
  await until('everything is booked', async () => (await accountsOf(tandem)).every(isAtRest));
  const [acme, carrier] = (await accountsOf(tandem)) as [AccountState, AccountState];
  assert.match(await tandem.tandem('verify'), /^The ledger is sound/);
  await tandem.stop();
  const cdrs = tandem.cdrsOnDisk();
  const charged = new Map<string, bigint>();
  for (const { account, nanos } of cdrs.flatMap((cdr) => chargesOf(cdr))) {
    charged.set(account, (charged.get(account) ?? 0n) + BigInt(nanos));
  }
  assert.equal(new Set(cdrs.map(({ id }) => id)).size, cdrs.length, 'no identifier comes twice');
  assert.equal(cdrs.filter(({ answeredAtWallMs }) => answeredAtWallMs !== null).length, stories.answered);
  assert.equal(Number(acme.chargedNanos), Number(charged.get('acme')));
  assert.equal(Number(carrier.chargedNanos), Number(charged.get('carrier')));
  assert.equal(Number(acme.balanceNanos), PAID * NANOS - Number(charged.get('acme')));
  const freeSeconds = cdrs.reduce((sum, cdr) => sum + cdr.freeSeconds, 0);
  assert.ok(freeSeconds > 0 && freeSeconds <= 60 * FREE_MINUTES, `${freeSeconds} seconds were free`);
  const [state] = JSON.parse(await tandem.tandem('packages', '--json')) as PackageState[];
  assert.deepEqual(
    state?.free.map(({ usedSeconds, leftSeconds }) => [usedSeconds, leftSeconds]),
    [[freeSeconds, 60 * FREE_MINUTES - freeSeconds]],
    'the ledger counts what the CDRs say',
  );
  assert.ok(least >= 0, `never below the limit: ${least}`);
  assert.ok(stories.answered > 20, `${stories.answered} calls were answered`);
  assert.ok(stories.refused > 0, 'its money came to an end');
  const [told] = JSON.parse(await tandem.tandem('accounts', '--json')) as AccountState[];
  assert.equal(told?.balanceNanos, acme.balanceNanos, 'the data directory says what the switch said');
  assert.match(await tandem.tandem('verify'), /^The ledger is sound/);
}

/** Its memory has what its ledger has. */
function isAtRest({ balanceNanos, spendableNanos }: AccountState): boolean {
  return balanceNanos === spendableNanos;
}

for (const shards of [0, 2]) {
  test(`killed twice with prepaid calls up, ${shards} shards: charged once each, never below the limit`, (context) =>
    drill(context, shards));
}
