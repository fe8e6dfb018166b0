// tandem cdr tail: the last finished calls, and with --follow those to come.

import { setTimeout as pause } from 'node:timers/promises';
import type { SwitchConfig } from '../config.ts';
import { jsonText } from '../core/base/json-text.ts';
import type { Cdr } from '../core/cdr/cdr.ts';
import { unpackCdr } from '../store/records.ts';
import { alignedTable } from './aligned-table.ts';
import { withStoppedSwitch } from './stopped-switch.ts';
import { runningSwitch, type SwitchClient } from './switch-client.ts';
import { EXIT_OK, type Terminal } from './terminal.ts';

const FOLLOW_PERIOD_MS = 500;
const FOLLOW_RECORDS_MAX = 1_000;

interface Page {
  readonly cdrs: readonly Cdr[];
  readonly after: number;
}

/**
 * Prints the last `count` CDRs, oldest first, one JSON object a line with --json. `follow` goes on until `isOver`
 * or the switch ends; it needs the switch running and is ignored otherwise.
 */
export async function cdrTail(
  config: SwitchConfig,
  options: { readonly count: number; readonly follow: boolean; readonly isOver: () => boolean },
  terminal: Terminal,
): Promise<number> {
  const client = runningSwitch(config.dataPath);
  const page = client === null ? await stoppedPage(config, options.count) : await firstPage(client, options.count);
  tell(page.cdrs, terminal, true);
  let hasHeads = page.cdrs.length > 0;
  if (client === null || !options.follow) return EXIT_OK;
  for (let { after } = page; !options.isOver(); ) {
    await pause(FOLLOW_PERIOD_MS);
    const query = { after: String(after), limit: String(FOLLOW_RECORDS_MAX) };
    const next = (await client.get('/api/v1/cdrs', query)) as Page;
    if (next.cdrs.length > 0) {
      tell(next.cdrs, terminal, !hasHeads);
      hasHeads = true;
    }
    after = next.after;
  }
  return EXIT_OK;
}

async function firstPage(client: SwitchClient, count: number): Promise<Page> {
  return (await client.get('/api/v1/cdrs', { limit: String(count) })) as Page;
}

function stoppedPage(config: SwitchConfig, count: number): Promise<Page> {
  return withStoppedSwitch(config, false, ({ stores }) => {
    const newestFirst = stores.spool.before(Number.POSITIVE_INFINITY, count);
    return {
      cdrs: newestFirst.map(({ record }) => unpackCdr(record)).toReversed(),
      after: stores.spool.lastPosition(),
    };
  });
}

function tell(cdrs: readonly Cdr[], terminal: Terminal, isFirst: boolean): void {
  if (terminal.isJson) {
    for (const cdr of cdrs) terminal.say(jsonText(cdr));
    return;
  }
  if (isFirst && cdrs.length === 0) terminal.say('No CDRs yet.');
  if (cdrs.length === 0) return;
  const lines = cdrLines(cdrs);
  for (const line of isFirst ? lines : lines.slice(1)) terminal.say(line);
}

/** `cdrs` as a table for people, its heads first. */
export function cdrLines(cdrs: readonly Cdr[]): string[] {
  const heads = ['ended (UTC)', 'caller', 'callee', 'from', 'to', 'talk', 'PDD', 'code', 'ended by', 'why', 'attempts'];
  return alignedTable(heads, cdrs.map(rowOf), [5, 6, 7, 10]);
}

function rowOf(cdr: Cdr): string[] {
  const endedAt = new Date(cdr.endedAtWallMs ?? cdr.setupAtWallMs).toISOString();
  return [
    endedAt.slice(0, 23).replace('T', ' '),
    cdr.caller,
    cdr.callee,
    cdr.mappingGateway,
    cdr.routingGateway === '' ? '-' : cdr.routingGateway,
    `${(cdr.holdMs / 1000).toFixed(1)} s`,
    cdr.postDialDelayMs === null ? '-' : `${(cdr.postDialDelayMs / 1000).toFixed(2)} s`,
    cdr.sipCode === 0 ? '-' : String(cdr.sipCode),
    cdr.endedBy ?? '-',
    cdr.endReason ?? '-',
    String(cdr.attempts.length),
  ];
}
