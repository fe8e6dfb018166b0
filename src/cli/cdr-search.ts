// tandem cdr search: finished calls by number, gateway, account, end reason and time, newest first.

import type { SwitchConfig } from '../config.ts';
import { searchCdrs } from '../control/api/cdr-search.ts';
import { CdrIndex, type FoundCdrs } from '../control/cdr/index/cdr-index.ts';
import { jsonText } from '../core/base/json-text.ts';
import type { Cdr } from '../core/cdr/cdr.ts';
import { cdrLines } from './cdr-tail.ts';
import { withStoppedSwitch } from './stopped-switch.ts';
import { runningSwitch } from './switch-client.ts';
import { EXIT_OK, type Terminal } from './terminal.ts';

/** What is asked for, as written; null where anything will do. */
export interface SearchWords {
  readonly number: string | null;
  readonly gateway: string | null;
  readonly account: string | null;
  readonly endReason: string | null;
  readonly from: string | null;
  readonly until: string | null;
  readonly before: string | null;
}

/**
 * Prints at most `count` records, one JSON object a line with --json: that there may be more is told beside them, to
 * the standard error. The index of a stopped switch is brought up to date first.
 */
export async function cdrSearch(
  config: SwitchConfig,
  words: SearchWords,
  count: number,
  terminal: Terminal,
): Promise<number> {
  const cdrs: Cdr[] = [];
  const { before } = await takePages(config, { ...words }, count, (page) => cdrs.push(...page));
  tell(cdrs, before, terminal);
  return EXIT_OK;
}

/**
 * Gives `take` all finished calls like `words`, newest first, page by page: there may be millions. Answers since when
 * calls are known, wall clock ms; null where no CDR has gone yet.
 */
export async function takeCdrs(config: SwitchConfig, words: Query, take: TakePage): Promise<number | null> {
  return (await takePages(config, words, Number.POSITIVE_INFINITY, take)).knownFromWallMs;
}

type TakePage = (cdrs: readonly Cdr[]) => void;

async function takePages(
  config: SwitchConfig,
  words: Query,
  count: number,
  take: TakePage,
): Promise<{ readonly before: string | null; readonly knownFromWallMs: number | null }> {
  const client = runningSwitch(config.dataPath);
  const ask =
    client === null
      ? (query: Query) => askStopped(config, query)
      : async (query: Query) => (await client.get('/api/v1/cdrs/search', query)) as FoundCdrs;
  let before = words['before'] ?? null;
  for (let left = count; ; ) {
    const page = await ask({ ...words, before, limit: String(Math.min(left, PAGE_RECORDS)) });
    take(page.cdrs);
    left -= page.cdrs.length;
    before = page.before === null ? null : String(page.before);
    // A switch of an earlier release does not say since when calls are known.
    if (before === null || left === 0) return { before, knownFromWallMs: page.knownFromWallMs ?? null };
  }
}

type Query = Readonly<Record<string, string | null>>;

const PAGE_RECORDS = 500;

function askStopped(config: SwitchConfig, query: Query): Promise<FoundCdrs> {
  return withStoppedSwitch(config, false, ({ stores }) => {
    const index = new CdrIndex(stores.spool, stores.index);
    while (index.follow() > 0);
    const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== null);
    return searchCdrs(index, new URLSearchParams(given));
  });
}

function tell(cdrs: readonly Cdr[], before: string | null, terminal: Terminal): void {
  const more = before === null ? [] : [`There may be more: --before ${before}`];
  if (terminal.isJson) {
    for (const cdr of cdrs) terminal.say(jsonText(cdr));
    for (const line of more) terminal.complain(line);
    return;
  }
  if (cdrs.length === 0) terminal.say('No CDR is like that.');
  else for (const line of cdrLines(cdrs)) terminal.say(line);
  for (const line of more) terminal.say(line);
}
