import assert from 'node:assert/strict';
import { test } from 'node:test';
import { problemOf } from '../../../src/control/http/problem.ts';
import { TandemError, type TandemErrorCode } from '../../../src/tandem-error.ts';

test('what there is not is 404, what cannot be now 409, and a defect is never the fault of who asks', () => {
  const statuses: readonly [TandemErrorCode, number][] = [
    ['TANDEM_JOB_UNKNOWN', 404],
    ['TANDEM_RERATING_UNKNOWN', 404],
    ['TANDEM_JOB_RUNNING', 409],
    ['TANDEM_RERATING_RUNNING', 409],
    ['TANDEM_RERATING_REFUSED', 409],
    ['TANDEM_RERATING_OVERLAPS', 409],
    ['TANDEM_REPORT_BEHIND', 503],
    ['TANDEM_API_QUESTION', 400],
    ['TANDEM_DEFECT', 500],
  ];
  for (const [code, status] of statuses) assert.equal(problemOf(new TandemError(code, 'x')).status, status, code);
  assert.equal(problemOf(new Error('x')).status, 500);
});
