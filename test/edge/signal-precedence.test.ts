// SS_SIP_SIGNAL_TOS: what the log says, for Node cannot do it.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { defaultParameters } from '../../src/core/parameters/registry.ts';
import { PrecedenceNotice, precedenceCommand } from '../../src/edge/signal-precedence.ts';

const V4 = { address: '192.0.2.1', port: 5060 };
const V4_SECOND = { address: '0.0.0.0', port: 5070 };
const V6 = { address: '2001:db8::1', port: 5062 };

test('the command sets the upper six bits, for the ports of each address family', () => {
  assert.equal(
    precedenceCommand(0xa0, [V4, V6, V4_SECOND, V4]),
    "nft 'add table inet tandem; " +
      'add chain inet tandem precedence { type filter hook output priority mangle; }; ' +
      'flush chain inet tandem precedence; ' +
      'add rule inet tandem precedence udp sport { 5060, 5070 } ip dscp set cs5; ' +
      "add rule inet tandem precedence udp sport { 5062 } ip6 dscp set cs5'",
  );
  const classOf = (tos: number) => / set (\w+)'$/.exec(precedenceCommand(tos, [V4]) ?? '')?.[1];
  assert.deepEqual([0x20, 0x60, 0xb8, 0x68, 0x04, 0xa3].map(classOf), ['cs1', 'cs3', 'ef', '0x1a', '0x01', 'cs5']);
});

test('a byte without a class says nothing', () => {
  assert.deepEqual(
    [0, 1, 3].map((tos) => precedenceCommand(tos, [V4])),
    [null, null, null],
  );
});

test('it is said at the start, and again only when SS_SIP_SIGNAL_TOS changes', () => {
  const said: number[] = [];
  const notice = new PrecedenceNotice([V4], (tos) => said.push(tos));
  for (const tos of [0, 0xa0, 0xa0, 0, 0, 0xb8, 0xa0]) notice.note(tos);
  assert.deepEqual(said, [0xa0, 0xb8, 0xa0]);
});

test('config/nftables/sip.nft has the rule for the default of SS_SIP_SIGNAL_TOS in its chain', () => {
  const chain = /chain precedence \{([^}]*)\}/.exec(readFileSync('config/nftables/sip.nft', 'utf8'))?.[1] ?? '';
  const command = precedenceCommand(defaultParameters().SS_SIP_SIGNAL_TOS, [V4]) ?? '';
  assert.ok(chain.includes(/ip dscp set \w+/.exec(command)?.[0] ?? 'no rule'), chain);
});
