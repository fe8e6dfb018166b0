// A change of parameters is for new calls: every ladder of one call runs as it did when all gateways are taken away and
// every parameter gets another value, one that changes some ladder, right after its INVITE.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parameterNameOf } from '../../src/core/parameters/registry.ts';
import { PARAMETERS, type ParameterName } from '../../src/core/parameters/table.ts';
import type { Flow } from './flow-file.ts';
import { flowFiles } from './flow-folder.ts';
import { playFlow } from './flow-runner.ts';

const FLOWS = [...flowFiles().values()].flat();
/** Not the one that judges requests outside calls. */
const NAMES = (Object.keys(PARAMETERS) as ParameterName[]).filter((name) => name !== 'SS_REPLY_UNAUTHORIZED');

/** The values that ladders give each parameter. */
const SHOWN = new Map(NAMES.map((name) => [name, FLOWS.flatMap((flow) => valuesIn(flow, name))]));

/** Settings of ladders in which more than one call goes by the tables: probes, registrations, challenges. */
const OUTSIDE_CALLS = ['timeoutsToBan', 'registerType', 'requireDigest'];

describe('a call keeps the parameters it began with', () => {
  for (const flow of FLOWS.filter(isOneCall)) test(flow.rule, () => playFlow(flow, othersThan(flow)));
});

test('most ladders are of one call', () => {
  assert.ok(FLOWS.filter(isOneCall).length * 10 > FLOWS.length * 8);
});

/** One INVITE that the switch makes a call of, and nothing besides: a second request goes by the new tables. */
function isOneCall({ settings, rows }: Flow): boolean {
  const records = rows.flatMap(({ items }) => items.filter(({ direction }) => direction === 'written'));
  return records.length === 1 && !settings.some(({ field }) => OUTSIDE_CALLS.includes(field));
}

/** For each parameter a value that `flow` does not set. */
function othersThan(flow: Flow): Record<string, string> {
  return Object.fromEntries(
    NAMES.flatMap((name) => {
      const own = valuesIn(flow, name)[0];
      const other = SHOWN.get(name)?.find((value) => value !== own);
      return other === undefined ? [] : [[name, other]];
    }),
  );
}

function valuesIn({ settings }: Flow, name: ParameterName): string[] {
  return settings.filter(({ of }) => parameterNameOf(of) === name).map(({ value }) => value);
}
