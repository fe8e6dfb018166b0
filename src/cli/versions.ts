// tandem versions: what the network was, version by version. tandem rollback: one of them again, as the next version.

import type { SwitchConfig } from '../config.ts';
import type { Deployed } from '../control/deployment.ts';
import type { ChangeOutcome } from '../control/tables/configuration.ts';
import type { ConfigurationVersion } from '../store/ports.ts';
import { alignedTable } from './aligned-table.ts';
import { changeLines, whereabouts } from './apply.ts';
import { operatorName } from './operator-name.ts';
import { withStoppedSwitch } from './stopped-switch.ts';
import { runningSwitch } from './switch-client.ts';
import { EXIT_OK, print, type Terminal } from './terminal.ts';

/** What came of a rollback, and where. */
type Restored = ChangeOutcome & Deployed & { readonly isRunning: boolean };

/** The newest `limit` versions. */
export async function versions(config: SwitchConfig, limit: number, terminal: Terminal): Promise<number> {
  const client = runningSwitch(config.dataPath);
  const kept =
    client === null
      ? await withStoppedSwitch(config, false, ({ configuration }) => configuration.versions(limit))
      : await askVersions(() => client.get('/api/v1/versions', { limit: String(limit) }));
  print(terminal, { versions: kept }, () => tellVersions(kept));
  return EXIT_OK;
}

/** Brings `version` back. Rejects with TANDEM_VERSION_UNKNOWN. */
export async function rollback(
  config: SwitchConfig,
  version: number,
  note: string,
  terminal: Terminal,
): Promise<number> {
  const author = operatorName();
  const client = runningSwitch(config.dataPath);
  let restored: Restored;
  if (client === null) {
    const told = { author, note: note === '' ? `back to version ${version}` : note, atWallMs: Date.now() };
    const outcome = await withStoppedSwitch(config, false, ({ configuration }) =>
      configuration.rollback(version, told),
    );
    restored = { ...outcome, isEverywhere: false, isRunning: false };
  } else {
    const path = `/api/v1/versions/${version}/rollback`;
    const outcome = (await client.post(path, { author, note }, '')) as ChangeOutcome & Deployed;
    restored = { ...outcome, isRunning: true };
  }
  print(terminal, restored, () => tellRestored(version, restored));
  return EXIT_OK;
}

async function askVersions(ask: () => Promise<unknown>): Promise<readonly ConfigurationVersion[]> {
  return ((await ask()) as { readonly versions: readonly ConfigurationVersion[] }).versions;
}

function tellVersions(kept: readonly ConfigurationVersion[]): string[] {
  if (kept.length === 0) return ['Nothing was ever applied.'];
  const rows = kept.map(({ version, atWallMs, author, note }) => {
    return [String(version), new Date(atWallMs).toISOString().slice(0, 19).replace('T', ' '), author, note];
  });
  return alignedTable(['version', 'made (UTC)', 'by', 'note'], rows, [0]);
}

function tellRestored(version: number, restored: Restored): string[] {
  const { changes } = restored;
  if (changes.length === 0)
    return [`That is so already: version ${restored.version} says what version ${version} did.`];
  const lead = `Version ${restored.version} is in force, with what version ${version} had. ${whereabouts(restored)}`;
  return [lead, ...changeLines(changes)];
}
