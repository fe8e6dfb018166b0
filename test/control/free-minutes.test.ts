// Free minutes as control keeps them: granted at the turn of a period by the clocks of the account, less what CDRs say
// was used; and what is computed from those CDRs again agrees.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { checkFees } from '../../src/control/cdr/checks/fee-check.ts';
import { UnpackedSpool } from '../../src/control/cdr/unpacked-spool.ts';
import { AccountBook } from '../../src/control/ledger/account-book.ts';
import { FreeMinutes } from '../../src/control/ledger/free-minutes.ts';
import { PastRates } from '../../src/control/rates/past-rates.ts';
import { RateAgain } from '../../src/control/rerating/rate-again.ts';
import { Configuration } from '../../src/control/tables/configuration.ts';
import type { Cdr } from '../../src/core/cdr/cdr.ts';
import { Balances } from '../../src/core/rating/balances.ts';
import { freePlaceOf, termOf } from '../../src/core/rating/free-seconds.ts';
import { openMemoryStores } from '../../src/store/memory.ts';
import { pack } from '../../src/store/records.ts';
import { CALLER, PricedBench, snapshotOfFile, TRUNK } from '../core/call/priced-bench.ts';
import { EPOCH_WALL_MS } from '../simulator/switch.ts';
import { sampleCdr } from '../store/sample-cdr.ts';

const DAY_MS = 86_400_000;

function network(minutes: number, fields = ''): string {
  return `
rateTables:
  - { name: retail, currency: EUR, rates: [{ prefix: "4", perMinute: 0.06, increments: 30/6, tax: 19 }] }
packages:
  - { name: basic, currency: EUR, freeMinutes: [{ name: national, prefixes: ["49"], minutes: ${minutes} }] }
accounts:
  - { account: alpha, rateTable: retail, creditLimit: None, package: basic${fields} }
mappingGateways:
  - { name: in, account: alpha, remoteIps: ${CALLER.address} }
routingGateways:
  - { name: out, remoteIp: ${TRUNK.address} }
`;
}

/** One data directory, and a clock that is moved by hand. */
class Stage {
  readonly stores = openMemoryStores();
  #wallMs: number;
  #configuration: Configuration;
  #balances = new Balances(Balances.allocate(8));
  #book: AccountBook;
  free: FreeMinutes;

  constructor(at: string, text: string) {
    this.#wallMs = Date.parse(at);
    [this.#configuration, this.#book, this.free] = this.#open();
    this.apply(text);
  }

  #open(): [Configuration, AccountBook, FreeMinutes] {
    const configuration = new Configuration(this.stores.configuration, [{ address: '192.0.2.1' }], this.#wallMs);
    const accounts = new AccountBook(this.stores.ledger, new UnpackedSpool(this.stores.spool), this.#balances);
    const free = new FreeMinutes({ accounts, configuration, wallNow: () => this.#wallMs });
    return [configuration, accounts, free];
  }

  apply(text: string): void {
    this.#configuration.apply({ text, name: 'net', author: '', note: '', atWallMs: this.#wallMs, dryRun: false });
    this.free.look();
  }

  /** Control begins again: in a new process, or beside shards that go on. */
  restart(memory: 'new memory' | 'same memory'): void {
    if (memory === 'new memory') this.#balances = new Balances(Balances.allocate(8));
    [this.#configuration, this.#book, this.free] = this.#open();
    while (this.#book.book() > 0);
    this.free.look();
  }

  /** A call is over that had `seconds` free. */
  call(seconds: number, fromDay: string): void {
    const number = this.stores.spool.lastPosition() + 1;
    const free = { freeSeconds: seconds, freeAllowance: 'basic national', freeFromDay: Date.parse(fromDay) / DAY_MS };
    this.stores.spool.append([pack({ ...sampleCdr(number), account: 'alpha', agentFees: [], ...free })]);
    while (this.#book.book() > 0);
  }

  /** Seconds left in shared memory when control looks then. */
  leftAt(at: string): number {
    this.#wallMs = Date.parse(at);
    this.free.look();
    return this.#balances.free.now(this.#place).seconds;
  }

  reserve(seconds: number): void {
    const { term } = this.#balances.free.now(this.#place);
    this.#balances.free.add({ place: this.#place, term, seconds: -seconds });
  }

  state(): unknown {
    const [account = assert.fail()] = this.#configuration.accounts();
    const [held = assert.fail()] = this.#configuration.packages();
    return this.free
      .statesOf(account, held)
      .map(({ grantedSeconds, usedSeconds, leftSeconds }) => [grantedSeconds, usedSeconds, leftSeconds]);
  }

  get #place(): number {
    return freePlaceOf(this.#configuration.snapshot.prices?.accounts[0]?.slot ?? 0, 0);
  }
}

describe('free minutes of a period', () => {
  test('are there from its beginning on, by the clocks of the account; what is left over lapses', () => {
    const stage = new Stage('2027-01-10T00:00:00Z', network(10, ', timeZone: Asia/Kolkata'));
    assert.equal(stage.leftAt('2027-01-10T00:00:00Z'), 600);
    stage.reserve(250);
    assert.equal(stage.leftAt('2027-01-31T18:29:59.999Z'), 350);
    assert.equal(stage.leftAt('2027-01-31T18:30:00Z'), 600);
  });

  test('are less what CDRs say was used, after a start anew; of an earlier period nothing counts', () => {
    const stage = new Stage('2027-01-10T00:00:00Z', network(10));
    stage.call(100, '2026-12-01');
    stage.call(70, '2027-01-01');
    stage.call(30, '2027-01-01');
    stage.restart('new memory');
    assert.equal(stage.leftAt('2027-01-10T00:00:01Z'), 500);
    assert.deepEqual(stage.state(), [[600, 100, 500]]);
  });

  test('stay as they are when control alone begins again', () => {
    const stage = new Stage('2027-01-10T00:00:00Z', network(10));
    stage.reserve(250);
    stage.restart('same memory');
    assert.equal(stage.leftAt('2027-01-10T00:00:01Z'), 350);
  });

  test('may be made more or fewer while calls go on', () => {
    const stage = new Stage('2027-01-10T00:00:00Z', network(10));
    stage.reserve(250);
    stage.apply(network(12));
    assert.equal(stage.leftAt('2027-01-10T00:00:01Z'), 470);
    stage.apply(network(1));
    assert.equal(stage.leftAt('2027-01-10T00:00:01Z'), -190);
  });

  test('of a part of a period are the part of its days, and there are none before or after', () => {
    const fields = ', packageFrom: 2027-01-17, packageUntil: 2027-02-15';
    const stage = new Stage('2027-01-10T00:00:00Z', network(31, fields));
    assert.equal(stage.leftAt('2027-01-16T23:59:59Z'), 0);
    assert.equal(stage.leftAt('2027-01-17T00:00:00Z'), 15 * 60);
    assert.equal(stage.leftAt('2027-02-01T00:00:00Z'), (31 * 60) / 2);
    assert.equal(stage.leftAt('2027-02-15T00:00:00Z'), 0);
    assert.deepEqual(stage.state(), []);
  });

  test('are taken away with the package', () => {
    const stage = new Stage('2027-01-10T00:00:00Z', network(10));
    stage.apply(network(10).replace(', package: basic', ''));
    stage.apply(network(10));
    assert.equal(stage.leftAt('2027-01-10T00:00:01Z'), 600);
  });
});

/** CDRs that a switch wrote by `file`, the first of which are free, one in part, and the last not at all. */
function written(file: string): readonly Cdr[] {
  const calls = new PricedBench(file);
  const [{ free = [] } = assert.fail()] = snapshotOfFile(file).prices?.accounts ?? [];
  const [{ place, allowance } = assert.fail()] = free;
  calls.switch.balances.free.open(place, termOf(allowance, Math.floor(EPOCH_WALL_MS / DAY_MS)), 120);
  let nowMs = 0;
  for (const talkMs of [31_000, 125_000, 20_000]) {
    const name = `call-${nowMs}`;
    calls.call(name, '4930', nowMs);
    nowMs += talkMs;
    calls.advanceTo(nowMs);
    calls.hangUp(name, nowMs);
  }
  return calls.switch.cdrs;
}

describe('CDRs with free seconds', () => {
  const file = network(2);
  const cdrs = written(file);
  const { prices = assert.fail(), calendars = [] } = snapshotOfFile(file);

  test('say how many were free, and charge the others alone', () => {
    assert.deepEqual(
      cdrs.map((cdr) => [cdr.ratedSeconds, cdr.freeSeconds, cdr.billedSeconds, Number(cdr.sellFeeNanos) / 1e7]),
      [
        [31, 31, 0, 0],
        [125, 89, 36, 3.6],
        [20, 0, 30, 3],
      ],
    );
  });

  test('have the fees that are computed from them again; others are told', () => {
    const stage = new Stage(new Date(EPOCH_WALL_MS).toISOString(), file);
    const pastRates = new PastRates(stage.stores.configuration);
    for (const cdr of cdrs) assert.equal(checkFees(cdr, pastRates), '');
    const [, cdr = assert.fail()] = cdrs;
    assert.match(checkFees({ ...cdr, freeSeconds: 0 }, pastRates) ?? '', /^sellFeeNanos is 36000000 instead of 126/);
    assert.match(checkFees({ ...cdr, freeSeconds: 126 }, pastRates) ?? '', /^freeSeconds is 126 instead of 125/);
  });

  test('cost what they cost when they are rated again', () => {
    const calls = {
      side: 'sold',
      account: null,
      insteadOf: '',
      fromWallMs: 0,
      untilWallMs: Number.MAX_SAFE_INTEGER,
    } as const;
    const again = new RateAgain({ calls, prices, calendars, rules: { precisionMs: 0, freeMs: 0 }, differencesMax: 9 });
    for (const cdr of cdrs) again.take(cdr);
    assert.deepEqual(again.result().differences, []);
  });
});
