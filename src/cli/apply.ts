// tandem apply FILE: makes a network file the one in force, whole or not at all; with the switch running through its
// API, with the switch down in its data directory.

import { readFileSync } from 'node:fs';
import type { SwitchConfig } from '../config.ts';
import type { DeployedOutcome } from '../control/control.ts';
import type { Change } from '../control/tables/changes.ts';
import { sentenceOf, TandemError } from '../tandem-error.ts';
import { alignedTable } from './aligned-table.ts';
import { operatorName } from './operator-name.ts';
import { withStoppedSwitch } from './stopped-switch.ts';
import { runningSwitch } from './switch-client.ts';
import { counted, EXIT_OK, print, type Terminal } from './terminal.ts';

/** Changes told one by one; the rest are counted. */
const CHANGES_TOLD_MAX = 40;

/** What came of an apply, and where. */
type Applied = DeployedOutcome & { readonly isRunning: boolean };

/** What a switch of an earlier release, which runs on while the command is new, does not say. */
const SAID_LATER: Pick<DeployedOutcome, 'advice'> = { advice: [] };

/** Applies `file`; with `dryRun` only says what would change. Rejects with TANDEM_NETWORK_UNREADABLE or as applying. */
export async function apply(
  config: SwitchConfig,
  options: { readonly file: string; readonly dryRun: boolean; readonly note: string },
  terminal: Terminal,
): Promise<number> {
  const text = readNetworkFile(options.file);
  const author = operatorName();
  const client = runningSwitch(config.dataPath);
  let applied: Applied;
  if (client === null) {
    const request = {
      text,
      name: options.file,
      author,
      note: options.note,
      atWallMs: Date.now(),
      dryRun: options.dryRun,
    };
    const outcome = await withStoppedSwitch(config, true, ({ configuration }) => configuration.apply(request));
    applied = { ...outcome, isEverywhere: false, isRunning: false };
  } else {
    const query = { name: options.file, author, note: options.note, dryRun: String(options.dryRun) };
    const outcome = (await client.post('/api/v1/apply', query, text)) as DeployedOutcome;
    applied = { ...SAID_LATER, ...outcome, isRunning: true };
  }
  print(terminal, applied, () => tell(options.file, applied));
  return EXIT_OK;
}

/** The text of a network file; '-' is standard input. Throws TANDEM_NETWORK_UNREADABLE. */
function readNetworkFile(file: string): string {
  try {
    return readFileSync(file === '-' ? 0 : file, 'utf8');
  } catch (cause) {
    throw new TandemError('TANDEM_NETWORK_UNREADABLE', `The network file cannot be read: ${sentenceOf(cause)}`, {
      cause,
    });
  }
}

function tell(file: string, applied: Applied): string[] {
  const { accounts, mappingGateways, routingGateways } = applied.counts;
  const gateways = `${counted(mappingGateways, 'mapping gateway')}, ${counted(routingGateways, 'routing gateway')}`;
  const size = `${counted(accounts, 'account')}, ${gateways}`;
  const advice = applied.advice.flatMap((sentence) => ['', sentence]);
  const lines = [...changeLines(applied.changes), ...advice];
  if (applied.dryRun) {
    const what = applied.changes.length === 0 ? 'nothing would change' : 'these changes would be made';
    return [`${file} is good (${size}); ${what}. Version ${applied.version} stays in force.`, ...lines];
  }
  if (applied.changes.length === 0)
    return [`${file} says what is in force already (${size}): version ${applied.version}.`, ...advice];
  return [`Version ${applied.version} is in force: ${size}. ${whereabouts(applied)}`, ...lines];
}

/** Who goes by a version that was just made. */
export function whereabouts({ isRunning, isEverywhere }: Pick<Applied, 'isRunning' | 'isEverywhere'>): string {
  if (!isRunning) return 'The switch is not running; it will start with this version.';
  if (isEverywhere) return 'Every shard routes by it.';
  return 'It is stored, but not every shard has confirmed it within a second: look at tandem status.';
}

/** The changes as a table, a line each; none when there are none. */
export function changeLines(changes: readonly Change[]): string[] {
  if (changes.length === 0) return [];
  const rows = changes
    .slice(0, CHANGES_TOLD_MAX)
    .map(({ change, what, name, fields }) => [change, what, name, fields.join(', ')]);
  const rest = changes.length - rows.length;
  const lines = ['', ...alignedTable(['change', 'what', 'name', 'fields'], rows)];
  return rest > 0 ? [...lines, `and ${rest} more`] : lines;
}
