import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ServerTransaction } from '../../../src/core/transaction/ports.ts';
import { Rig, TARGET } from './rig.ts';
import { walkTransitions } from './rows.ts';

/** A BYE; its trace so far is forgotten. */
function served(rig: Rig, ...statuses: number[]): ServerTransaction {
  const transaction = rig.receive('BYE');
  assert.ok(transaction !== null);
  for (const status of statuses) rig.respond(transaction, status);
  rig.drain();
  return transaction;
}

/** One whose 100 went out when it may: 3.5 s after the request. */
function proceeding(rig: Rig): ServerTransaction {
  const transaction = served(rig, 100);
  rig.at(3500);
  assert.deepEqual(rig.drain(), ['3500 send 100']);
  return transaction;
}

walkTransitions('nist_noninvite_server.csv', {
  '(start): request arrives': (rig) => {
    const transaction = rig.receive('BYE');
    assert.ok(transaction !== null);
    assert.deepEqual(rig.drain(), ['0 up BYE']);
    return transaction;
  },
  'Trying: request again': (rig) => {
    const transaction = served(rig);
    assert.equal(rig.receive('BYE'), transaction);
    assert.deepEqual(rig.drain(), []);
    assert.equal(rig.counts.requestAbsorbed, 1);
    return transaction;
  },
  'Trying: 1xx from TU': (rig) => {
    const transaction = served(rig);
    rig.respond(transaction, 183);
    rig.respond(transaction, 100);
    rig.at(3499);
    assert.equal(rig.receive('BYE'), transaction);
    assert.deepEqual(rig.drain(), []);
    assert.equal(transaction.state, 'trying');
    rig.at(3500);
    assert.deepEqual(rig.drain(), ['3500 send 100']);
    return transaction;
  },
  'Trying: 200-699 from TU': (rig) => {
    const transaction = served(rig);
    rig.respond(transaction, 200);
    assert.deepEqual(rig.drain(), ['0 send 200']);
    assert.equal(rig.wheel.size, 1);
    return transaction;
  },
  'Proceeding: request again': (rig) => {
    const transaction = proceeding(rig);
    assert.equal(rig.receive('BYE'), transaction);
    assert.deepEqual(rig.drain(), ['3500 send 100']);
    return transaction;
  },
  'Proceeding: final from TU': (rig) => {
    const transaction = proceeding(rig);
    rig.respond(transaction, 481);
    assert.deepEqual(rig.drain(), ['3500 send 481']);
    assert.equal(rig.wheel.size, 1);
    return transaction;
  },
  'Proceeding: transport error': (rig) => {
    const transaction = proceeding(rig);
    rig.table.transportError(TARGET.address, TARGET.port);
    assert.deepEqual(rig.drain(), ['3500 up transportError']);
    return transaction;
  },
  'Completed: request again': (rig) => {
    const transaction = served(rig, 200);
    rig.at(31_000);
    assert.equal(rig.receive('BYE'), transaction);
    assert.deepEqual(rig.drain(), ['31000 send 200']);
    return transaction;
  },
  'Completed: other final from TU': (rig) => {
    const transaction = served(rig, 200);
    rig.respond(transaction, 500);
    rig.respond(transaction, 100);
    rig.receive('BYE');
    assert.deepEqual(rig.drain(), ['0 send 200']);
    assert.equal(rig.counts.responseRefused, 2);
    return transaction;
  },
  'Completed: Timer J': (rig) => {
    const transaction = served(rig, 200);
    rig.at(31_999);
    assert.equal(transaction.state, 'completed');
    rig.at(32_000);
    rig.assertAtRest();
    return transaction;
  },
  'any: 408 for a non-INVITE': (rig) => {
    const transaction = served(rig);
    rig.respond(transaction, 408);
    assert.equal(rig.receive('BYE'), transaction);
    rig.at(31_999);
    assert.deepEqual(rig.drain(), []);
    assert.equal(transaction.state, 'completed');
    return transaction;
  },
});

test('RFC 4320 4.2: a 408 in proceeding ends the repeats of the 100 too', () => {
  const rig = new Rig();
  rig.respond(proceeding(rig), 408);
  rig.receive('BYE');
  rig.at(35_500);
  assert.deepEqual(rig.drain(), []);
  rig.assertAtRest();
});

describe('RFC 4320 4.1: the 100 of a non-INVITE over UDP', () => {
  test('is never sent when the final response is there before its time', () => {
    const rig = new Rig();
    const transaction = served(rig, 100);
    rig.at(3000);
    rig.respond(transaction, 200);
    rig.at(100_000);
    assert.deepEqual(rig.drain(), ['3000 send 200']);
    rig.assertAtRest();
  });

  test('waits once, however often it is given', () => {
    const rig = new Rig();
    served(rig, 100, 100, 100);
    assert.equal(rig.wheel.size, 2);
    rig.at(3500);
    assert.deepEqual(rig.drain(), ['3500 send 100']);
    assert.equal(rig.wheel.size, 1);
  });

  test('goes out at once when it is given after its time', () => {
    const rig = new Rig();
    const transaction = served(rig);
    rig.at(3600);
    rig.respond(transaction, 100);
    assert.deepEqual(rig.drain(), ['3600 send 100']);
  });

  test('no other provisional response is sent at all', () => {
    const rig = new Rig();
    const transaction = served(rig);
    rig.at(10_000);
    for (const status of [180, 183, 199]) rig.respond(transaction, status);
    assert.deepEqual(rig.drain(), []);
    assert.equal(rig.counts.responseRefused, 3);
    assert.equal(transaction.state, 'trying');
  });

  test('over a reliable transport it is sent at once, and the final response ends the transaction at once', () => {
    const rig = new Rig();
    const transaction = rig.receive('BYE', { transport: 'TCP' });
    assert.ok(transaction !== null);
    rig.respond(transaction, 100);
    rig.respond(transaction, 200);
    assert.deepEqual(rig.drain(), ['0 up BYE', '0 send 100', '0 send 200']);
    rig.assertAtRest();
  });
});

test('a request that its user never answers is forgotten when its peer has given up', () => {
  for (const statuses of [[], [100]]) {
    const rig = new Rig();
    const transaction = served(rig, ...statuses);
    rig.at(32_000);
    assert.equal(transaction.state, 'terminated');
    assert.equal(rig.counts.requestUnanswered, 1);
    rig.respond(transaction, 200);
    assert.ok(!rig.trace.some((line) => line.endsWith('send 200')));
    rig.assertAtRest();
  }
});
