import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { q850Of, reasonHeaderOf } from '../../../src/core/call/reason-header.ts';
import { inviteText, parsed } from '../sip/messages.ts';

/** Reason values and the cause in them. */
const CAUSES: readonly (readonly [string, number])[] = [
  ['', 0],
  ['Q.850;cause=16', 16],
  ['q.850 ; Cause = 17 ;text="User busy"', 17],
  ['Q.850;text="a, b;cause=3";cause=34', 34],
  ['SIP;cause=200;text="Call completed elsewhere"', 0],
  ['SIP;cause=486', 17],
  ['SIP ;cause=580 ;text="Precondition Failure", Q.850;cause=27', 27],
  ['Q.850, Q.850;cause=1', 1],
  ['Preemption;cause=1, X.25;cause=2', 0],
  ['Q.850;cause=128', 0],
  ['Q.850;cause=0', 0],
  ['Q.850;cause=-1', 0],
  ['Q.850;cause=1x', 0],
  ['Q.850;cause="17"', 17],
  ['Q.850;cause', 0],
  ['Q.8500;cause=17', 0],
  ['Q.850 17', 0],
  ['"Q.850;cause=17', 0],
];

describe('3326 2: the cause in a Reason header', () => {
  for (const [value, q850] of CAUSES) {
    test(`${value || 'none'}: ${q850}`, () => assert.equal(q850Of(value), q850));
  }
});

test('3326 2: values on several lines are one list', () => {
  const message = parsed(inviteText(['Reason: SIP;cause=600', 'Reason: Q.850;cause=17;text="a,b", X;y']));
  assert.equal(reasonHeaderOf(message), 'SIP;cause=600, Q.850;cause=17;text="a,b", X;y');
  assert.equal(reasonHeaderOf(parsed(inviteText())), '');
});

test('a value with a NUL in it does not cross', () => {
  const message = parsed(inviteText(['Reason: Q.850;cause=1;text="\0"', 'Reason: Q.850;cause=2']));
  assert.equal(reasonHeaderOf(message), 'Q.850;cause=2');
});
