// The numbers of identities toward a routing gateway with rules for them.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type InviteFacts, inviteIdentity } from '../../../src/core/call/identity.ts';
import { EMPTY_CROSSING } from '../../../src/core/call/leg-events.ts';
import type { RoutingGateway } from '../../../src/core/routing/snapshot.ts';
import { PEER_RULES, parameters, routingGateway } from '../../simulator/trunks.ts';

const OURS = '192.0.2.1:5060';
const OPEN = { ...PEER_RULES, sipPAssertedIdentity: 'pass', sipRemotePartyId: 'pass', sipDiversion: true } as const;

function linesToward(
  to: Partial<RoutingGateway>,
  renumber: InviteFacts['renumber'],
  lines: readonly string[],
): string[] {
  const ruled = lines.map((line) => `${line}\r\n`).join('');
  const facts = { from: OPEN, to: routingGateway(2, to), parameters: parameters(), hostPort: OURS, renumber };
  const { crossing } = inviteIdentity({ ...EMPTY_CROSSING, ruled }, { ...facts, caller: '49221', display: '' });
  return crossing.headers.split('\r\n').slice(0, -1);
}

describe('numbers of identities', () => {
  test('become what the gateway’s rules make of them; other headers keep theirs', () => {
    const lines = [
      'P-Asserted-Identity: "Ada" <sip:49221@a.example>, <tel:49222>',
      'Remote-Party-ID: <sip:49221@a.example>;party=calling',
      'Diversion: <sip:49221@a.example>',
    ];
    assert.deepEqual(
      linesToward(OPEN, (number) => `+${number}`, lines),
      [
        `P-Asserted-Identity: "Ada" <sip:+49221@${OURS}>`,
        'P-Asserted-Identity: <tel:+49222>',
        `Remote-Party-ID: <sip:+49221@${OURS}>;party=calling`,
        `Diversion: <sip:49221@${OURS}>`,
      ],
    );
  });

  test('those made of the caller as well', () => {
    const lines = linesToward({ sipPAssertedIdentity: 'caller' }, () => '7', []);
    assert.deepEqual(lines, [`P-Asserted-Identity: <sip:7@${OURS}>`]);
  });

  test('an identity that is left without a number does not cross', () => {
    assert.deepEqual(
      linesToward(OPEN, () => '', ['P-Asserted-Identity: <sip:49221@a.example>']),
      [],
    );
  });
});
