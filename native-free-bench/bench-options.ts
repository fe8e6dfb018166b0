// The command line of the load suite.

import { parseArgs } from 'node:util';
import { defaultShardCount } from '../src/config.ts';
import type { KamailioKind } from './compare/kamailio/kamailio-under-test.ts';
import type { LoadStep } from './traffic/arrivals.ts';
import type { Place } from './traffic/traffic-messages.ts';
import { DECK_PREFIXES } from './wholesale-tables.ts';

/** What was asked for; null where nothing was said. */
export interface BenchOptions {
  /** `quick`, `compare`, `table`, `records`, `peak`, `list`, or `profile`. */
  readonly command: string;
  /** Name of the profile. */
  readonly profile: string;
  readonly rates: readonly number[] | null;
  readonly seconds: number | null;
  readonly runs: number | null;
  /** Seconds of calls before anything is measured. */
  readonly warmUpSeconds: number | null;
  readonly ramp: readonly LoadStep[] | null;
  readonly isPoisson: boolean;
  readonly shards: readonly number[];
  readonly seed: number;
  readonly kamailios: readonly KamailioKind[];
  readonly against: string | null;
  /** Size of the deck of the wholesale network. */
  readonly prefixCount: number;
  /** Where its tables are kept from run to run. */
  readonly tablesDirectory: string | null;
  readonly target: Place | null;
  readonly answerOn: Place | null;
  readonly outDirectory: string;
  readonly profileDirectory: string | null;
  /** What systems add is told by a capture of the loopback. */
  readonly isCaptured: boolean;
  /** Systems run in the real-time class, as config/systemd/tandem.service has Tandem. */
  readonly isRealTime: boolean;
  readonly isJson: boolean;
}

/** Seconds that each step of a ramp takes. */
const RAMP_STEP_SECONDS = 1;

/** Reads `words`. Throws a sentence. */
export function readBenchOptions(words: readonly string[]): BenchOptions {
  const { values, positionals } = parseArgs({
    args: [...words],
    allowPositionals: true,
    options: {
      rate: { type: 'string' },
      rates: { type: 'string' },
      seconds: { type: 'string' },
      runs: { type: 'string' },
      'warm-up': { type: 'string' },
      ramp: { type: 'string' },
      poisson: { type: 'boolean', default: false },
      shards: { type: 'string', default: String(defaultShardCount()) },
      seed: { type: 'string', default: '1' },
      with: { type: 'string' },
      against: { type: 'string' },
      tables: { type: 'string' },
      prefixes: { type: 'string', default: String(DECK_PREFIXES) },
      target: { type: 'string' },
      'answer-on': { type: 'string' },
      out: { type: 'string', default: 'bench-reports' },
      'cpu-prof': { type: 'string' },
      capture: { type: 'boolean', default: false },
      'real-time': { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  const hasTarget = values.target !== undefined;
  if (hasTarget && values['answer-on'] === undefined) throw new Error('--target needs --answer-on, its vendor');
  const isCompared = values.with !== undefined || values.against !== undefined;
  const what = whatOf(positionals, isCompared);
  refuseUnread(what.command, { isCompared, hasRuns: values.runs !== undefined, isCaptured: values.capture });
  const rates = values.rates ?? values.rate;
  return {
    ...what,
    rates: rates === undefined ? null : rates.split(',').map((rate) => positive('--rates', rate)),
    seconds: values.seconds === undefined ? null : positive('--seconds', values.seconds),
    runs: values.runs === undefined ? null : positive('--runs', values.runs),
    warmUpSeconds: values['warm-up'] === undefined ? null : positive('--warm-up', values['warm-up']),
    ramp: values.ramp === undefined ? null : rampOf(values.ramp),
    isPoisson: values.poisson,
    shards: values.shards.split(',').map((count) => (count === '0' ? 0 : positive('--shards', count))),
    seed: positive('--seed', values.seed),
    kamailios: (values.with ?? (positionals[0] === 'table' ? 'kamailio' : ''))
      .split(',')
      .filter(Boolean)
      .map(kamailioKind),
    against: values.against ?? null,
    prefixCount: positive('--prefixes', values.prefixes),
    tablesDirectory: values.tables ?? null,
    target: values.target === undefined ? null : placeOf('--target', values.target),
    answerOn: values['answer-on'] === undefined ? null : placeOf('--answer-on', values['answer-on']),
    outDirectory: values.out,
    profileDirectory: values['cpu-prof'] ?? null,
    isCaptured: values.capture,
    isRealTime: values['real-time'],
    isJson: values.json,
  };
}

/** Commands that take the name of a profile, and which they take by themselves. */
const COMMANDS: Readonly<Record<string, string>> = {
  quick: 'basic',
  list: 'basic',
  records: 'basic',
  peak: 'basic',
  compare: 'wholesale',
  table: 'wholesale',
};

function whatOf(words: readonly string[], isCompared: boolean): Pick<BenchOptions, 'command' | 'profile'> {
  const [first, second] = words;
  const word = first ?? (isCompared ? 'compare' : 'quick');
  const standard = COMMANDS[word];
  const unread = words[standard === undefined ? 1 : 2];
  if (unread !== undefined) throw new Error(`"${unread}" is a word too many after ${word}`);
  return standard === undefined
    ? { command: 'profile', profile: word }
    : { command: word, profile: second ?? standard };
}

/** Commands that run other systems beside this one. */
const COMPARING = new Set(['compare', 'table', 'peak']);

/** Throws where `command` would not read an option that was given. */
function refuseUnread(
  command: string,
  given: { readonly isCompared: boolean; readonly hasRuns: boolean; readonly isCaptured: boolean },
): void {
  const isOne = command === 'profile';
  if (given.isCompared && !COMPARING.has(command)) {
    throw new Error('--with and --against go with compare, table or peak, such as compare basic');
  }
  if (given.hasRuns && isOne) throw new Error('--runs goes with compare, such as compare basic');
  if (given.isCaptured && !isOne) throw new Error('--capture goes with one profile, such as basic');
}

function kamailioKind(word: string): KamailioKind {
  if (word === 'kamailio' || word === 'kamailio-proxy') return word;
  throw new Error('--with knows kamailio (it hides topology) and kamailio-proxy (it does not)');
}

function positive(option: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new Error(`${option} takes whole numbers above 0, not "${text}"`);
}

function placeOf(option: string, text: string): Place {
  const match = /^([\d.]+):(\d{1,5})$/.exec(text);
  if (match?.[1] === undefined) throw new Error(`${option} takes an IPv4 address and a port, not "${text}"`);
  return { address: match[1], port: Number(match[2]) };
}

/** `FROM:TO:SECONDS`: a step for each second, evenly upward or downward. */
function rampOf(text: string): LoadStep[] {
  const [from = 0, to = 0, seconds = 0] = text.split(':').map((part) => positive('--ramp', part));
  if (seconds === 0) throw new Error('--ramp takes FROM:TO:SECONDS, such as 100:1000:60');
  return Array.from({ length: seconds }, (_, second) => {
    const callsPerSecond = Math.round(from + ((to - from) * second) / Math.max(1, seconds - 1));
    return { callsPerSecond, seconds: RAMP_STEP_SECONDS };
  });
}
