import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { EndReason } from '../../../src/core/base/end-reason.ts';
import { statusTold } from '../../../src/core/call/failed-codes.ts';

/** Rules as an operator writes them, the end, and the status told. */
const TABLE: readonly (readonly [string, EndReason, number, number])[] = [
  ['', 'Busy', 486, 486],
  ['486:480', 'Busy', 486, 480],
  ['486:480', 'Busy', 600, 600],
  ['0:503', 'Busy', 486, 503],
  ['0:503 486:480', 'Busy', 486, 480],
  ['486:0 0:503', 'Busy', 486, 486],
  ['-5:404', 'GatewayFull', 503, 404],
  ['-5:404', 'CapacityReached', 503, 503],
  ['-5:404 503:480', 'GatewayFull', 503, 480],
  ['0:500 -5:404', 'GatewayFull', 503, 404],
  ['-5:0 0:500', 'GatewayFull', 503, 503],
  ['486:480 486:603', 'Busy', 486, 480],
  ['0:0', 'Rejected', 603, 603],
  ['487:480 0:503', 'CallerCancelled', 487, 487],
];

for (const [rules, reason, status, told] of TABLE) {
  test(`${rules || 'no rules'}: ${status} ${reason} is told as ${told}`, () => {
    const parsed = rules
      .split(' ')
      .filter((rule) => rule !== '')
      .map((rule) => rule.split(':').map(Number))
      .map(([of = Number.NaN, target = Number.NaN]) => ({ reason: of, target }));
    assert.equal(statusTold(parsed, { reason, status }), told);
  });
}
