// tandem blacklist: which numbers may not call, or be called, for how long and why; one more, one less.

import type { SwitchConfig } from '../config.ts';
import type { BlackListEntry, Party } from '../core/admission/black-list.ts';
import { alignedTable } from './aligned-table.ts';
import { operatorName } from './operator-name.ts';
import { duration } from './status.ts';
import { requireRunningSwitch } from './switch-client.ts';
import { EXIT_OK, print, type Terminal } from './terminal.ts';

const PATH = '/api/v1/blacklist';
const SECOND_MS = 1_000;

const WORDS_OF_KINDS: Readonly<Record<BlackListEntry['kind'], string>> = {
  manual: 'put there by an operator',
  malicious: 'tried too many calls',
  concurrent: 'had too many calls at once',
  noAnswer: 'was called in vain too often',
};

/** Prints the list. Throws TANDEM_SWITCH_NOT_RUNNING and what the client throws. */
export async function listed(config: SwitchConfig, terminal: Terminal): Promise<number> {
  const entries = (await requireRunningSwitch(config.dataPath).get(PATH)) as BlackListEntry[];
  print(terminal, entries, () => tell(entries));
  return EXIT_OK;
}

/** Blocks a number for so many seconds. Throws as above. */
export async function block(
  config: SwitchConfig,
  { number, party, seconds }: { readonly number: string; readonly party: Party; readonly seconds: number },
  terminal: Terminal,
): Promise<number> {
  const query = { number, party, seconds: String(seconds), author: operatorName() };
  const entry = (await requireRunningSwitch(config.dataPath).post(PATH, query, '')) as BlackListEntry;
  print(terminal, entry, () => [`The ${party} ${number} is on the blacklist for ${duration(seconds)}.`]);
  return EXIT_OK;
}

/** Takes a number off. Throws as above. */
export async function unblock(
  config: SwitchConfig,
  { number, party }: { readonly number: string; readonly party: Party },
  terminal: Terminal,
): Promise<number> {
  const query = { number, party, author: operatorName() };
  const answer = await requireRunningSwitch(config.dataPath).delete(PATH, query);
  print(terminal, answer, () => [`The ${party} ${number} is off the blacklist.`]);
  return EXIT_OK;
}

function tell(entries: readonly BlackListEntry[]): string[] {
  if (entries.length === 0) return ['Nobody is on the blacklist.'];
  const nowMs = Date.now();
  const rows = entries.map(({ party, number, kind, untilWallMs, lastCallWallMs }) => [
    party,
    number,
    duration(Math.max(0, Math.ceil((untilWallMs - nowMs) / SECOND_MS))),
    lastCallWallMs === null ? '-' : `${duration(Math.max(0, Math.floor((nowMs - lastCallWallMs) / SECOND_MS)))} ago`,
    WORDS_OF_KINDS[kind],
  ]);
  return alignedTable(['', 'number', 'for', 'last tried', 'why'], rows, [2, 3]);
}
