// tandem registrations: who is registered now, and where.

import type { SwitchConfig } from '../config.ts';
import type { RegistrationRow } from '../control/registrations.ts';
import { alignedTable } from './aligned-table.ts';
import { duration } from './status.ts';
import { requireRunningSwitch } from './switch-client.ts';
import { EXIT_OK, print, type Terminal } from './terminal.ts';

/** Prints up to `limit` registrations (null: all). Throws TANDEM_SWITCH_NOT_RUNNING and what the client throws. */
export async function registrations(config: SwitchConfig, limit: number | null, terminal: Terminal): Promise<number> {
  const client = requireRunningSwitch(config.dataPath);
  const found = (await client.get('/api/v1/registrations', {
    limit: limit === null ? null : String(limit),
  })) as RegistrationRow[];
  print(terminal, found, () => tell(found, limit));
  return EXIT_OK;
}

function tell(found: readonly RegistrationRow[], limit: number | null): string[] {
  if (found.length === 0) return ['Nobody is registered.'];
  const rows = found.map(({ kind, gateway, user, address, contact, isBehindNat, expiresInSeconds, userAgent }) => [
    kind,
    gateway,
    user,
    address,
    isBehindNat ? 'NAT' : '',
    contact,
    duration(expiresInSeconds),
    userAgent,
  ]);
  const lines = alignedTable(['kind', 'gateway', 'user', 'from', '', 'contact', 'expires', 'agent'], rows, [6]);
  return found.length === limit ? [...lines, `The first ${limit}; more with --limit.`] : lines;
}
