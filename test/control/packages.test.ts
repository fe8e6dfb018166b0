// Packages: rent at the beginning of a period, what is lacking of the minimum at its end, by the clocks of the account;
// each booked once, over restarts, and after the switch was down.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NANOS } from '../../src/core/rating/money.ts';
import { FREE_ALLOWANCES_MAX, FREE_MINUTES_MAX } from '../../src/core/rating/rating-limits.ts';
import { openLmdbStores } from '../../src/store/lmdb.ts';
import { temporaryDirectory } from '../store/temporary-directory.ts';
import { ask, openControl } from './control-fixture.ts';
import { network, Stage } from './package-stage.ts';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

const JANUARY_RENT = 'rent -30 at 2027-01-01T00:00:00.000Z: basic, 2027-01-01 to 2027-01-31';

describe('rent', () => {
  test('is booked once at the beginning of each period', async () => {
    const stage = new Stage('2027-01-01T08:00:00Z', network(', package: basic, packageFrom: 2027-01-01'));
    assert.deepEqual(await stage.look('2027-01-01T08:00:00Z'), [JANUARY_RENT]);
    assert.deepEqual(await stage.look('2027-01-31T23:59:59Z'), []);
    assert.deepEqual(await stage.look('2027-02-01T00:00:00Z'), [
      'rent -30 at 2027-02-01T00:00:00.000Z: basic, 2027-02-01 to 2027-02-28',
    ]);
    assert.deepEqual(await stage.look('2027-02-01T00:00:30Z'), []);
  });

  test('is booked for every period that began while the switch was down, and once over restarts', async () => {
    const stores = openLmdbStores(temporaryDirectory());
    const stage = new Stage(
      '2027-01-01T08:00:00Z',
      network(', package: basic, packageFrom: 2027-01-01', 'rent: 30'),
      stores,
    );
    assert.deepEqual(await stage.look('2027-01-01T08:00:00Z'), [JANUARY_RENT]);
    stage.restart();
    assert.deepEqual(await stage.look('2027-01-01T08:01:00Z'), []);
    stage.restart();
    assert.deepEqual(
      (await stage.look('2027-04-02T00:00:00Z')).map((line) => line.slice(0, 19)),
      ['rent -30 at 2027-02', 'rent -30 at 2027-03', 'rent -30 at 2027-04'],
    );
    await stores.close();
  });

  test('of a part of a period is the part of its days; it begins and ends on the days of the zone', async () => {
    const fields = ', package: basic, packageFrom: 2027-01-17, packageUntil: 2027-03-02, timeZone: Asia/Kolkata';
    const stage = new Stage('2027-01-10T00:00:00Z', network(fields, 'rent: 31'));
    assert.deepEqual(await stage.look('2027-01-16T18:29:59Z'), []);
    assert.deepEqual(await stage.look('2027-01-16T18:30:00Z'), [
      'rent -15 at 2027-01-16T18:30:00.000Z: basic, 2027-01-17 to 2027-01-31',
    ]);
    assert.deepEqual(await stage.look('2027-05-01T00:00:00Z'), [
      'rent -31 at 2027-01-31T18:30:00.000Z: basic, 2027-02-01 to 2027-02-28',
      'rent -1 at 2027-02-28T18:30:00.000Z: basic, 2027-03-01 to 2027-03-01',
    ]);
  });

  test('of a year is for the days of that year, whichever month it begins in', async () => {
    const fields = ', package: basic, packageFrom: 2027-03-01';
    const stage = new Stage('2027-02-10T00:00:00Z', network(fields, 'period: year, rent: 365'));
    assert.deepEqual(await stage.look('2027-03-01T00:00:00Z'), [
      'rent -306 at 2027-03-01T00:00:00.000Z: basic, 2027-03-01 to 2027-12-31',
    ]);
    assert.deepEqual(await stage.look('2027-12-31T23:59:59Z'), []);
    assert.deepEqual(await stage.look('2028-12-31T23:59:59Z'), [
      'rent -365 at 2028-01-01T00:00:00.000Z: basic, 2028-01-01 to 2028-12-31',
    ]);
  });

  test('is never booked for periods that were over when the account got its package', async () => {
    const stage = new Stage('2027-03-10T08:00:00Z', network(', package: basic, packageFrom: 2020-01-01', 'rent: 31'));
    assert.deepEqual(await stage.look('2027-03-10T08:00:00Z'), [
      'rent -31 at 2027-03-01T00:00:00.000Z: basic, 2027-03-01 to 2027-03-31',
    ]);
    const today = new Stage('2027-03-10T08:00:00Z', network(', package: basic', 'rent: 31'));
    assert.deepEqual(await today.look('2027-03-10T08:00:00Z'), [
      'rent -22 at 2027-03-10T00:00:00.000Z: basic, 2027-03-10 to 2027-03-31',
    ]);
  });

  test('no day is paid twice, whatever becomes of the package; days without one are not paid', async () => {
    const stage = new Stage('2027-01-01T08:00:00Z', network(', package: basic', 'rent: 30'));
    assert.deepEqual(await stage.look('2027-01-01T08:00:00Z'), [JANUARY_RENT]);
    stage.apply(network('', 'rent: 30'));
    assert.deepEqual(await stage.look('2027-01-05T08:00:00Z'), []);
    stage.apply(network(', package: daily', 'rent: 30'));
    assert.deepEqual(await stage.look('2027-01-06T08:00:00Z'), [], 'taken away and given back, January is paid');
    assert.deepEqual(await stage.look('2027-01-31T08:00:00Z'), []);
    assert.equal((await stage.look('2027-02-03T08:00:00Z')).length, 3);
    stage.apply(network('', 'rent: 30'));
    assert.deepEqual(await stage.look('2027-02-10T08:00:00Z'), []);
    stage.apply(network(', package: daily', 'rent: 30'));
    assert.deepEqual(await stage.look('2027-02-20T08:00:00Z'), [
      'rent -1 at 2027-02-20T00:00:00.000Z: daily, 2027-02-20 to 2027-02-20',
    ]);
  });
});

test('a stop does not wait until all accounts are charged; the next start charges the others, each once', async () => {
  const names = Array.from({ length: 150 }, (_, at) => `account-${at}`);
  const accounts = names.map((name) => `  - { account: ${name}, currency: EUR, package: daily }\n`).join('');
  const stage = new Stage('2027-01-01T08:00:00Z', network('') + accounts);
  const paid = () => stage.stores.ledger.payments(null, 1_000).map(({ account }) => account);
  void stage.charges.look();
  await stage.charges.stop();
  assert.ok(paid().length > 0 && paid().length < 150, `${paid().length}`);
  stage.restart();
  await stage.charges.look();
  assert.deepEqual(paid().sort(), names.sort());
});

test('the clocks of a zone are asked for all its accounts at once, not for each', async (context) => {
  const names = Array.from({ length: 200 }, (_, at) => `account-${at}`);
  const accounts = names.map((name) => `  - { account: ${name}, currency: EUR, package: basic }\n`).join('');
  const stage = new Stage('2027-01-01T08:00:00Z', network('') + accounts);
  await stage.look('2027-01-01T08:00:00Z');
  const clocks = context.mock.method(Intl, 'DateTimeFormat');
  await stage.look('2027-01-01T08:01:00Z');
  assert.ok(clocks.mock.callCount() < 50, `${clocks.mock.callCount()}`);
});

describe('days without the package', () => {
  const rentOf = (lines: readonly string[]): string[] => lines.map((line) => line.slice(0, 22));

  test('between the last day of one term and the first of the next are not paid', async () => {
    const first = ', package: basic, packageFrom: 2027-01-01, packageUntil: 2027-02-01';
    const stage = new Stage('2027-01-01T08:00:00Z', network(first));
    assert.deepEqual(await stage.look('2027-01-01T08:00:00Z'), [JANUARY_RENT]);
    assert.equal((await stage.look('2027-02-01T00:02:00Z')).length, 1, 'the minimum of January');
    stage.apply(network(', package: basic, packageFrom: 2027-06-01'));
    assert.deepEqual(await stage.look('2027-05-31T12:00:00Z'), []);
    assert.deepEqual(rentOf(await stage.look('2027-06-01T12:00:00Z')), ['rent -30 at 2027-06-01']);
    assert.deepEqual(rentOf(await stage.look('2027-06-30T12:00:00Z')), []);
    const [minimum] = await stage
      .look('2027-07-01T00:02:00Z')
      .then((lines) => lines.filter((line) => /^min/.test(line)));
    assert.match(minimum ?? '', /^minimum -60 .*2027-06-01 to 2027-06-30$/);
  });

  test('between its last day and the period in which that is set anew are not paid', async () => {
    const until = (day: string) => network(`, package: basic, packageFrom: 2027-01-01, packageUntil: ${day}`);
    const stage = new Stage('2027-01-01T08:00:00Z', until('2027-01-21'));
    assert.deepEqual(rentOf(await stage.look('2027-01-01T08:00:00Z')), ['rent -19.35483871 at 2']);
    assert.equal((await stage.look('2027-01-21T00:02:00Z')).length, 1, 'the minimum of January');
    assert.deepEqual(await stage.look('2027-05-10T08:00:00Z'), []);
    const [state] = await stage.charges.states();
    assert.deepEqual([state?.period, state?.rentUntilDay, state?.dueNanos], [null, Date.UTC(2027, 0, 21) / DAY_MS, 0n]);
    stage.apply(until('2027-07-01'));
    assert.deepEqual(rentOf(await stage.look('2027-05-10T08:01:00Z')), ['rent -30 at 2027-05-01']);
    assert.deepEqual(rentOf(await stage.look('2027-05-10T08:02:00Z')), []);
  });

  test('before a first day that was set later are not paid, and have no minimum', async () => {
    const from = (day: string) => network(`, package: basic, packageFrom: ${day}`);
    const stage = new Stage('2027-01-01T08:00:00Z', from('2027-01-01'));
    assert.deepEqual(await stage.look('2027-01-01T08:00:00Z'), [JANUARY_RENT]);
    stage.apply(from('2027-03-01'));
    assert.deepEqual(await stage.look('2027-01-20T08:00:00Z'), []);
    const [state] = await stage.charges.states();
    assert.equal(state?.period?.fromDay, Date.UTC(2027, 2, 1) / DAY_MS);
    assert.deepEqual(await stage.look('2027-02-10T08:00:00Z'), []);
    assert.deepEqual(rentOf(await stage.look('2027-03-01T08:00:00Z')), ['rent -30 at 2027-03-01']);
    const [, minimum] = await stage.look('2027-04-01T00:02:00Z');
    assert.match(minimum ?? '', /^minimum -60 .*2027-03-01 to 2027-03-31$/);
  });

  test('before a first day that was set earlier again, or taken away, are those before the new one alone', async () => {
    const from = (day: string) => network(`, package: basic, packageFrom: ${day}`, 'rent: 31');
    for (const [day, rent] of [
      ['2027-01-15', 'rent -17 at 2027-01-15'],
      ['2027-01-05', 'rent -27 at 2027-01-05'],
      ['2020-01-01', 'rent -31 at 2027-01-01'],
    ] as const) {
      const stage = new Stage('2027-01-10T08:00:00Z', from('2027-06-01'));
      assert.deepEqual(await stage.look('2027-01-10T08:00:00Z'), []);
      stage.apply(from(day));
      assert.deepEqual(rentOf(await stage.look('2027-01-15T08:00:00Z')), [rent]);
      stage.apply(from('2027-05-01'));
      assert.deepEqual(await stage.look('2027-01-20T08:00:00Z'), []);
      stage.apply(network(', package: basic', 'rent: 31'));
      assert.deepEqual(await stage.look('2027-01-25T08:00:00Z'), [], 'January is paid');
      assert.deepEqual(rentOf(await stage.look('2027-02-02T08:00:00Z')), ['rent -31 at 2027-02-01']);
    }
    const stage = new Stage('2027-01-10T08:00:00Z', from('2027-06-01'));
    assert.deepEqual(await stage.look('2027-01-10T08:00:00Z'), []);
    stage.apply(network(', package: basic', 'rent: 31'));
    assert.deepEqual(rentOf(await stage.look('2027-01-22T08:00:00Z')), ['rent -10 at 2027-01-22']);
  });

  test('of an account that is not in the network are not paid', async () => {
    const stage = new Stage('2027-01-01T08:00:00Z', network(', package: basic, packageFrom: 2027-01-01', 'rent: 30'));
    assert.deepEqual(await stage.look('2027-01-01T08:00:00Z'), [JANUARY_RENT]);
    stage.apply(network('', 'rent: 30').replace('account: alpha', 'account: other'));
    assert.deepEqual(await stage.look('2027-02-01T08:00:00Z'), []);
    stage.apply(network(', package: basic', 'rent: 30'));
    assert.deepEqual(rentOf(await stage.look('2027-06-01T12:00:00Z')), ['rent -30 at 2027-06-01']);
  });
});

describe('the minimum consumption', () => {
  const fields = ', package: basic, packageFrom: 2027-01-01, timeZone: Europe/Berlin';
  const minimum = 'minimumConsumption: 60';

  test('is booked a minute after the period, so much of it as its calls lack, tax included', async () => {
    const stage = new Stage('2027-01-01T08:00:00Z', network(fields, minimum));
    assert.deepEqual(await stage.look('2027-01-01T08:00:00Z'), []);
    stage.call('2026-12-31T22:59:59Z', 7); // Before midnight in Berlin.
    stage.call('2026-12-31T23:00:00Z', 10);
    stage.call('2027-01-15T12:00:00Z', 5, 'beta');
    assert.deepEqual(await stage.look('2027-01-31T23:00:59Z'), []);
    stage.call('2027-01-31T22:59:59.999Z', 15);
    stage.call('2027-01-31T23:00:00Z', 20);
    assert.deepEqual(await stage.look('2027-01-31T23:01:00Z'), [
      'minimum -35 at 2027-01-31T22:59:59.999Z: basic, 2027-01-01 to 2027-01-31',
    ]);
    assert.deepEqual(await stage.look('2027-01-31T23:05:00Z'), []);
    stage.restart();
    assert.deepEqual(await stage.look('2027-01-31T23:06:00Z'), []);
    assert.deepEqual(await stage.look('2027-03-01T12:00:00Z'), [
      'minimum -40 at 2027-02-28T22:59:59.999Z: basic, 2027-02-01 to 2027-02-28',
    ]);
  });

  test('is not reached by calls of the same account in a currency that it had before', async () => {
    const stage = new Stage('2027-01-01T08:00:00Z', network(fields, minimum));
    await stage.look('2027-01-01T08:00:00Z');
    stage.call('2027-01-10T00:00:00Z', 40, 'alpha', 'USD');
    stage.call('2027-01-20T00:00:00Z', 15);
    stage.call('2027-01-21T00:00:00Z', 5, 'alpha', ''); // Of a release that did not say it.
    assert.deepEqual(await stage.look('2027-02-02T00:00:00Z'), [
      'minimum -40 at 2027-01-31T22:59:59.999Z: basic, 2027-01-01 to 2027-01-31',
    ]);
  });

  test('is not booked where the calls reach it', async () => {
    const stage = new Stage('2027-01-01T08:00:00Z', network(fields, minimum));
    assert.deepEqual(await stage.look('2027-01-01T08:00:00Z'), []);
    stage.call('2027-01-10T00:00:00Z', 60);
    assert.deepEqual(await stage.look('2027-02-02T00:00:00Z'), []);
    assert.deepEqual(await stage.look('2027-03-02T00:00:00Z'), [
      'minimum -60 at 2027-02-28T22:59:59.999Z: basic, 2027-02-01 to 2027-02-28',
    ]);
  });

  test('of a period whose end the switch was down at waits for the records of that time', async () => {
    const stage = new Stage('2027-01-01T08:00:00Z', network(fields, minimum));
    await stage.look('2027-01-01T08:00:00Z');
    stage.wallMs = Date.parse('2030-01-01T00:00:00Z'); // By a clock that is set right soon.
    stage.restart();
    assert.deepEqual(await stage.look('2027-02-02T00:00:00Z'), []);
    stage.call('2027-01-31T20:00:00Z', 25); // Its session was over then.
    assert.deepEqual(await stage.look('2027-02-02T00:00:59Z'), []);
    assert.deepEqual(await stage.look('2027-02-02T00:01:00Z'), [
      'minimum -35 at 2027-01-31T22:59:59.999Z: basic, 2027-01-01 to 2027-01-31',
    ]);
  });

  test('of a part of a period is the part of its days', async () => {
    const part = ', package: basic, packageFrom: 2027-01-02, packageUntil: 2027-01-12';
    const stage = new Stage('2027-01-01T08:00:00Z', network(part, 'minimumConsumption: 31'));
    stage.call('2027-01-01T23:00:00Z', 100);
    stage.call('2027-01-02T00:00:00Z', 4);
    await stage.look('2027-01-01T08:00:00Z');
    assert.deepEqual(await stage.look('2027-02-12T00:00:00Z'), [
      'minimum -6 at 2027-01-11T23:59:59.999Z: basic, 2027-01-02 to 2027-01-11',
    ]);
  });

  test('of a time whose calls are not all known is left to the operator, and the next one is booked', async () => {
    const stage = new Stage('2027-01-01T08:00:00Z', network(fields, minimum));
    await stage.look('2027-01-01T08:00:00Z');
    for (const day of ['02', '20']) stage.call(`2027-01-${day}T00:00:00Z`, 1);
    stage.stores.spool.trim(1, 1, 1);
    stage.restart();
    assert.deepEqual(await stage.look('2027-02-03T00:00:00Z'), []);
    assert.deepEqual(await stage.look('2027-03-03T00:00:00Z'), [
      'minimum -60 at 2027-02-28T22:59:59.999Z: basic, 2027-02-01 to 2027-02-28',
    ]);
  });

  test('how far it is: what is to be consumed, and what was', async () => {
    const stage = new Stage('2027-01-01T08:00:00Z', network(fields, `rent: 3, ${minimum}`));
    stage.call('2027-01-10T00:00:00Z', 20);
    await stage.look('2027-01-10T00:00:00Z');
    const [state] = await stage.charges.states();
    assert.deepEqual([state?.package, state?.dueNanos, state?.consumedNanos], ['basic', 60n * NANOS, 20n * NANOS]);
    assert.equal(state?.rentUntilDay, Date.UTC(2027, 1) / DAY_MS);
  });
});

const free = (...lines: string[]) => `freeMinutes: [${lines.map((line) => `{ ${line} }`).join(', ')}]`;
const FIVE = Array.from({ length: FREE_ALLOWANCES_MAX + 1 }, (_, at) => `name: n${at}, prefixes: ["4"], minutes: 9`);

test('a network file with packages is read, and its mistakes are told', () => {
  const stage = new Stage('2027-01-01T08:00:00Z', network(', package: basic'));
  for (const [text, sentence] of [
    [network(', package: basik'), /package: names "basik", which is not in packages; did you mean basic\?/],
    [network(', package: basic').replace('alpha, currency: EUR', 'alpha'), /package: is in EUR, .* in no currency/],
    [network(', packageFrom: 2027-01-01'), /package: is missing, and there is a packageFrom/],
    [network(', package: basic, packageFrom: 2027-02-30x'), /packageFrom: takes a day such as/],
    [network(', package: basic, packageFrom: 2027-01-02, packageUntil: 2027-01-02'), /is not after packageFrom/],
    [network('', 'rent: -1'), /rent: takes an amount/],
    [network('', 'period: month'), /rent: is missing, and so are minimumConsumption and freeMinutes/],
    [network('', 'period: week, rent: 1'), /period: takes day or month or year/],
    [network('', free('prefixes: ["49"], minutes: 9')), /freeMinutes\[0\]\.name: is missing/],
    [network('', free('name: one, minutes: 9')), /freeMinutes\[0\]\.prefixes: is missing/],
    [network('', free('name: one, prefixes: [x], minutes: 9')), /prefixes.*takes a prefix of up to/],
    [
      network('', free('name: one, prefixes: [""], minutes: 30000001')),
      new RegExp(`minutes: takes a whole number from 1 to ${FREE_MINUTES_MAX}`),
    ],
    [
      network('', free('name: one, prefixes: ["4"], hours: never, minutes: 9')),
      /hours: names "never", which is not in/,
    ],
    [network('', free(...FIVE)), /freeMinutes: has 5 entries, 4 are the most/],
  ] as const) {
    assert.throws(() => stage.apply(text), sentence);
  }
});

test('a switch charges by its clock, and its API tells how packages stand', async (context) => {
  const path = temporaryDirectory();
  const { control, stores } = openControl(path);
  const port = await control.start();
  context.after(() => control.stop());
  await ask(path, port, 'POST /api/v1/apply', { body: network(', package: daily') });
  control.tick(2 * MINUTE_MS);
  await control.packages.look();
  const states = (await ask(path, port, 'GET /api/v1/packages')).json() as { account: string; package: string }[];
  assert.deepEqual(
    states.map(({ account, package: name }) => [account, name]),
    [['alpha', 'daily']],
  );
  assert.deepEqual(
    stores.ledger.payments('alpha', 9).map(({ kind, nanos }) => [kind, nanos]),
    [['rent', -NANOS]],
  );
});
