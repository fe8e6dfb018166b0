// tandem calls: the calls that live now.

import type { SwitchConfig } from '../config.ts';
import type { Cdr } from '../core/cdr/cdr.ts';
import { alignedTable } from './aligned-table.ts';
import { duration } from './status.ts';
import { requireRunningSwitch } from './switch-client.ts';
import { EXIT_OK, print, type Terminal } from './terminal.ts';

/** Prints up to `limit` live calls (null: all), newest last. Throws what the client throws. */
export async function calls(config: SwitchConfig, limit: number | null, terminal: Terminal): Promise<number> {
  const client = requireRunningSwitch(config.dataPath);
  const found = (await client.get('/api/v1/calls', { limit: limit === null ? null : String(limit) })) as Cdr[];
  const sorted = found.toSorted((one, other) => one.setupAtWallMs - other.setupAtWallMs);
  print(terminal, sorted, () => tell(sorted, limit, Date.now()));
  return EXIT_OK;
}

function tell(found: readonly Cdr[], limit: number | null, wallNowMs: number): string[] {
  if (found.length === 0) return ['No calls.'];
  const rows = found.map((call) => [
    duration((wallNowMs - call.setupAtWallMs) / 1000),
    stateOf(call),
    call.caller,
    call.callee,
    call.mappingGateway,
    call.routingGateway,
    String(call.attempts.length),
    String(call.shard),
    call.callerCallId,
  ]);
  const heads = ['age', 'state', 'caller', 'callee', 'from', 'to', 'attempts', 'shard', 'Call-ID'];
  const lines = alignedTable(heads, rows, [0, 6, 7]);
  return found.length === limit ? [...lines, `The first ${limit}; more with --limit.`] : lines;
}

function stateOf(call: Cdr): string {
  if (call.answeredAtWallMs !== null) return 'answered';
  return call.ringingAtWallMs === null ? 'set-up' : 'ringing';
}
