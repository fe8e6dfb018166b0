import assert from 'node:assert/strict';
import { test } from 'node:test';
import { minSeOf, type SessionExpires, sessionExpiresOf } from '../../../src/core/sip/session-expires.ts';
import { inviteText, parsed } from './messages.ts';

test('4028 4: Session-Expires is seconds and a refresher, in any case, compact or folded', () => {
  const rows: readonly (readonly [string, SessionExpires])[] = [
    ['Session-Expires: 1800', { seconds: 1800, refresher: null }],
    ['x:90;refresher=uas', { seconds: 90, refresher: 'uas' }],
    ['SESSION-EXPIRES:  0600 ; Refresher = UAC ;a', { seconds: 600, refresher: 'uac' }],
    ['X: 600\r\n ;a=";refresher=uac";refresher=uas', { seconds: 600, refresher: 'uas' }],
    ['Session-Expires: 600;refresher=proxy', { seconds: 600, refresher: null }],
    ['Session-Expires: 600;refresher', { seconds: 600, refresher: null }],
    ['Session-Expires: 0;', { seconds: 0, refresher: null }],
  ];
  for (const [line, read] of rows) assert.deepEqual(sessionExpiresOf(parsed(inviteText([line]))), read, line);
});

test('4028 4: a Session-Expires that cannot be read is none', () => {
  const values = ['', 'soon', '-1', '600s', '60 0', ';refresher=uac', '1.5', '99999999999999999'];
  for (const value of values) {
    assert.equal(sessionExpiresOf(parsed(inviteText([`Session-Expires: ${value}`]))), null, value);
  }
  assert.equal(sessionExpiresOf(parsed(inviteText())), null);
});

test('4028 5: Min-SE is seconds, 0 when there is none to read', () => {
  assert.equal(minSeOf(parsed(inviteText(['Min-SE: 120']))), 120);
  assert.equal(minSeOf(parsed(inviteText(['min-se:120 ;a=b']))), 120);
  assert.equal(minSeOf(parsed(inviteText(['Min-SE: much']))), 0);
  assert.equal(minSeOf(parsed(inviteText())), 0);
});
