import assert from 'node:assert/strict';
import { test } from 'node:test';

import { isUniqueBranch, parseVia } from '../../../src/core/sip/via.ts';

test('20.42: transport, sent-by and the parameters that decide the way back', () => {
  const via = parseVia('SIP/2.0/udp first.example.com:4000;ttl=16;maddr=224.2.0.1;branch=z9hG4bKa7c6a8dlze.1;rport');
  assert.equal(via?.transport, 'UDP');
  assert.equal(via?.host, 'first.example.com');
  assert.equal(via?.port, 4000);
  assert.equal(via?.branch, 'z9hG4bKa7c6a8dlze.1');
  assert.equal(via?.maddr, '224.2.0.1');
  assert.equal(via?.received, '');
  assert.equal(via?.rport, 0);
});

test('25.1: white space may stand around every separator, but not be missing before sent-by', () => {
  const via = parseVia(' SIP / 2.0\r\n /\tTCP  h : 5060 ; branch = x ; received = 192.0.2.1 ');
  assert.deepEqual(
    [via?.transport, via?.host, via?.port, via?.branch, via?.received],
    ['TCP', 'h', 5060, 'x', '192.0.2.1'],
  );
  assert.equal(parseVia('SIP/2.0/UDPh'), null);
});

test('RFC 3581 3: rport absent, asked for, and given', () => {
  assert.equal(parseVia('SIP/2.0/UDP h')?.rport, -1);
  assert.equal(parseVia('SIP/2.0/UDP h;rport')?.rport, 0);
  assert.equal(parseVia('SIP/2.0/UDP h;rport=')?.rport, 0);
  assert.equal(parseVia('SIP/2.0/UDP h;RPORT=9988')?.rport, 9988);
  assert.equal(parseVia('SIP/2.0/UDP h;rport=65536'), null);
  assert.equal(parseVia('SIP/2.0/UDP h;rport=x'), null);
});

test('7.3.1: a Via ends at its comma, and offsets tell where', () => {
  const text = 'SIP/2.0/UDP a;branch=1;x="q,\\"" , SIP/2.0/UDP b;branch=2';
  const via = parseVia(text);
  assert.equal(text.slice(0, via?.end), 'SIP/2.0/UDP a;branch=1;x="q,\\""');
});

test('RFC 5118 4.2: an IPv6 reference has brackets', () => {
  assert.equal(parseVia('SIP/2.0/UDP [2001:db8::9:1]:6050')?.port, 6050);
  assert.equal(parseVia('SIP/2.0/UDP 2001:db8::9:1'), null);
  assert.equal(parseVia('SIP/2.0/UDP [2001:db8::9:1'), null);
  assert.equal(parseVia('SIP/2.0/UDP []'), null);
  assert.equal(parseVia('SIP/2.0/UDP [host]'), null);
});

test('25.1: what is not a Via is null', () => {
  for (const text of [
    '',
    'SIP/2.0/UDP',
    'SIP/2.0/UDP ',
    'SIP/2.0 h',
    'SIP//UDP h',
    'SIP/2.0/UDP h:',
    'SIP/2.0/UDP h:99999',
    'SIP/2.0/UDP h;;branch=1',
    'SIP/2.0/UDP h;',
    'SIP/2.0/UDP h;=1',
    'SIP/2.0/UDP h x',
    'SIP/2.0/UDP h;a="b',
    'SIP/2.0/UDP h;a=b c',
    'SIP/2.0/UDP h<x>',
  ]) {
    assert.equal(parseVia(text), null, text);
  }
});

test('7.3.1: a parameter that decides the way back stands once', () => {
  for (const twice of ['branch=1;branch=2', 'rport;rport=1', 'received=1.1.1.1;Received=2.2.2.2']) {
    assert.equal(parseVia(`SIP/2.0/UDP h;${twice}`), null, twice);
  }
});

test('8.1.1.7: a unique branch has the cookie and something after it', () => {
  assert.equal(isUniqueBranch('z9hG4bK1'), true);
  for (const branch of ['', 'z9hG4bK', 'Z9HG4BK1', '1']) assert.equal(isUniqueBranch(branch), false);
});
