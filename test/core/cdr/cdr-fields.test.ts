import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CDR_FIELD_NAMES, CDR_FIELD_TABLE } from '../../../src/core/cdr/cdr-fields.ts';
import { sampleCdr } from '../../store/sample-cdr.ts';

test('the table has every field that a CDR has, and no other', () => {
  assert.deepEqual([...CDR_FIELD_NAMES].sort(), Object.keys(sampleCdr(1)).sort());
});

test('a value is of the kind that the table says', () => {
  const cdr = { ...sampleCdr(1), ratedSeconds: 5 };
  for (const name of CDR_FIELD_NAMES) {
    const value: unknown = cdr[name];
    const { kind } = CDR_FIELD_TABLE[name];
    const isRight = {
      text: typeof value === 'string',
      word: typeof value === 'string',
      count: Number.isInteger(value),
      ms: typeof value === 'number',
      wallMs: Number.isInteger(value),
      nanos: typeof value === 'bigint' || Number.isInteger(value),
      list: Array.isArray(value),
    }[kind];
    assert.ok(isRight, `${name} is no ${kind}`);
  }
});

test('no two fields have the same column in VOS3000', () => {
  const columns = Object.values(CDR_FIELD_TABLE).map(({ vos3000 }) => vos3000);
  const named = columns.filter((column) => column !== '');
  assert.equal(new Set(named).size, named.length);
});

test('columns stand in the order in which they were added', () => {
  assert.deepEqual(CDR_FIELD_NAMES.slice(26, 34), [
    'reasonHeader',
    'limitedBy',
    'attempts',
    'userAgentCaller',
    'userAgentCallee',
    'codec',
    'sessionTimer',
    'decision',
  ]);
});
