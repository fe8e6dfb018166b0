// tandem cdr reconcile: a carrier's list of calls against our CDRs of its gateway.

import { createReadStream } from 'node:fs';
import type { SwitchConfig } from '../config.ts';
import {
  type ListedCall,
  type MissedTime,
  type Pair,
  type Reconciled,
  reconcile,
  type Tolerances,
} from '../control/cdr/checks/reconcile.ts';
import { askedTime, askedZone } from '../control/reports/asked-time.ts';
import { ShownClock } from '../control/reports/shown-clock.ts';
import type { Cdr } from '../core/cdr/cdr.ts';
import { moneyText, parseMoney } from '../core/rating/money.ts';
import { CsvFile } from '../operator-csv.ts';
import { Refused } from '../operator-file.ts';
import { moment, numberDigits, parsedDate, wholeNumber } from '../operator-values.ts';
import { sentenceOf, TandemError } from '../tandem-error.ts';
import { alignedTable } from './aligned-table.ts';
import { takeCdrs } from './cdr-search.ts';
import { counted, EXIT_OK, EXIT_REFUSED, print, type Terminal } from './terminal.ts';
import type { Words } from './worded-commands.ts';

const COLUMNS = { needed: ['number', 'start', 'duration'], optional: ['price'] };
/** CDRs are found by when a call ended, which is so long after the last of theirs at most: a day. */
const MARGIN_MS = 86_400_000;
const ROWS_TOLD_MAX = 20;
const DECIMALS = 6;
const DEFAULTS = { digits: 9, time: 60, seconds: 1, price: '0' } as const;

/**
 * Reads the file whole, finds our calls of its time and of the time that is asked for, and tells the differences; then
 * it ends with EXIT_REFUSED.
 */
export async function cdrReconcile(
  config: SwitchConfig,
  file: string,
  words: Words,
  terminal: Terminal,
): Promise<number> {
  const partner = partnerIn(words);
  const zone = askedZone(new URLSearchParams({ zone: textOf(words, 'zone') ?? 'UTC' }), 'UTC');
  const tolerances = tolerancesIn(words);
  const asked = timeIn(words, zone);
  const theirs = await listIn(file, zone);
  const time = asked ?? timeOf(theirs);
  const { ours, knownFromWallMs } = await oursOf(config, partner, { theirs, time, tolerances });
  const found = reconcile(ours, theirs, tolerances, time, knownFromWallMs ?? undefined);
  const { otherSeconds, otherPrice, missingHere, tooOld, missingThere } = found;
  const oursCount = theirs.length - missingHere.length - tooOld.length + missingThere.length;
  const counts = { ours: oursCount, theirs: theirs.length };
  const answer = { gateway: partner.gateway, ...time, knownFromWallMs, ...counts, ...found };
  print(terminal, answer, () => linesOf(found, answer));
  const isEqual = [otherSeconds, otherPrice, missingHere, tooOld, missingThere].every(({ length }) => length === 0);
  return isEqual ? EXIT_OK : EXIT_REFUSED;
}

function textOf(words: Words, name: string): string | null {
  const word = words[name];
  return typeof word === 'string' ? word : null;
}

/** A gateway of the carrier, or of the customer. */
interface Partner {
  readonly gateway: string;
  /** What it is here; null: what it has calls as, a vendor first. */
  readonly side: 'customer' | null;
}

function partnerIn(words: Words): Partner {
  const [gateway, customer] = [textOf(words, 'gateway'), textOf(words, 'fromGateway')];
  if (customer !== null) return { gateway: customer, side: 'customer' };
  if (gateway !== null) return { gateway, side: null };
  throw refused('--gateway names the routing gateway that the carrier is, or --from-gateway the customer');
}

/** The time that is asked for; null: none is. */
function timeIn(words: Words, zone: string): MissedTime | null {
  const query = new URLSearchParams();
  for (const name of ['period', 'from', 'until']) {
    const word = textOf(words, name);
    if (word !== null) query.set(name, word);
  }
  if (query.size === 0) return null;
  const { fromWallMs, untilWallMs } = askedTime(query, zone, Date.now(), '');
  return { fromWallMs, untilWallMs };
}

/** From the first start of `calls` to the last: what was before or after may be cut off, rather than missing. */
function timeOf(calls: readonly ListedCall[]): MissedTime {
  let [first, last] = [Number.POSITIVE_INFINITY, 0];
  for (const { atWallMs, againAtWallMs = atWallMs } of calls) {
    first = Math.min(first, atWallMs);
    last = Math.max(last, againAtWallMs);
  }
  return { fromWallMs: first, untilWallMs: last + 1 };
}

function tolerancesIn(words: Words): Tolerances {
  const number = (name: 'digits' | 'time' | 'seconds', min: number, max: number): number => {
    const value = wholeNumber(min, max)(textOf(words, name) ?? String(DEFAULTS[name]));
    if (value instanceof Refused) throw refused(`--${name} ${value.reason}`);
    return value;
  };
  const nanos = parseMoney(textOf(words, 'price') ?? DEFAULTS.price);
  if (nanos === null || nanos < 0n) throw refused('--price takes an amount such as 0.0001');
  return {
    digits: number('digits', 4, 20),
    atMs: 1000 * number('time', 0, 3_600),
    seconds: number('seconds', 0, 3_600),
    nanos,
  };
}

/** The carrier's calls. Rejects with TANDEM_IMPORT_REFUSED, which names the lines that cannot be read. */
async function listIn(file: string, zone: string): Promise<ListedCall[]> {
  const calls: ListedCall[] = [];
  const start = startOf(zone);
  const csv = new CsvFile(file, COLUMNS, (row) => {
    calls.push({
      number: row.need('number', numberText, ''),
      ...row.need('start', start, NO_START),
      seconds: row.need('duration', duration, 0),
      nanos: row.optional<bigint | null>('price', price, null),
      name: `line ${row.line}`,
    });
  });
  try {
    for await (const bytes of createReadStream(file) as AsyncIterable<Buffer>) await csv.write(bytes);
  } catch (cause) {
    if (cause instanceof TandemError) throw cause;
    throw new TandemError('TANDEM_IMPORT_UNREADABLE', `${file} cannot be read: ${sentenceOf(cause)}.`, { cause });
  }
  await csv.end();
  return calls;
}

function numberText(text: string): string | Refused {
  return numberDigits(text.replace(/^\+/, '').replace(/[ ()./-]/g, ''));
}

type Start = Pick<ListedCall, 'atWallMs' | 'againAtWallMs'>;

const NO_START: Start = { atWallMs: 0 };

/** A date and time with its zone, or as the clocks of `zone` show it. */
function startOf(zone: string): (text: string) => Start | Refused {
  const clock = new ShownClock(zone);
  return (text) => {
    const [, date, time] = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)$/.exec(text) ?? [];
    const shownMs = date === undefined ? Number.NaN : parsedDate(`${date}T${time}Z`);
    if (!Number.isNaN(shownMs)) return startShown(shownMs, clock);
    const wallMs = moment(text.replace(' ', 'T'));
    return wallMs instanceof Refused
      ? new Refused(`takes 2027-01-31 18:00:00, or with its zone, not "${text}"`)
      : { atWallMs: wallMs };
  };
}

function startShown(shownMs: number, clock: ShownClock): Start {
  const [atWallMs, againAtWallMs] = [clock.first(shownMs), clock.again(shownMs)];
  return againAtWallMs === null ? { atWallMs } : { atWallMs, againAtWallMs };
}

/** Seconds, or hours, minutes and seconds between colons. */
function duration(text: string): number | Refused {
  if (/^\d{1,7}(\.\d+)?$/.test(text)) return Number(text);
  const parts = /^(?:(\d{1,3}):)?([0-5]?\d):([0-5]\d)$/.exec(text);
  if (parts === null) return new Refused(`takes seconds such as 65, or 00:01:05, not "${text}"`);
  const [, hours = '0', minutes = '0', seconds = '0'] = parts;
  return 3600 * Number(hours) + 60 * Number(minutes) + Number(seconds);
}

function price(text: string): bigint | Refused {
  return parseMoney(text) ?? new Refused(`takes an amount such as 0.0125, not "${text}"`);
}

interface Compared {
  readonly theirs: readonly ListedCall[];
  readonly time: MissedTime;
  readonly tolerances: Tolerances;
}

/**
 * Our answered calls of the time and of the list, and those beyond by as much as starts may be apart; and since when
 * calls are known here. A name may be that of a vendor and of a customer.
 */
async function oursOf(
  config: SwitchConfig,
  { gateway, side }: Partner,
  { theirs, time, tolerances: { atMs } }: Compared,
): Promise<{ readonly ours: ListedCall[]; readonly knownFromWallMs: number | null }> {
  const listed = timeOf(theirs);
  const first = Math.min(time.fromWallMs, listed.fromWallMs) - atMs;
  const until = Math.max(time.untilWallMs, listed.untilWallMs) + atMs;
  const longestMs = theirs.reduce((most, { seconds }) => Math.max(most, Math.ceil(1000 * seconds)), 0);
  const words = { gateway, from: String(first), until: String(until + longestMs + MARGIN_MS) };
  const [sold, bought]: [ListedCall[], ListedCall[]] = [[], []];
  const knownFromWallMs = await takeCdrs(config, words, (cdrs) => {
    for (const cdr of cdrs) {
      const { answeredAtWallMs } = cdr;
      if (answeredAtWallMs === null || answeredAtWallMs < first || answeredAtWallMs >= until) continue;
      if (cdr.mappingGateway === gateway) sold.push(listedCall(cdr, cdr.callee, cdr.sellFeeNanos));
      if (cdr.routingGateway === gateway) bought.push(listedCall(cdr, cdr.calleeSent, cdr.buyFeeNanos));
    }
  });
  return { ours: side === 'customer' || bought.length === 0 ? sold : bought, knownFromWallMs };
}

/** An answered call. */
function listedCall({ answeredAtWallMs, holdMs, id }: Cdr, number: string, feeNanos: bigint): ListedCall {
  return { number, atWallMs: answeredAtWallMs ?? 0, seconds: holdMs / 1000, nanos: BigInt(feeNanos), name: id };
}

/** Of whom it is told, and how many calls both sides have. */
interface Sides {
  readonly gateway: string;
  readonly knownFromWallMs: number | null;
  readonly ours: number;
  readonly theirs: number;
}

function linesOf(found: Reconciled, { gateway, knownFromWallMs, ours, theirs }: Sides): string[] {
  const { equalCount, otherSeconds, otherPrice, missingHere, tooOld, missingThere } = found;
  const lines = [`Of ${counted(theirs, 'call')} of the file ${equalCount} ${equalCount === 1 ? 'is' : 'are'} as ours.`];
  if (ours === 0) lines.push(`! No call of ours was answered at ${gateway} then: is that its name here?`);
  if (tooOld.length > 0) {
    const oldest = timeText(knownFromWallMs ?? 0);
    lines.push(
      `! ${counted(tooOld.length, 'call')} of the file ended before our oldest CDR (${oldest} UTC): not compared.`,
    );
  }
  lines.push(...callLines(missingHere, 'of the file that we do not have'));
  lines.push(...callLines(missingThere, 'of ours that the file does not have'));
  const secondsOf = ({ seconds }: ListedCall): string => seconds.toFixed(1);
  lines.push(...pairLines(otherSeconds, 'of another duration, in seconds', secondsOf));
  lines.push(
    ...pairLines(otherPrice, 'of another price', ({ nanos }) => (nanos === null ? '-' : moneyText(nanos, DECIMALS))),
  );
  return lines;
}

function callLines(calls: readonly ListedCall[], what: string): string[] {
  if (calls.length === 0) return [];
  const rows = calls
    .slice(0, ROWS_TOLD_MAX)
    .map((call) => [
      timeText(call.atWallMs),
      call.number,
      call.seconds.toFixed(1),
      call.nanos === null ? '-' : moneyText(call.nanos, DECIMALS),
      call.name,
    ]);
  const heads = ['answered (UTC)', 'number', 'seconds', 'price', 'where'];
  return [
    '',
    `${counted(calls.length, 'call')} ${what}:`,
    ...alignedTable(heads, rows, [2, 3]),
    ...moreLines(calls.length),
  ];
}

function pairLines(pairs: readonly Pair[], what: string, textOfCall: (call: ListedCall) => string): string[] {
  if (pairs.length === 0) return [];
  const rows = pairs
    .slice(0, ROWS_TOLD_MAX)
    .map(({ ours, theirs }) => [
      timeText(ours.atWallMs),
      ours.number,
      textOfCall(ours),
      textOfCall(theirs),
      theirs.name,
      ours.name,
    ]);
  const heads = ['answered (UTC)', 'number', 'ours', 'theirs', 'where', 'CDR'];
  return [
    '',
    `${counted(pairs.length, 'call')} ${what}:`,
    ...alignedTable(heads, rows, [2, 3]),
    ...moreLines(pairs.length),
  ];
}

function moreLines(count: number): string[] {
  return count > ROWS_TOLD_MAX ? [`... and ${count - ROWS_TOLD_MAX} more; all with --json.`] : [];
}

function timeText(wallMs: number): string {
  return new Date(wallMs).toISOString().slice(0, 19).replace('T', ' ');
}

function refused(sentence: string): TandemError {
  return new TandemError('TANDEM_API_QUESTION', `${sentence}.`);
}
