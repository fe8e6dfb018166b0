// What commands write, and the codes they end with.

import { jsonText } from '../core/base/json-text.ts';
import { type Refusal, sentenceOf, TandemError } from '../tandem-error.ts';
import { alignedTable } from './aligned-table.ts';
import { visibleJson, visibleLines } from './visible.ts';

/** Exit codes of every command. */
export const EXIT_OK = 0;
/** Something was refused: a file, a value, a question. */
export const EXIT_REFUSED = 1;
/** The command was not understood, or what it needs could not be reached. */
export const EXIT_UNREACHABLE = 2;

/** Where a command writes, and how. */
export interface Terminal {
  /** True: one JSON document, for scripts. */
  readonly isJson: boolean;
  /** A line for the reader. */
  say(line: string): void;
  /** A line about what went wrong. */
  complain(line: string): void;
  /** How far it is: takes the place of what was last told so. '' clears it. Nothing, where there is no screen. */
  progress(line: string): void;
}

/** The terminal of this process. */
export function processTerminal(isJson: boolean): Terminal {
  const isScreen = process.stderr.isTTY && !isJson;
  watchOutput();
  return {
    isJson,
    say: (line) => void process.stdout.write(`${isJson ? visibleJson(line) : visibleLines(line)}\n`),
    complain: (line) => console.error(visibleLines(line)),
    progress: (line) => {
      if (isScreen) process.stderr.write(`\r\x1b[K${line}`);
    },
  };
}

let isWatched = false;
let isGone = false;

/** What cannot be written, on a full disk say, is no success. A reader who has seen enough (`| head`) is one. */
export function watchOutput(): void {
  if (isWatched) return;
  isWatched = true;
  process.stdout.once('error', (error: NodeJS.ErrnoException) => {
    process.stdout.on('error', () => undefined);
    isGone = true;
    if (error.code === 'EPIPE') return;
    console.error(`The output could not be written: ${sentenceOf(error)}`);
    process.once('exit', () => {
      process.exitCode = EXIT_UNREACHABLE;
    });
  });
}

/** Whether nothing more can be written: who goes on telling may end. */
export function isOutputGone(): boolean {
  return isGone;
}

/** Writes `value` as JSON, or else the lines that `tell` makes. */
export function print(terminal: Terminal, value: unknown, tell: () => readonly string[]): void {
  if (terminal.isJson) terminal.say(jsonText(value));
  else for (const line of tell()) terminal.say(line);
}

/** Runs a command; what it throws is told, and becomes its exit code. */
export async function guarded(terminal: Terminal, command: () => Promise<number>): Promise<number> {
  try {
    return await command();
  } catch (error) {
    complainOf(terminal, error);
    return isUnreachable(error) ? EXIT_UNREACHABLE : EXIT_REFUSED;
  }
}

function isUnreachable(error: unknown): boolean {
  return (
    !(error instanceof TandemError) || /_(UNREACHABLE|UNREADABLE|UNUSABLE|UNAUTHORIZED|NOT_RUNNING)$/.test(error.code)
  );
}

function complainOf(terminal: Terminal, error: unknown): void {
  const refusals = error instanceof TandemError ? error.refusals : [];
  const code = error instanceof TandemError ? error.code : 'TANDEM_DEFECT';
  if (terminal.isJson) {
    terminal.say(JSON.stringify({ error: { code, message: sentenceOf(error), refusals } }));
    return;
  }
  if (refusals.length <= 1) terminal.complain(sentenceOf(error));
  else for (const line of refusalLines(sentenceOf(error), refusals)) terminal.complain(line);
}

function refusalLines(message: string, refusals: readonly Refusal[]): string[] {
  const [subject = message] = message.split(': ', 1);
  const lead = `${subject.replace(/ line \d+.*$/, '')}. Nothing was changed.`;
  if (refusals.every(({ line }) => line === 0)) return [lead, '', ...refusals.map(({ reason }) => reason)];
  const rows = refusals.map(({ line, field, reason }) => [String(line), field, reason]);
  return [lead, '', ...alignedTable(['line', 'field', 'reason'], rows, [0])];
}

/** Of a number in the start file, where 0 is one that has no thread of its own. */
export function toldShards(shardCount: number): string {
  return shardCount === 0 ? '1 shard, inline' : counted(shardCount, 'shard');
}

/** "1 account", "2 accounts". */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
