// tandem params set and reset: new values for some parameters, all or none; with the switch running through its API,
// with the switch down in its data directory.

import type { SwitchConfig } from '../config.ts';
import type { DeployedParameters } from '../control/control.ts';
import { TandemError } from '../tandem-error.ts';
import { alignedTable } from './aligned-table.ts';
import { whereabouts } from './apply.ts';
import { operatorName } from './operator-name.ts';
import { withStoppedSwitch } from './stopped-switch.ts';
import { runningSwitch } from './switch-client.ts';
import { EXIT_OK, print, type Terminal } from './terminal.ts';

/** Texts by name; null takes a parameter back to its default. */
export type GivenParameters = ReadonlyMap<string, string | null>;

/** What came of a change, and where. */
type Changed = DeployedParameters & { readonly isRunning: boolean };

/** What `settings` say, each NAME=VALUE. Throws TANDEM_PARAMETER_REFUSED. */
export function settingsIn(settings: readonly string[]): GivenParameters {
  const given = new Map<string, string>();
  for (const setting of settings) {
    const at = setting.indexOf('=');
    const name = setting.slice(0, at);
    if (at < 1) throw refused(`write NAME=VALUE, not "${setting}"`);
    if (given.has(name)) throw refused(`${name} is given twice`);
    given.set(name, setting.slice(at + 1));
  }
  return given;
}

/** All of `names` at their defaults. */
export function defaultsOf(names: readonly string[]): GivenParameters {
  return new Map(names.map((name) => [name, null]));
}

/** Makes the change. Rejects with TANDEM_PARAMETER_REFUSED. */
export async function changeParams(
  config: SwitchConfig,
  given: GivenParameters,
  note: string,
  terminal: Terminal,
): Promise<number> {
  const author = operatorName();
  const client = runningSwitch(config.dataPath);
  let changed: Changed;
  if (client === null) {
    const request = { given, expectedVersion: null, author, note, atWallMs: Date.now() };
    const outcome = await withStoppedSwitch(config, true, ({ configuration }) => configuration.setParameters(request));
    changed = { ...outcome, isEverywhere: false, isRunning: false };
  } else {
    const body = JSON.stringify(Object.fromEntries(given));
    const outcome = (await client.patch('/api/v1/parameters', { author, note }, body)) as DeployedParameters;
    changed = { ...outcome, isRunning: true };
  }
  print(terminal, changed, () => tell(changed));
  return EXIT_OK;
}

function refused(sentence: string): TandemError {
  return new TandemError('TANDEM_PARAMETER_REFUSED', `The parameters were refused: ${sentence}`);
}

function tell(changed: Changed): string[] {
  const { version, changes } = changed;
  if (changes.length === 0) return [`That is so already: version ${version} stays in force.`];
  const rows = changes.map(({ name, before, after }) => [name, before, '->', after]);
  const [, ...lines] = alignedTable(['', '', '', ''], rows);
  return [
    ...lines,
    '',
    `Version ${version} is in force. ${whereabouts(changed)} Calls in progress keep what they began with.`,
    'Write it into your network file too: tandem apply sets the parameters of its file and no others.',
  ];
}
