import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ServerTransaction } from '../../../src/core/transaction/ports.ts';
import { Rig, request, TARGET } from './rig.ts';
import { walkTransitions } from './rows.ts';

/** An INVITE that was answered with `statuses`; its trace so far is forgotten. */
function served(rig: Rig, ...statuses: number[]): ServerTransaction {
  const transaction = rig.receive('INVITE');
  assert.ok(transaction !== null);
  for (const status of statuses) rig.respond(transaction, status);
  rig.drain();
  return transaction;
}

/** One that was refused and whose ACK has come. */
function confirmed(rig: Rig): ServerTransaction {
  const transaction = served(rig, 100, 486);
  assert.equal(rig.receive('ACK', { toTag: 'to-1' }), transaction);
  return transaction;
}

walkTransitions('ist_invite_server_rfc3261_rfc6026.csv', {
  '(start): INVITE arrives (new branch)': (rig) => {
    const transaction = rig.receive('INVITE');
    assert.ok(transaction !== null);
    rig.respond(transaction, 100);
    assert.deepEqual(rig.drain(), ['0 up INVITE', '0 send 100']);
    return transaction;
  },
  'Proceeding: INVITE again': (rig) => {
    const transaction = served(rig, 100);
    rig.receive('INVITE');
    rig.respond(transaction, 180);
    rig.receive('INVITE');
    rig.receive('INVITE');
    assert.deepEqual(rig.drain(), ['0 send 100', '0 send 180', '0 send 180', '0 send 180']);
    assert.equal(rig.counts.responseResent, 3);
    return transaction;
  },
  'Proceeding: 101-199 from TU': (rig) => {
    const transaction = served(rig, 100);
    for (const status of [180, 183, 199]) rig.respond(transaction, status);
    rig.at(1_000_000);
    assert.deepEqual(rig.drain(), ['0 send 180', '0 send 183', '0 send 199']);
    return transaction;
  },
  'Proceeding: 2xx from TU': (rig) => {
    const transaction = served(rig, 180);
    rig.respond(transaction, 200);
    rig.at(31_999);
    assert.deepEqual(rig.drain(), ['0 send 200']);
    return transaction;
  },
  'Proceeding: 300-699 from TU': (rig) => {
    const transaction = served(rig, 100);
    rig.respond(transaction, 404);
    assert.deepEqual(rig.drain(), ['0 send 404']);
    assert.equal(rig.wheel.size, 2);
    return transaction;
  },
  'Proceeding: transport error': (rig) => {
    const transaction = served(rig, 100);
    rig.table.transportError(TARGET.address, TARGET.port);
    assert.deepEqual(rig.drain(), ['0 up transportError']);
    return transaction;
  },
  'Completed: INVITE again': (rig) => {
    const transaction = served(rig, 486);
    rig.at(200);
    rig.receive('INVITE');
    assert.deepEqual(rig.drain(), ['200 send 486']);
    return transaction;
  },
  'Completed: Timer G fires': (rig) => {
    const transaction = served(rig, 486);
    rig.at(20_000);
    const repeats = [500, 1500, 3500, 7500, 11_500, 15_500, 19_500].map((ms) => `${ms} send 486`);
    assert.deepEqual(rig.drain(), repeats);
    return transaction;
  },
  'Completed: Timer H fires': (rig) => {
    const transaction = served(rig, 486);
    rig.at(32_000);
    assert.equal(rig.trace.at(-1), '32000 up timeout');
    assert.equal(rig.counts.ackMissing, 1);
    rig.assertAtRest();
    return transaction;
  },
  'Completed: ACK (same branch)': (rig) => {
    const transaction = served(rig, 486);
    rig.at(600);
    assert.equal(rig.receive('ACK', { toTag: 'to-1' }), transaction);
    rig.at(5000);
    assert.deepEqual(rig.drain(), ['500 send 486']);
    return transaction;
  },
  'Completed: another final from TU': (rig) => {
    const transaction = served(rig, 486);
    for (const status of [180, 200, 500]) rig.respond(transaction, status);
    rig.receive('INVITE');
    assert.deepEqual(rig.drain(), ['0 send 486']);
    assert.equal(rig.counts.responseRefused, 3);
    return transaction;
  },
  'Confirmed: ACK or INVITE again': (rig) => {
    const transaction = confirmed(rig);
    assert.equal(rig.receive('ACK', { toTag: 'to-1' }), transaction);
    assert.equal(rig.receive('INVITE'), transaction);
    assert.deepEqual(rig.drain(), []);
    return transaction;
  },
  'Confirmed: Timer I fires': (rig) => {
    const transaction = confirmed(rig);
    rig.at(4999);
    assert.equal(transaction.state, 'confirmed');
    rig.at(5000);
    assert.deepEqual(rig.drain(), []);
    rig.assertAtRest();
    return transaction;
  },
  'Accepted: INVITE again': (rig) => {
    const transaction = served(rig, 180, 200);
    rig.at(31_000);
    assert.equal(rig.receive('INVITE'), transaction);
    assert.deepEqual(rig.drain(), []);
    assert.equal(rig.counts.requestAbsorbed, 1);
    return transaction;
  },
  'Accepted: 2xx from TU': (rig) => {
    const transaction = served(rig, 200);
    rig.respond(transaction, 200);
    assert.deepEqual(rig.drain(), ['0 send 200']);
    return transaction;
  },
  'Accepted: ACK': (rig) => {
    const transaction = served(rig, 200);
    assert.equal(rig.receive('ACK', { toTag: 'to-1', branch: 'z9hG4bK-ack' }), null);
    assert.equal(rig.receive('ACK', { toTag: 'to-1' }), null);
    assert.deepEqual(rig.drain(), ['0 up ACK', '0 up ACK']);
    return transaction;
  },
  'Accepted: transport error': (rig) => {
    const transaction = served(rig, 200);
    rig.table.transportError(TARGET.address, TARGET.port);
    assert.deepEqual(rig.drain(), ['0 up transportError']);
    return transaction;
  },
  'Accepted: Timer L fires': (rig) => {
    const transaction = served(rig, 200);
    rig.at(32_000);
    assert.deepEqual(rig.drain(), []);
    rig.assertAtRest();
    return transaction;
  },
});

describe('beside the figure', () => {
  test('17.2.1: an INVITE repeated before its 100 is absorbed', () => {
    const rig = new Rig();
    const transaction = served(rig);
    assert.equal(rig.receive('INVITE'), transaction);
    assert.deepEqual(rig.drain(), []);
  });

  test('an ACK before any final response is absorbed', () => {
    const rig = new Rig();
    const transaction = served(rig, 180);
    assert.equal(rig.receive('ACK'), transaction);
    assert.equal(transaction.state, 'proceeding');
    assert.equal(rig.counts.ackAbsorbed, 1);
  });

  test('RFC 6026 8.8: a transport error in completed is told, and the timers go on', () => {
    const rig = new Rig();
    const transaction = served(rig, 486);
    rig.table.transportError(TARGET.address, TARGET.port);
    rig.at(500);
    assert.deepEqual(rig.drain(), ['0 up transportError', '500 send 486']);
    assert.equal(transaction.state, 'completed');
  });

  test('a provisional response after a 2xx, and any response after the end, is refused', () => {
    const rig = new Rig();
    const transaction = served(rig, 200);
    for (const status of [180, 486]) rig.respond(transaction, status);
    rig.at(32_000);
    rig.respond(transaction, 200);
    assert.deepEqual(rig.drain(), []);
    assert.equal(rig.counts.responseRefused, 3);
  });

  test('a user that does not care leaves onTimeout out', () => {
    const rig = new Rig();
    const transaction = rig.table.serve(request('INVITE'), TARGET, { onTransportError: () => undefined });
    rig.respond(transaction, 486);
    rig.at(32_000);
    rig.assertAtRest();
  });

  test('17.2.1: over a reliable transport Timer G does not run, and the ACK ends the transaction at once', () => {
    const rig = new Rig();
    const transaction = rig.receive('INVITE', { transport: 'TCP' });
    assert.ok(transaction !== null);
    rig.respond(transaction, 486);
    rig.at(31_000);
    rig.receive('ACK', { transport: 'TCP', toTag: 'to-1' });
    assert.deepEqual(rig.drain(), ['0 up INVITE', '0 send 486']);
    rig.assertAtRest();
  });
});
