// tandem accounts, pay, payments and verify, with the switch stopped and with one running; and the API below them.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { requireRunningSwitch } from '../../src/cli/switch-client.ts';
import { place, running, tandem } from './command-line.ts';

const NETWORK = `
rateTables:
  - { name: retail, currency: EUR, rates: [{ prefix: "", price: 0.01, period: 1 }] }
accounts:
  - { account: blue, name: Blue Telecom, tags: [north, prepaid], rateTable: retail, creditLimit: 5 }
  - { account: free, creditLimit: None }
mappingGateways:
  - { name: In, account: blue, remoteIps: [198.51.100.7] }
`;

function stage(): string {
  const directory = place();
  writeFileSync(join(directory, 'net.yaml'), NETWORK);
  return directory;
}

test('with the switch stopped a payment goes into the data directory, with who entered it and why', async () => {
  const directory = stage();
  await tandem(directory, 'apply', 'net.yaml');
  const paid = await tandem(directory, 'pay', 'blue', '12.50', '--memo', 'invoice 7');
  assert.deepEqual([paid.code, paid.out], [0, 'blue: 12.500000 entered, the balance is 12.500000.\n'], paid.error);
  const fee = await tandem(directory, 'pay', 'blue', '0.5', '--kind', 'deduction');
  assert.equal(fee.out, 'blue: -0.500000 entered, the balance is 12.000000.\n');
  const accounts = await tandem(directory, 'accounts');
  assert.match(accounts.out, /\nblue +EUR +12\.000000 +17\.000000 +5\.000000 +12\.000000 +0\.000000 +0 /);
  assert.match(accounts.out, /\nfree .* None /);
  const payments = await tandem(directory, 'payments', 'blue');
  assert.match(payments.out, /deduction +-0\.500000 +12\.000000 [\s\S]*topUp +12\.500000 +12\.500000 .*invoice 7/);
  assert.match((await tandem(directory, 'verify')).out, /^The ledger is sound/);
});

test('accounts are told with their names, and picked out by a tag', async (context) => {
  const directory = stage();
  await tandem(directory, 'apply', 'net.yaml');
  const isTold = async (): Promise<void> => {
    const { out } = await tandem(directory, 'accounts', '--tag', 'north');
    assert.match(out, /^account .* name +tags\nblue .* +0 {2,}Blue Telecom {2}north, prepaid\n$/);
    const told = JSON.parse((await tandem(directory, 'accounts', '--json')).out) as Record<string, unknown>[];
    assert.deepEqual(
      told.map(({ account, name, contact, tags }) => [account, name, contact, tags]),
      [
        ['blue', 'Blue Telecom', '', ['north', 'prepaid']],
        ['free', '', '', []],
      ],
    );
    const none = await tandem(directory, 'accounts', '--tag', 'nor');
    assert.deepEqual([none.code, none.out], [0, 'No account has the tag nor.\n']);
  };
  await isTold();
  const { control } = await running(context, directory);
  control.configuration.apply({ text: NETWORK, name: 'net', author: '', note: '', atWallMs: 0, dryRun: false });
  control.accounts.open(control.configuration.snapshot);
  await isTold();
});

test('control characters are spelled for a terminal, and JSON that has them stays JSON', async () => {
  const directory = stage();
  await tandem(directory, 'apply', 'net.yaml');
  const memo = 'a\x1bb\x7fc\x85';
  await tandem(directory, 'pay', 'blue', '1', '--memo', memo);
  assert.match((await tandem(directory, 'payments')).out, /a\\x1bb\\x7fc\\x85\n$/);
  const { out } = await tandem(directory, 'payments', '--json');
  assert.deepEqual([(JSON.parse(out) as { memo: string }[])[0]?.memo, /[\x7f-\x9f]/.test(out)], [memo, false]);
});

test('SERVER_BILLING_FEE_PRECISION: amounts are shown with so many decimals, rounded half up', async () => {
  const directory = stage();
  await tandem(directory, 'apply', 'net.yaml');
  await tandem(directory, 'pay', 'blue', '1.255', '--kind', 'topUp');
  await tandem(directory, 'params', 'set', 'SERVER_BILLING_FEE_PRECISION=2');
  assert.match((await tandem(directory, 'accounts')).out, /\nblue +EUR +1\.26 +6\.26 +5\.00 +1\.26 +0\.00 +0 /);
  assert.equal((await tandem(directory, 'pay', 'blue', '0.5')).out, 'blue: 0.50 entered, the balance is 1.76.\n');
});

test('an account that is taken out of the network keeps what it has, and is told', async () => {
  const directory = stage();
  await tandem(directory, 'apply', 'net.yaml');
  await tandem(directory, 'pay', 'free', '7');
  writeFileSync(join(directory, 'less.yaml'), NETWORK.replace(/.*account: free.*\n/, ''));
  assert.equal((await tandem(directory, 'apply', 'less.yaml')).code, 0);
  const { out } = await tandem(directory, 'accounts');
  assert.match(out, /\nfree +not in the network +7\.000000 +7\.000000 +0\.000000 +0\n/);
  assert.match((await tandem(directory, 'payments', 'free')).out, /\n.* free +topUp +7\.000000 /);
  assert.equal((await tandem(directory, 'payments', 'nobody')).code, 1);
});

test('the currency of an account cannot change while it has money, by whatever it would', async () => {
  const directory = stage();
  await tandem(directory, 'apply', 'net.yaml');
  writeFileSync(join(directory, 'dollars.yaml'), NETWORK.replace('EUR', 'USD'));
  assert.equal((await tandem(directory, 'apply', '--dry-run', 'dollars.yaml')).code, 0);
  await tandem(directory, 'pay', 'blue', '12.5');
  for (const words of [['--dry-run'], []]) {
    const refused = await tandem(directory, 'apply', ...words, 'dollars.yaml');
    assert.equal(refused.code, 1, refused.out);
    assert.match(
      refused.error,
      /account blue has 12\.50 EUR, which its currency would turn into USD\. Bring its balance/,
    );
  }
  writeFileSync(join(directory, 'without.yaml'), 'systemParameters: { SS_CAPACITY: 100 }');
  assert.equal((await tandem(directory, 'apply', 'without.yaml')).code, 0);
  const back = await tandem(directory, 'apply', 'dollars.yaml');
  assert.match(back.error, /account blue has 12\.50 EUR, which its currency would turn into USD/, 'nor by a detour');
  assert.equal((await tandem(directory, 'apply', 'net.yaml')).code, 0);
  await tandem(directory, 'pay', 'blue', '12.5', '--kind', 'deduction');
  assert.equal((await tandem(directory, 'apply', 'dollars.yaml')).code, 0);
});

test('with the switch running a payment is in the balance that calls may spend, at once', async (context) => {
  const directory = stage();
  const { control } = await running(context, directory);
  control.configuration.apply({ text: NETWORK, name: 'net', author: '', note: '', atWallMs: 0, dryRun: false });
  control.accounts.open(control.configuration.snapshot);
  const slot = control.configuration.snapshot.prices?.accounts.find(({ account }) => account === 'blue')?.slot ?? -1;
  const paid = await tandem(directory, 'pay', 'blue', '3', '--json');
  assert.equal(paid.code, 0, paid.error);
  const { sequence, nanos, balanceNanos } = JSON.parse(paid.out) as Record<string, number>;
  assert.deepEqual([sequence, nanos, balanceNanos], [1, 3e9, 3e9]);
  assert.equal(control.view.balances.spendable(slot), 3_000_000_000n);
  assert.match((await tandem(directory, 'accounts')).out, /\nblue +EUR +3\.000000 +8\.000000 /);
  assert.deepEqual(JSON.parse((await tandem(directory, 'verify', '--json')).out), { faults: [] });
});

test('a payment that cannot be meant is refused, and nothing is entered', async (context) => {
  const directory = stage();
  await tandem(directory, 'apply', 'net.yaml');
  const wrong = [
    [['nobody', '1'], /There is no account "nobody"/],
    [['blue', 'much'], /amount takes a number such as 100 or 12\.50, not "much"/],
    [['blue', '0'], /amount is 0, or above 1000000000/],
    [['blue', '1000000001'], /amount is 0, or above 1000000000/],
    [['blue', '1', '--kind', 'gift'], /kind takes topUp, deduction, correction, not "gift"/],
    [['blue', '1', '--memo', 'x'.repeat(257)], /memo has more than 256 characters/],
  ] as const;
  for (const [words, sentence] of wrong) {
    const { code, error } = await tandem(directory, 'pay', ...words);
    assert.equal(code, 1, error);
    assert.match(error, sentence);
  }
  assert.match((await tandem(directory, 'payments')).out, /^There are no payments\./);
  await running(context, directory);
  assert.equal((await tandem(directory, 'pay', 'nobody', '1')).code, 1, 'the same through the switch');
});

test('a payment that is sent again with its key is entered once, by the switch and without it', async (context) => {
  const directory = stage();
  const pay = (amount: string) => tandem(directory, 'pay', 'blue', amount, '--key', 'order-7', '--json');
  const paysOnce = async (): Promise<void> => {
    const first = await pay('3');
    assert.equal(first.code, 0, first.out);
    assert.deepEqual(JSON.parse((await pay('3')).out), JSON.parse(first.out));
    const other = await pay('4');
    assert.equal(other.code, 1);
    assert.match(other.out, /its key has entered another one, of blue/);
  };
  await tandem(directory, 'apply', 'net.yaml');
  await paysOnce();
  const { control } = await running(context, directory);
  control.configuration.apply({ text: NETWORK, name: 'net', author: '', note: '', atWallMs: 0, dryRun: false });
  control.accounts.open(control.configuration.snapshot);
  await paysOnce();
  assert.equal(control.accounts.payments('blue', 10).length, 1);
  for (const sequence of [2, 3]) {
    const { out } = await tandem(directory, 'pay', 'blue', '3', '--json');
    assert.equal((JSON.parse(out) as { readonly sequence: number }).sequence, sequence, 'each has a key of its own');
  }
});

test('the API refuses a field of a payment, or a word of a question, that is none', async (context) => {
  const directory = stage();
  const { control } = await running(context, directory);
  control.configuration.apply({ text: NETWORK, name: 'net', author: '', note: '', atWallMs: 0, dryRun: false });
  control.accounts.open(control.configuration.snapshot);
  const post = (body: string): Promise<unknown> =>
    requireRunningSwitch(join(directory, 'data')).post('/api/v1/payments', { author: 'me' }, body);
  await assert.rejects(
    post('{"account":"blue","amount":"5","knd":"deduction"}'),
    /knd is no field of it; did you mean kind/,
  );
  await assert.rejects(post('{"account":"blue","amount":"5","memo":{"a":1}}'), /memo takes a text/);
  const get = (path: string, word: string): Promise<unknown> =>
    requireRunningSwitch(join(directory, 'data')).get(path, { [word]: 'x' });
  for (const [path, word] of [
    ['/api/v1/payments', 'acount'],
    ['/api/v1/reports', 'grup'],
    ['/api/v1/bills', 'acount'],
  ] as const) {
    await assert.rejects(get(path, word), /is no word of this question; did you mean/);
  }
  await assert.rejects(get('/api/v1/accounts', 'account'), /account is no word of this question; there is only tag/);
  assert.deepEqual(control.accounts.payments(null, 10), []);
});
