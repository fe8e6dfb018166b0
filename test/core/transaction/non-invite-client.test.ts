import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { resendScheduleOf } from '../../../src/core/timer/resend-schedule.ts';
import type { NonInviteClientTransaction } from '../../../src/core/transaction/non-invite-client.ts';
import { Rig, TARGET } from './rig.ts';
import { walkTransitions } from './rows.ts';

/** An OPTIONS that has got `statuses`; its trace so far is forgotten. */
function asked(rig: Rig, ...statuses: number[]): NonInviteClientTransaction {
  const transaction = rig.send('OPTIONS');
  for (const status of statuses) rig.answer('OPTIONS', status);
  rig.drain();
  return transaction;
}

walkTransitions('nict_noninvite_client.csv', {
  '(start): request from TU': (rig) => {
    const transaction = rig.send('OPTIONS');
    assert.deepEqual(rig.drain(), ['0 send OPTIONS']);
    assert.equal(rig.wheel.size, 2);
    return transaction;
  },
  'Trying: Timer E': (rig) => {
    const transaction = asked(rig);
    rig.at(31_999);
    const seconds = [0.5, 1.5, 3.5, 7.5, 11.5, 15.5, 19.5, 23.5, 27.5, 31.5];
    assert.deepEqual(
      rig.drain(),
      seconds.map((second) => `${second * 1000} send OPTIONS`),
    );
    return transaction;
  },
  'Trying: Timer F': (rig) => {
    const transaction = asked(rig);
    rig.at(32_000);
    assert.equal(rig.trace.at(-1), '32000 up timeout');
    rig.assertAtRest();
    return transaction;
  },
  'Trying: transport error': (rig) => {
    const transaction = asked(rig);
    rig.table.transportError(TARGET.address, TARGET.port);
    assert.deepEqual(rig.drain(), ['0 up transportError']);
    rig.assertAtRest();
    return transaction;
  },
  'Trying: 1xx': (rig) => {
    const transaction = asked(rig);
    rig.answer('OPTIONS', 100);
    assert.deepEqual(rig.drain(), ['0 up 100']);
    return transaction;
  },
  'Trying: 200-699': (rig) => {
    const transaction = asked(rig);
    rig.answer('OPTIONS', 200);
    assert.deepEqual(rig.drain(), ['0 up 200']);
    assert.equal(rig.wheel.size, 1);
    return transaction;
  },
  'Proceeding: Timer E': (rig) => {
    const transaction = asked(rig);
    rig.at(600);
    rig.answer('OPTIONS', 100);
    rig.at(20_000);
    const sends = [500, 1500, 5500, 9500, 13_500, 17_500].map((ms) => `${ms} send OPTIONS`);
    assert.deepEqual(rig.drain(), [sends[0], '600 up 100', ...sends.slice(1)]);
    return transaction;
  },
  'Proceeding: Timer F': (rig) => {
    const transaction = asked(rig);
    rig.at(10_000);
    rig.answer('OPTIONS', 100);
    rig.at(32_000);
    assert.equal(rig.trace.at(-1), '32000 up timeout');
    rig.assertAtRest();
    return transaction;
  },
  'Proceeding: 1xx': (rig) => {
    const transaction = asked(rig, 100);
    rig.answer('OPTIONS', 100);
    assert.deepEqual(rig.drain(), ['0 up 100']);
    return transaction;
  },
  'Proceeding: 200-699': (rig) => {
    const transaction = asked(rig, 100);
    rig.answer('OPTIONS', 404);
    rig.at(4999);
    assert.deepEqual(rig.drain(), ['0 up 404']);
    return transaction;
  },
  'Completed: any response': (rig) => {
    const transaction = asked(rig, 200);
    for (const status of [100, 200, 500]) assert.ok(rig.answer('OPTIONS', status));
    assert.deepEqual(rig.drain(), []);
    assert.equal(rig.counts.responseAbsorbed, 3);
    return transaction;
  },
  'Completed: Timer K': (rig) => {
    const transaction = asked(rig, 200);
    rig.at(4999);
    assert.equal(transaction.state, 'completed');
    rig.at(5000);
    assert.deepEqual(rig.drain(), []);
    rig.assertAtRest();
    return transaction;
  },
});

test('17.1.2.2: a transport error in proceeding ends the transaction, in completed it changes nothing', () => {
  const rig = new Rig();
  asked(rig, 100);
  rig.table.transportError(TARGET.address, TARGET.port);
  assert.deepEqual(rig.drain(), ['0 up transportError']);
  rig.assertAtRest();
  asked(rig, 200);
  rig.table.transportError(TARGET.address, TARGET.port);
  assert.deepEqual(rig.drain(), []);
  assert.equal(rig.table.size, 1);
});

test('17.1.2.2: over a reliable transport nothing is resent, and a final response ends the transaction at once', () => {
  const rig = new Rig();
  rig.send('BYE', { transport: 'TLS' });
  rig.at(31_000);
  rig.answer('BYE', 200);
  assert.deepEqual(rig.drain(), ['0 send BYE', '31000 up 200']);
  rig.assertAtRest();
});

describe('SS_SIP_RESEND_INTERVAL and SS_SIP_SEND_RETRY', () => {
  test("after a provisional response the list's longest wait holds, and the failure comes when it would have", () => {
    const rig = new Rig();
    rig.send('BYE', {}, resendScheduleOf([100, 2000, 300, 400], 10));
    rig.at(50);
    rig.answer('BYE', 100);
    rig.at(100_000);
    assert.deepEqual(rig.drain(), ['0 send BYE', '50 up 100', '100 send BYE', '2100 send BYE', '2900 up timeout']);
    rig.assertAtRest();
  });

  test('no more resends than the count, whether or not a provisional response came', () => {
    for (const provisionalMs of [0, 150, 700, 3000, Infinity]) {
      for (let count = 0; count <= 10; count++) {
        const rig = new Rig();
        rig.send('BYE', {}, resendScheduleOf([500, 1000, 2000, 4000, 4000], count));
        rig.at(Math.min(provisionalMs, 3400));
        if (provisionalMs < Infinity && rig.table.size > 0) rig.answer('BYE', 100);
        rig.at(100_000);
        assert.ok((rig.counts.requestResent ?? 0) <= count);
        assert.match(rig.trace.at(-1) ?? '', /up timeout$/);
        rig.assertAtRest();
      }
    }
  });
});
