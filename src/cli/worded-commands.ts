// Commands that are questions in words: their options, and which words of the API they stand for.

import type { SwitchConfig } from '../config.ts';
import type { Terminal } from './terminal.ts';

/** What was written behind a command, by the name of its option. */
export type Words = Readonly<Record<string, string | boolean | undefined>>;

interface WordedOption {
  readonly flags: string;
  readonly help: string;
  /** Names of the options beside which it means nothing. */
  readonly conflicts?: readonly string[];
}

/** One command. */
export interface WordedCommand {
  /** With its arguments, as commander writes them. */
  readonly name: string;
  readonly description: string;
  readonly options: readonly WordedOption[];
  /** Loads what runs it. */
  readonly load: () => Promise<(config: SwitchConfig, words: Words, terminal: Terminal) => Promise<number>>;
  /** Name among the words of what stands behind the command; absent: nothing does. */
  readonly argument?: string;
}

const PERIOD_OPTION = {
  flags: '--period <word>',
  help: 'today, yesterday, week, a month such as 2027-01, or a day such as 2027-01-31',
} as const;

/** tandem cdr reconcile */
export const RECONCILE_COMMAND: WordedCommand = {
  name: 'reconcile',
  argument: 'file',
  description: "a carrier's list of calls (CSV: number, start, duration, price) against ours",
  options: [
    { flags: '--gateway <name>', help: 'who the carrier is here: a routing gateway, or else a mapping gateway' },
    { flags: '--from-gateway <name>', help: 'who the customer is: a mapping gateway', conflicts: ['gateway'] },
    PERIOD_OPTION,
    { flags: '--from <moment>', help: 'miss ours answered at or after; by default from the first start of the list' },
    { flags: '--until <moment>', help: 'miss ours answered before; by default until the last start of the list' },
    { flags: '--zone <name>', help: 'time zone of days, and of the starts that do not name theirs; by default UTC' },
    { flags: '--digits <count>', help: 'digits of a number that are compared, from its end; by default 9' },
    { flags: '--time <seconds>', help: 'how far starts may be apart; by default 60' },
    { flags: '--seconds <count>', help: 'how far durations may be apart; by default 1' },
    { flags: '--price <amount>', help: 'how far prices may be apart; by default 0' },
  ],
  load: async () => {
    const { cdrReconcile } = await import('./cdr-reconcile.ts');
    return (config, words, terminal) => cdrReconcile(config, String(words['file']), words, terminal);
  },
};

/** tandem cdr verify */
export const VERIFY_COMMAND: WordedCommand = {
  name: 'verify',
  description: 'whether index, reports and ledger agree with the CDRs, and their fees with the rates they had',
  options: [],
  load: async () => {
    const { cdrVerify } = await import('./cdr-verify.ts');
    return (config, _, terminal) => cdrVerify(config, terminal);
  },
};

const TIME_OPTIONS = [
  PERIOD_OPTION,
  { flags: '--from <moment>', help: 'ended at or after, such as 2027-01-31 or 2027-01-31T18:00:00Z' },
  { flags: '--until <moment>', help: 'ended before' },
] as const;

/** tandem bill */
export const BILL_COMMAND: WordedCommand = {
  name: 'bill',
  argument: 'account',
  description: 'what the calls of a time cost an account, by rate; by default of last month',
  options: [
    ...TIME_OPTIONS,
    { flags: '--zone <name>', help: 'another time zone than that of the account' },
    { flags: '--csv', help: 'CSV, with all decimals', conflicts: ['json'] },
    { flags: '--html', help: 'a page to print', conflicts: ['csv', 'json'] },
  ],
  load: async () => (await import('./bill.ts')).bill,
};

/** tandem rerate */
export const RERATE_COMMAND: WordedCommand = {
  name: 'rerate',
  description: 'calls of a time rated again by other rates: what would change; --book enters it as corrections',
  options: [
    ...TIME_OPTIONS,
    { flags: '--zone <name>', help: 'time zone of its days; by default that of the account' },
    { flags: '--account <name>', help: 'only its calls; by default those of all accounts' },
    { flags: '--side <word>', help: 'sold (what customers pay), bought (what carriers are paid) or agent' },
    { flags: '--table <name>', help: 'the rate table; by default those that each account has now' },
    { flags: '--instead-of <name>', help: 'only calls that were rated by this table' },
    { flags: '-n, --limit <count>', help: 'most differences told' },
    { flags: '--csv', help: 'the differences as CSV, with all decimals', conflicts: ['json'] },
    { flags: '--book', help: 'enter what is due as one correction for each account' },
    { flags: '--memo <text>', help: 'kept with the corrections' },
    { flags: '--booked', help: 'tell the corrections that were entered', conflicts: ['book', 'csv'] },
  ],
  load: async () => (await import('./rerate.ts')).rerate,
};

/** tandem report */
export const REPORT_COMMAND: WordedCommand = {
  name: 'report',
  description: 'what calls came to: ASR, NER, ACD, PDD, minutes, sell, buy and profit',
  options: [
    { flags: '--by <period>', help: 'hour, day, month, or all for the whole time; by default day' },
    {
      flags: '--group <names>',
      help: 'account, mappingGateway, routingGateway, prefix, area, endReason; some of them',
    },
    ...TIME_OPTIONS,
    { flags: '--zone <name>', help: 'time zone of its days, such as Europe/Berlin' },
    { flags: '--account <name>', help: 'only its calls' },
    { flags: '--from-gateway <name>', help: 'only calls that came from this mapping gateway' },
    { flags: '--to-gateway <name>', help: 'only attempts at this routing gateway' },
    { flags: '--prefix <digits>', help: 'only calls whose rate has this prefix' },
    { flags: '--area <name>', help: 'only calls whose rate has this area' },
    { flags: '--reason <name>', help: 'only calls that ended so, such as Busy; of attempts also why they were left' },
    { flags: '-n, --limit <count>', help: 'most rows told' },
    { flags: '--csv', help: 'CSV, with all decimals', conflicts: ['json'] },
  ],
  load: async () => {
    const { report } = await import('./report.ts');
    return (config, words, terminal) => report(config, reportWords(words), words['csv'] === true, terminal);
  },
};

/** Names of the API for options that are called otherwise. */
const API_NAMES: Readonly<Record<string, string>> = {
  fromGateway: 'mappingGateway',
  toGateway: 'routingGateway',
  reason: 'endReason',
};

const NOT_ASKED = new Set(['config', 'json', 'csv']);

function reportWords(words: Words): Record<string, string | null> {
  const given = Object.entries(words).filter(([name]) => !NOT_ASKED.has(name));
  return Object.fromEntries(given.map(([name, word]) => [API_NAMES[name] ?? name, String(word)]));
}
