// RSeq and RAck of reliable provisional responses in several early dialogs of one INVITE.

import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { EMPTY_CROSSING, type Provisional } from '../../../src/core/call/leg-events.ts';
import { ReliableProvisionals } from '../../../src/core/call/reliable-provisionals.ts';
import { TimerWheel } from '../../../src/core/timer/wheel.ts';
import { DEFAULT_RESENDS } from '../timer/default-resends.ts';

const RINGING: Provisional = { status: 180, phrase: '', crossing: EMPTY_CROSSING, rack: '' };

let sent: string[];
let reliables: ReliableProvisionals;

beforeEach(() => {
  sent = [];
  reliables = new ReliableProvisionals(new TimerWheel(0), DEFAULT_RESENDS, () => 6, {
    sendReliably: (_provisional, toTag, rseq) => {
      sent.push(`${toTag} ${rseq}`);
      return '';
    },
    repeatReliably: () => undefined,
    onAllPracked: () => undefined,
    onNoPrack: () => undefined,
  });
});

describe('RFC 3262 4: a peer takes a response whose RSeq is one above the last', () => {
  test('it counts each fork by itself, for another one begins where it likes', () => {
    sendAndAcknowledge('a', 7);
    sendAndAcknowledge('b', 8);
    sendAndAcknowledge('a', 8);
    sendAndAcknowledge('b', 9);
    assert.deepEqual(sent, ['a 7', 'b 8', 'a 8', 'b 9']);
  });

  test('the dialog of a later gateway goes on behind the one before, for a peer that counts all together', () => {
    sendAndAcknowledge('a', 7);
    sendAndAcknowledge('a', 8);
    sendAndAcknowledge('b', 9);
    assert.deepEqual(sent, ['a 7', 'a 8', 'b 9']);
  });

  test('a PRACK of one dialog acknowledges nothing in another', () => {
    sendAndAcknowledge('a', 7);
    sendAndAcknowledge('b', 8);
    reliables.send(RINGING, 'a');
    assert.equal(reliables.acknowledge('8 1 INVITE', 1, 'b'), null);
    assert.equal(reliables.acknowledge('8 1 INVITE', 1, 'a'), RINGING);
  });
});

function sendAndAcknowledge(toTag: string, rseq: number): void {
  reliables.send(RINGING, toTag);
  assert.equal(reliables.acknowledge(`${rseq} 1 INVITE`, 1, toTag), RINGING);
}
