// tandem accounts, pay, payments and verify: what accounts have, what they paid, and whether the ledger is sound. With
// the switch running through its API, with the switch down in its data directory.

import { randomUUID } from 'node:crypto';
import type { SwitchConfig } from '../config.ts';
import { type KnownAccount, knownAccounts, NOTHING_WRITTEN } from '../control/api/account-question.ts';
import { givenPayment } from '../control/api/given-payment.ts';
import { UnpackedSpool } from '../control/cdr/unpacked-spool.ts';
import { AccountBook, type AccountState } from '../control/ledger/account-book.ts';
import type { Configuration } from '../control/tables/configuration.ts';
import { jsonText } from '../core/base/json-text.ts';
import { Balances } from '../core/rating/balances.ts';
import { moneyText } from '../core/rating/money.ts';
import type { LedgerFault, PaymentEntry } from '../store/ledger.ts';
import { TandemError } from '../tandem-error.ts';
import { alignedTable } from './aligned-table.ts';
import { feeDecimals } from './fee-decimals.ts';
import { operatorName } from './operator-name.ts';
import { withStoppedSwitch } from './stopped-switch.ts';
import { runningSwitch, type SwitchClient } from './switch-client.ts';
import { counted, EXIT_OK, EXIT_REFUSED, type Terminal } from './terminal.ts';

/** A payment as the command line has it. */
export interface PaymentWords {
  readonly account: string;
  readonly amount: string;
  readonly kind: string;
  readonly memo: string;
}

/** A payment, and by what it is known when the command is repeated; '' gives it a key of its own. */
export interface PaymentCommand {
  readonly words: PaymentWords;
  readonly key: string;
}

/** Enters a payment. Rejects with TANDEM_PAYMENT_REFUSED, TANDEM_ACCOUNT_UNKNOWN. */
export async function pay(
  config: SwitchConfig,
  { words, key: given }: PaymentCommand,
  terminal: Terminal,
): Promise<number> {
  const author = operatorName();
  const body = JSON.stringify(words);
  const key = given === '' ? randomUUID() : given;
  // Asked first: behind a payment it could fail, and the command look as if nothing had been entered.
  const amount = await amountsOf(config);
  const entry = await asked<PaymentEntry>(config, {
    running: (client) => client.post('/api/v1/payments', { author }, body, { key }).catch(unknownWhether(key)),
    stopped: (book) => book.pay(givenPayment(body, { operator: author, atWallMs: Date.now(), key })),
  });
  told(terminal, entry, () => [
    `${entry.account}: ${amount(entry.nanos)} entered, the balance is ${amount(entry.balanceNanos)}.`,
  ]);
  return EXIT_OK;
}

/** Tells what accounts have: all, or those with `tag` unless that is ''. */
export async function accounts(config: SwitchConfig, tag: string, terminal: Terminal): Promise<number> {
  const known = await asked<KnownAccount[]>(config, {
    running: (client) => client.get('/api/v1/accounts', tag === '' ? {} : { tag }),
    stopped: (book, configuration) => knownAccounts(book.states(), configuration.accounts(), tag),
  });
  const amount = await amountsOf(config);
  told(terminal, known, () => {
    if (known.length === 0) return [tag === '' ? 'There are no accounts.' : `No account has the tag ${tag}.`];
    const heads = [
      'account',
      'currency',
      'balance',
      'spendable',
      'limit',
      'paid',
      'charged',
      'charges',
      'name',
      'tags',
    ];
    const whole = known.map((one) => ({ ...NOTHING_WRITTEN, ...one }));
    const rows = whole.map((one) => [...rowOf(one, amount), one.name, one.tags.join(', ')]);
    return alignedTable(heads, rows, [2, 3, 4, 5, 6, 7]);
  });
  return EXIT_OK;
}

/** Tells the last payments, of one account or of all. */
export async function payments(
  config: SwitchConfig,
  question: { readonly account: string | null; readonly limit: number },
  terminal: Terminal,
): Promise<number> {
  const { account, limit } = question;
  const entries = await asked<PaymentEntry[]>(config, {
    running: (client) => client.get('/api/v1/payments', { account, limit: String(limit) }),
    stopped: (book) => book.payments(account, limit),
  });
  const amount = await amountsOf(config);
  told(terminal, entries, () => {
    if (entries.length === 0) return ['There are no payments.'];
    const heads = ['entered (UTC)', 'account', 'kind', 'amount', 'balance', 'by', 'memo'];
    const rows = entries.map((entry) => paymentRowOf(entry, amount));
    return alignedTable(heads, rows, [3, 4]);
  });
  return EXIT_OK;
}

/** Counts the ledger anew. Ends with EXIT_REFUSED when an account's sums are not those of its entries. */
export async function verify(config: SwitchConfig, terminal: Terminal): Promise<number> {
  const faults = await asked<LedgerFault[]>(config, {
    running: (client) => client.get('/api/v1/ledger/faults'),
    stopped: (book) => book.verify(),
  });
  const amount = await amountsOf(config);
  told(terminal, { faults }, () => {
    if (faults.length === 0) return ['The ledger is sound: for every account payments and charges make its sums.'];
    const lead = `The ledger is wrong for ${counted(faults.length, 'account')}. Keep the data directory as it is.`;
    const heads = ['account', 'paid', 'counted', 'charged', 'counted'];
    const rows = faults.map((fault) => faultRowOf(fault, amount));
    return [lead, '', ...alignedTable(heads, rows, [1, 2, 3, 4])];
  });
  return faults.length === 0 ? EXIT_OK : EXIT_REFUSED;
}

/** A switch that does not answer may have entered it all the same. */
function unknownWhether(key: string): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof TandemError) || error.code !== 'TANDEM_API_UNREACHABLE') throw error;
    const advice = `Whether it was entered is not known: repeat the command with --key ${key}, which enters it once.`;
    throw new TandemError(error.code, `${error.message} ${advice}`, { cause: error });
  };
}

/** Who answers a question: the running switch, or else its data directory. */
interface Answerers<T> {
  readonly running: (client: SwitchClient) => Promise<unknown>;
  readonly stopped: (book: AccountBook, configuration: Configuration) => T;
}

async function asked<T>(config: SwitchConfig, { running, stopped }: Answerers<T>): Promise<T> {
  const client = runningSwitch(config.dataPath);
  if (client !== null) return (await running(client)) as T;
  return withStoppedSwitch(config, false, ({ stores, configuration }) => {
    const book = new AccountBook(stores.ledger, new UnpackedSpool(stores.spool), new Balances(Balances.allocate()));
    while (book.book() > 0);
    book.open(configuration.snapshot);
    return stopped(book, configuration);
  });
}

function told(terminal: Terminal, value: unknown, tell: () => readonly string[]): void {
  if (terminal.isJson) terminal.say(jsonText(value));
  else for (const line of tell()) terminal.say(line);
}

/** An amount as the API tells it, a number or a text, or as it is here. */
type Amount = (nanos: bigint | number | string) => string;

async function amountsOf(config: SwitchConfig): Promise<Amount> {
  const decimals = await feeDecimals(config);
  return (nanos) => moneyText(BigInt(nanos), decimals);
}

function rowOf(state: AccountState, amount: Amount): string[] {
  const { account, currency, balanceNanos, spendableNanos, creditLimitNanos, paidNanos, chargedNanos } = state;
  const { isInNetwork } = state;
  const isLimited = creditLimitNanos !== null;
  const limit = isLimited ? amount(creditLimitNanos) : 'None';
  const spendable = isLimited ? amount(BigInt(spendableNanos) + BigInt(creditLimitNanos)) : 'None';
  return [
    account,
    isInNetwork ? currency : 'not in the network',
    amount(balanceNanos),
    isInNetwork ? spendable : '',
    isInNetwork ? limit : '',
    amount(paidNanos),
    amount(chargedNanos),
    String(state.chargeCount),
  ];
}

function paymentRowOf(entry: PaymentEntry, amount: Amount): string[] {
  const { atWallMs, account, kind, nanos, balanceNanos, operator, memo } = entry;
  const at = new Date(atWallMs).toISOString().replace('T', ' ').slice(0, 19);
  return [at, account, kind, amount(nanos), amount(balanceNanos), operator, memo];
}

function faultRowOf({ account, sums, paidNanos, chargedNanos }: LedgerFault, amount: Amount): string[] {
  return [account, ...[sums.paidNanos, paidNanos, sums.chargedNanos, chargedNanos].map(amount)];
}
