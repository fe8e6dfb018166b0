// tandem rerate: the calls of a time rated again by other rates: what would change, and with --book the corrections.

import type { SwitchConfig } from '../config.ts';
import { DIFFERENCES_TOLD_MAX, ratingWishIn } from '../control/api/rerating-routes.ts';
import { csvLine } from '../control/cdr/cdr-columns.ts';
import { UnpackedSpool } from '../control/cdr/unpacked-spool.ts';
import { AccountBook } from '../control/ledger/account-book.ts';
import { CallHistory } from '../control/reports/call-history.ts';
import type { Correction } from '../control/rerating/corrections.ts';
import type { CallPrice, RateDifference } from '../control/rerating/rate-again.ts';
import { Reratings, type ReratingView } from '../control/rerating/reratings.ts';
import { jsonText } from '../core/base/json-text.ts';
import { Balances } from '../core/rating/balances.ts';
import { moneyText } from '../core/rating/money.ts';
import { TandemError, type TandemErrorCode } from '../tandem-error.ts';
import { alignedTable } from './aligned-table.ts';
import { feeDecimals } from './fee-decimals.ts';
import { operatorName } from './operator-name.ts';
import { withStoppedSwitch } from './stopped-switch.ts';
import { runningSwitch, type SwitchClient } from './switch-client.ts';
import { counted, EXIT_OK, print, type Terminal } from './terminal.ts';
import type { Words } from './worded-commands.ts';

const NANO_DECIMALS = 9;
const POLL_MS = 200;
const ASKED = ['account', 'side', 'table', 'insteadOf', 'period', 'from', 'until', 'zone', 'limit', 'memo'];

/** Rates again and tells what changes; with --book enters the corrections; with --booked tells those there are. */
export async function rerate(config: SwitchConfig, words: Words, terminal: Terminal): Promise<number> {
  if (words['booked'] === true) return tellCorrections(config, words, terminal);
  const given = Object.entries(words).filter(([name]) => ASKED.includes(name));
  const isCsv = words['csv'] === true;
  const query: Record<string, string> = isCsv ? { limit: String(DIFFERENCES_TOLD_MAX) } : {};
  for (const [name, word] of given) query[name] = String(word);
  const order = { query, isBooked: words['book'] === true };
  const client = runningSwitch(config.dataPath);
  const view =
    client === null ? await rerateStopped(config, order, terminal) : await rerateRunning(client, order, terminal);
  if (isCsv) {
    for (const line of csvLines(view)) terminal.say(line);
    for (const line of cutLines(view)) terminal.complain(line);
  } else if (terminal.isJson) terminal.say(jsonText(view));
  else for (const line of linesOf(view, await amountsOf(config))) terminal.say(line);
  return EXIT_OK;
}

interface RerateOrder {
  readonly query: Readonly<Record<string, string>>;
  readonly isBooked: boolean;
}

async function rerateRunning(
  client: SwitchClient,
  { query, isBooked }: RerateOrder,
  terminal: Terminal,
): Promise<ReratingView> {
  let view = (await client.post('/api/v1/reratings', query, '')) as ReratingView;
  const path = `/api/v1/reratings/${view.id}`;
  while (view.state === 'counting') {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    view = (await client.get(path)) as ReratingView;
    terminal.progress(`${counted(view.recordCount, 'CDR')} read`);
  }
  terminal.progress('');
  throwIfFailed(view);
  if (!isBooked) return view;
  const told = { author: operatorName(), memo: query['memo'] ?? null };
  return { ...(await bookedOf(client, path, told)), sums: view.sums };
}

async function bookedOf(
  client: SwitchClient,
  path: string,
  told: Readonly<Record<string, string | null>>,
): Promise<ReratingView> {
  return (await client.post(`${path}/book`, told, '')) as ReratingView;
}

function rerateStopped(
  config: SwitchConfig,
  { query, isBooked }: RerateOrder,
  terminal: Terminal,
): Promise<ReratingView> {
  return withReratings(config, async (reratings, configuration) => {
    const wish = ratingWishIn(new URLSearchParams(query), configuration, Date.now());
    terminal.progress('counting');
    const view = await reratings.whenCounted(reratings.begin(wish).id);
    terminal.progress('');
    throwIfFailed(view);
    if (!isBooked) return view;
    const booked = reratings.book(view.id, { operator: operatorName(), memo: query['memo'] ?? '' });
    return { ...booked, sums: view.sums };
  });
}

type StoppedWork<T> = Parameters<typeof withStoppedSwitch<T>>[2];

function withReratings<T>(
  config: SwitchConfig,
  work: (reratings: Reratings, configuration: Parameters<StoppedWork<T>>[0]['configuration']) => T | Promise<T>,
): Promise<T> {
  return withStoppedSwitch(config, false, async ({ stores, configuration }) => {
    const records = new UnpackedSpool(stores.spool);
    const history = new CallHistory(stores.spool, records, stores.history);
    while (history.follow() > 0);
    const accounts = new AccountBook(stores.ledger, records, new Balances(Balances.allocate()));
    while (accounts.book() > 0);
    accounts.open(configuration.snapshot);
    const ground = { spool: stores.spool, history, configuration, accounts, wallNow: () => Date.now() };
    const reratings = new Reratings(ground);
    try {
      return await work(reratings, configuration);
    } finally {
      await reratings.stop();
    }
  });
}

function throwIfFailed({ fault }: ReratingView): void {
  if (fault === null) return;
  throw new TandemError(fault.code as TandemErrorCode, fault.message, { refusals: fault.refusals });
}

function linesOf(view: ReratingView, amount: Amount): string[] {
  const { sums, differences, leftOutCount, wish, knownFromWallMs, state, entries } = view;
  const lines: string[] = [];
  if (differences.length > 0)
    lines.push(
      ...alignedTable(
        HEADS,
        differences.map((one) => differenceRow(one, amount)),
        [3, 5, 7],
      ),
      '',
    );
  for (const line of cutLines(view)) lines.push(line, '');
  if (sums.length === 0) lines.push('No answered call is like that.');
  else
    lines.push(
      ...alignedTable(
        SUM_HEADS,
        sums.map((one) => sumRow(one, amount)),
        [1, 2, 3, 4, 5, 6, 7],
      ),
    );
  if (leftOutCount > 0) {
    lines.push('', `${counted(leftOutCount, 'call')} of accounts that are gone, not billed, or of another currency.`);
  }
  if (knownFromWallMs !== null && wish.fromWallMs < knownFromWallMs) {
    const since = new Date(knownFromWallMs).toISOString().slice(0, 16).replace('T', ' ');
    lines.push('', `! The CDRs of calls that ended before ${since} UTC have gone.`);
  }
  if (state !== 'booked') return [...lines, '', ...unbookedLines(sums)];
  const booked = entries.map(({ sequence, account, nanos, balanceNanos }) => {
    return `Entry ${sequence}: ${account} ${amount(nanos)}, the balance is ${amount(balanceNanos)}.`;
  });
  return [...lines, '', ...(booked.length === 0 ? ['Nothing is due: nothing was booked.'] : booked)];
}

/** That there are more differences than were told. */
function cutLines({ differences, differenceCount, wish }: ReratingView): string[] {
  if (differences.length >= differenceCount) return [];
  const how = wish.differencesMax < DIFFERENCES_TOLD_MAX ? 'more with --limit' : 'ask for less at a time';
  return [`The first ${differences.length} of ${differenceCount} calls that differ; ${how}.`];
}

/** What --book would do: it enters the corrections of all accounts, or none. */
function unbookedLines(sums: ReratingView['sums']): string[] {
  const overlaps = sums.flatMap((one) => (one.overlaps === null ? [] : [`! ${one.overlaps}`]));
  if (overlaps.length === 0) return ['Nothing was booked; --book enters what is due.'];
  return [...overlaps, 'Nothing was booked; --book enters nothing either.'];
}

const HEADS = ['ended (UTC)', 'account', 'callee', 'seconds', 'rate', 'charged', 'rate now', 'charged now', 'CDR'];
const SUM_HEADS = ['account', 'calls', 'other price', 'no rate', 'charged', 'charged now', 'corrected', 'due', ''];

function differenceRow(difference: RateDifference, amount: Amount): string[] {
  const { id, account, endedAtWallMs, callee, seconds, before, now } = difference;
  const ended = new Date(endedAtWallMs).toISOString().slice(0, 19).replace('T', ' ');
  const after = now === null ? ['none', '-'] : [rateText(now), amount(now.nanos)];
  return [ended, account, callee, String(seconds), rateText(before), amount(before.nanos), ...after, id];
}

function sumRow(sums: ReratingView['sums'][number], amount: Amount): string[] {
  const { account, callCount, changedCount, unratedCount, currency } = sums;
  const amounts = [sums.beforeNanos, sums.nowNanos, sums.correctedNanos, sums.dueNanos].map(amount);
  return [account, ...[callCount, changedCount, unratedCount].map(String), ...amounts, currency];
}

function rateText({ table, prefix }: CallPrice): string {
  return table === '' ? '-' : `${table} ${prefix || '(all)'}`;
}

/** An amount as the API tells it, a number or a text, or as it is here; null: nobody knows. */
type Amount = (nanos: bigint | number | string | null) => string;

async function amountsOf(config: SwitchConfig): Promise<Amount> {
  const decimals = await feeDecimals(config);
  return (nanos) => (nanos === null ? '-' : moneyText(BigInt(nanos), decimals));
}

function csvLines({ differences }: ReratingView): string[] {
  const heads = 'id,account,ended,callee,seconds,table,prefix,charged,table_now,prefix_now,charged_now';
  const price = (one: CallPrice | null): string[] =>
    one === null ? ['', '', ''] : [one.table, one.prefix, moneyText(BigInt(one.nanos), NANO_DECIMALS)];
  return [
    heads,
    ...differences.map(({ id, account, endedAtWallMs, callee, seconds, before, now }) => {
      const call = [id, account, new Date(endedAtWallMs).toISOString(), callee, String(seconds)];
      return csvLine([...call, ...price(before), ...price(now)]);
    }),
  ];
}

async function tellCorrections(config: SwitchConfig, words: Words, terminal: Terminal): Promise<number> {
  const account = words['account'] === undefined ? null : String(words['account']);
  const client = runningSwitch(config.dataPath);
  const corrections =
    client === null
      ? await withReratings(config, (reratings) => reratings.corrections(account))
      : ((await client.get('/api/v1/reratings', { account })) as { corrections: Correction[] }).corrections;
  const amount = await amountsOf(config);
  print(terminal, { corrections }, () => {
    if (corrections.length === 0) return ['No correction came from rating calls again.'];
    const heads = ['entry', 'entered (UTC)', 'account', 'of', 'calls from (UTC)', 'until', 'amount', 'by', 'memo'];
    const rows = corrections.map((one) => correctionRow(one, amount));
    return alignedTable(heads, rows, [0, 6]);
  });
  return EXIT_OK;
}

function correctionRow(correction: Correction, amount: Amount): string[] {
  const { sequence, atWallMs, account, nanos, operator, memo, rerating } = correction;
  const [at, from, until] = [atWallMs, rerating.fromWallMs, rerating.untilWallMs].map((wallMs) =>
    new Date(wallMs).toISOString().slice(0, 16).replace('T', ' '),
  );
  const calls = `${counted(rerating.callCount, 'call')} ${rerating.side}`;
  return [String(sequence), at ?? '', account, calls, from ?? '', until ?? '', amount(nanos), operator, memo];
}
