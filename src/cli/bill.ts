// tandem bill: what the calls of a time cost an account, for people, as CSV, or as a page to print.

import type { SwitchConfig } from '../config.ts';
import { NOTHING_WRITTEN } from '../control/api/account-question.ts';
import { answerBill, type Bill } from '../control/api/bill-question.ts';
import { csvLine } from '../control/cdr/cdr-columns.ts';
import { UnpackedSpool } from '../control/cdr/unpacked-spool.ts';
import { AccountBook } from '../control/ledger/account-book.ts';
import type { BillKind } from '../control/reports/bill-count.ts';
import { CallHistory } from '../control/reports/call-history.ts';
import { jsonText } from '../core/base/json-text.ts';
import { Balances } from '../core/rating/balances.ts';
import { moneyText } from '../core/rating/money.ts';
import type { PaymentEntry } from '../store/ledger.ts';
import { alignedTable } from './aligned-table.ts';
import { type BillTable, billPage } from './bill-page.ts';
import { feeDecimals } from './fee-decimals.ts';
import { withStoppedSwitch } from './stopped-switch.ts';
import { runningSwitch } from './switch-client.ts';
import { EXIT_OK, type Terminal } from './terminal.ts';
import { visible } from './visible.ts';
import type { Words } from './worded-commands.ts';

const TIMEOUT_MS = 120_000;
/** Decimals of a CSV: all there are. */
const NANO_DECIMALS = 9;

/** What each kind of line is for. */
const BILL_KINDS: Readonly<Record<BillKind, string>> = {
  calls: 'calls',
  agent: 'calls of customers',
  carried: 'calls carried (we pay)',
};

/** Prints it: a table, JSON with --json, CSV with --csv, HTML with --html. */
export async function bill(config: SwitchConfig, words: Words, terminal: Terminal): Promise<number> {
  const asked = Object.entries(words).filter(([name]) => ['account', 'period', 'from', 'until', 'zone'].includes(name));
  const query = Object.fromEntries(asked.map(([name, word]) => [name, String(word)]));
  const client = runningSwitch(config.dataPath);
  const answer =
    client === null
      ? await billOfStopped(config, new URLSearchParams(query))
      : ((await client.get('/api/v1/bills', query, TIMEOUT_MS)) as Bill);
  if (words['csv'] === true) for (const line of csvLines(answer)) terminal.say(line);
  else if (terminal.isJson) terminal.say(jsonText(answer));
  else await tellShown(config, { answer, isPage: words['html'] === true }, terminal);
  return EXIT_OK;
}

/** A bill with the decimals that its amounts are shown with. */
type ShownBill = Bill & { readonly decimals: number };

async function tellShown(
  config: SwitchConfig,
  { answer, isPage }: { readonly answer: Bill; readonly isPage: boolean },
  terminal: Terminal,
): Promise<void> {
  const shown = { ...NOTHING_WRITTEN, ...answer, decimals: await feeDecimals(config) };
  if (isPage) terminal.say(billPage(shown, tableOf(shown)));
  else for (const line of tableLines(shown)) terminal.say(line);
}

function billOfStopped(config: SwitchConfig, query: URLSearchParams): Promise<Bill> {
  return withStoppedSwitch(config, false, ({ stores, configuration }) => {
    const records = new UnpackedSpool(stores.spool);
    const history = new CallHistory(stores.spool, records, stores.history);
    while (history.follow() > 0);
    const book = new AccountBook(stores.ledger, records, new Balances(Balances.allocate()));
    while (book.book() > 0);
    const ground = {
      history,
      snapshot: configuration.snapshot,
      wallMs: Date.now(),
      ledger: stores.ledger,
      accountOf: (name: string) => configuration.account(name),
    };
    return answerBill(ground, query);
  });
}

const HEADS = ['for', 'area', 'prefix', 'calls', 'talk min', 'billed min', 'fee', 'tax', 'in all'];

function tableOf(answer: ShownBill): BillTable {
  const payments = { heads: PAYMENT_HEADS, rows: paymentRows(answer.payments, answer) };
  const balances = { heads: BALANCE_HEADS, rows: balanceRows(answer) };
  const corrections = { heads: PAYMENT_HEADS, rows: paymentRows(laterCorrections(answer), answer) };
  const parts = { payments, balances, corrections, gap: gapOf(answer) };
  return { time: billTime(answer), heads: HEADS, rows: billRows(answer), sums: sumRows(answer), ...parts };
}

function billRows({ lines, decimals }: ShownBill): string[][] {
  return lines.map(({ kind, area, prefix, calls, talkMs, billedSeconds, feeNanos, taxNanos }) => {
    const minutes = [talkMs / 60_000, billedSeconds / 60].map((value) => value.toFixed(1));
    const lead = [BILL_KINDS[kind], area || '-', prefix || '(all)', String(calls)];
    return [...lead, ...minutes, ...amounts(feeNanos, taxNanos, decimals)];
  });
}

function sumRows({ sums, decimals }: ShownBill): string[][] {
  return sums.map(({ kind, feeNanos, taxNanos }) => {
    return [`sum: ${BILL_KINDS[kind]}`, '', '', '', '', '', ...amounts(feeNanos, taxNanos, decimals)];
  });
}

/** As the API tells amounts, numbers or texts, or as they are here. */
function amounts(feeNanos: bigint | number, taxNanos: bigint | number, decimals: number): string[] {
  const [fee, tax] = [BigInt(feeNanos), BigInt(taxNanos)];
  return [fee, tax, fee + tax].map((nanos) => moneyText(nanos, decimals));
}

/** The time of a bill as the clocks of its zone show it. */
function billTime({ fromWallMs, untilWallMs, timeZone }: Bill): string {
  const clock = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
  return `${clock.format(fromWallMs)} to ${clock.format(untilWallMs)} (${timeZone})`;
}

function tableLines(answer: ShownBill): string[] {
  const { account, name, currency, payments, balances } = answer;
  const holder = name === '' ? account : `${account} (${visible(name)})`;
  const lines = [`${holder}, ${billTime(answer)}${currency === '' ? '' : `, in ${currency}`}`, ''];
  const rows = billRows(answer);
  if (rows.length === 0) lines.push('No answered call has a rate.');
  else lines.push(...alignedTable(HEADS, [...rows, ...sumRows(answer)], [3, 4, 5, 6, 7, 8]));
  if (payments.length > 0) lines.push('', 'Payments of the same time:', ...paymentLines(payments, answer));
  if (balances !== null) lines.push('', ...alignedTable(BALANCE_HEADS, balanceRows(answer), [0, 1, 2, 3]));
  const later = laterCorrections(answer);
  if (later.length > 0) {
    const lead = 'Calls of this time were rated again, and corrected at another time:';
    lines.push('', lead, ...paymentLines(later, answer));
  }
  const gap = gapOf(answer);
  if (gap !== '') lines.push('', `! ${gap}`);
  return lines;
}

function laterCorrections({ payments, corrections }: Bill): PaymentEntry[] {
  return corrections.filter((one) => payments.every(({ sequence }) => sequence !== one.sequence));
}

/** Why the bill is not whole; '' when it is. */
function gapOf({ knownFromWallMs, fromWallMs }: Bill): string {
  if (knownFromWallMs === null || fromWallMs >= knownFromWallMs) return '';
  const since = new Date(knownFromWallMs).toISOString().slice(0, 16).replace('T', ' ');
  return `The bill is not whole: nothing is known of calls that ended before ${since} UTC.`;
}

const PAYMENT_HEADS = ['entered', 'kind', 'amount', 'memo'];
const BALANCE_HEADS = ['balance before', 'paid', 'charged', 'balance after'];

/** By their dates, which are those that the clocks of the bill's zone show: rent is entered at midnight there. */
function paymentRows(entries: readonly PaymentEntry[], { timeZone, decimals }: ShownBill): string[][] {
  const clock = dayClock(timeZone);
  return entries
    .toSorted((one, other) => one.atWallMs - other.atWallMs)
    .map(({ atWallMs, kind, nanos, memo }) => [
      clock.format(atWallMs),
      kind,
      moneyText(BigInt(nanos), decimals),
      visible(memo),
    ]);
}

/** Writes the day that the clocks of `timeZone` show, such as 2026-10-31. */
function dayClock(timeZone: string): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' });
}

function paymentLines(entries: readonly PaymentEntry[], answer: ShownBill): string[] {
  return alignedTable(PAYMENT_HEADS, paymentRows(entries, answer), [2]);
}

function balanceRows({ balances, decimals }: ShownBill): string[][] {
  if (balances === null) return [];
  const { openingNanos, paidNanos, chargedNanos, closingNanos } = balances;
  return [[openingNanos, paidNanos, chargedNanos, closingNanos].map((nanos) => moneyText(BigInt(nanos), decimals))];
}

/** What calls cost, then what was entered meanwhile as a fee: a payment takes of what is owed. */
function csvLines({ lines, payments, currency, timeZone }: Bill): string[] {
  const clock = dayClock(timeZone);
  const heads = 'kind,table,area,prefix,calls,talk_seconds,billed_seconds,fee,tax,currency,memo,entered';
  return [
    heads,
    ...lines.map(({ kind, table, area, prefix, calls, talkMs, billedSeconds, feeNanos, taxNanos }) => {
      const money = [feeNanos, taxNanos].map((nanos) => moneyText(BigInt(nanos), NANO_DECIMALS));
      const counts = [String(calls), (talkMs / 1000).toFixed(3), String(billedSeconds)];
      return csvLine([kind, table, area, prefix, ...counts, ...money, currency, '', '']);
    }),
    ...payments.map(({ kind, nanos, memo, atWallMs }) => {
      const fee = moneyText(-BigInt(nanos), NANO_DECIMALS);
      return csvLine([kind, '', '', '', '', '', '', fee, '', currency, memo, clock.format(atWallMs)]);
    }),
  ];
}
