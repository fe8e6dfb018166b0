// Every end reason is reached: by a ladder of this folder, or by the test that is named here.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { END_REASON_NAMES, type EndReason } from '../../src/core/base/end-reason.ts';
import { flowFiles } from './flow-folder.ts';

/** What one call in a ladder cannot come to, and the test that brings it about. */
const REACHED_ELSEWHERE: Partial<Record<EndReason, string>> = {
  RateNotFound: 'test/core/call/priced-call.test.ts',
  InsufficientBalance: 'test/core/call/prepaid-call.test.ts',
  CreditExhausted: 'test/core/call/prepaid-call.test.ts',
  RateBarred: 'test/core/call/priced-call.test.ts',
  Overload: 'test/core/shard/shard.test.ts',
  OperatorHangup: 'test/simulator/simulator.test.ts',
  SwitchRestart: 'test/shard-host/recovery.test.ts',
  Defect: 'test/core/shard/shard.test.ts',
};

const IN_LADDERS = new Set(
  [...flowFiles().values()]
    .flat()
    .flatMap(({ rows }) => rows.flatMap(({ items }) => items))
    .filter(({ direction }) => direction === 'written')
    .map(({ name }) => /^CDR (\w+) \d+/.exec(name)?.[1]),
);

describe('every end reason is reached by a test', () => {
  for (const reason of END_REASON_NAMES) {
    const elsewhere = REACHED_ELSEWHERE[reason];
    if (elsewhere === undefined) {
      test(`${reason}: in a ladder`, () => assert.ok(IN_LADDERS.has(reason)));
    } else {
      test(`${reason}: in ${elsewhere}`, () => {
        assert.ok(!IN_LADDERS.has(reason), 'a ladder shows it: take it out of REACHED_ELSEWHERE');
        assert.match(readFileSync(elsewhere, 'utf8'), new RegExp(`'${reason}'`));
      });
    }
  }
});
