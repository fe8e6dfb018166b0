// The shard as its host sees it: what it does with defects, with a full house, with new tables and with its end.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Admission } from '../../../src/core/admission/admission.ts';
import { BlackList } from '../../../src/core/admission/black-list.ts';
import { GatewayHealth } from '../../../src/core/admission/gateway-health.ts';
import { QualityBoard } from '../../../src/core/admission/quality.ts';
import { Turns } from '../../../src/core/admission/turns.ts';
import { NEW_CALL_TRANSACTIONS_MAX, SHARD_CALLS_MAX } from '../../../src/core/base/limits.ts';
import { Prng } from '../../../src/core/base/prng.ts';
import type { Cdr } from '../../../src/core/cdr/cdr.ts';
import { Balances } from '../../../src/core/rating/balances.ts';
import { ShardCounters } from '../../../src/core/shard/counters.ts';
import { Reception, type ReceptionBounds } from '../../../src/core/shard/reception.ts';
import { routingViewOf } from '../../../src/core/shard/routing-view.ts';
import { allocateRegistration } from '../../../src/core/shard/shared-memory.ts';
import { ShardSurroundings } from '../../../src/core/shard/surroundings.ts';
import { TRANSACTIONS_MAX } from '../../../src/core/transaction/transaction-table.ts';
import { nodeDigest } from '../../../src/shard-host/node-digest.ts';
import { SWITCH_PLACE, Switch, type SwitchOptions } from '../../simulator/switch.ts';
import { mappingGateway, parameters, routes, routingGateway } from '../../simulator/trunks.ts';
import { parsed } from '../sip/messages.ts';

const CALLER = { address: '198.51.100.1', port: 5060 };
const TRUNK = { address: '203.0.113.1', port: 5060 };

const SNAPSHOT = {
  version: 1,
  mappingGateways: [mappingGateway(1, { remoteIps: [CALLER.address] })],
  ...routes([
    routingGateway(2, { remoteIp: TRUNK.address }),
    routingGateway(3, { remoteIp: TRUNK.address, priority: 1 }),
  ]),
  parameters: parameters(),
};

function invite(index: number): string {
  const lines = [
    `INVITE sip:49${index}@${SWITCH_PLACE.address} SIP/2.0`,
    `Via: SIP/2.0/UDP ${CALLER.address}:5060;branch=z9hG4bK-${index}`,
    'Max-Forwards: 70',
    `From: <sip:1@${CALLER.address}>;tag=t${index}`,
    `To: <sip:49${index}@${SWITCH_PLACE.address}>`,
    `Call-ID: call-${index}`,
    'CSeq: 1 INVITE',
    `Contact: <sip:${CALLER.address}:5060>`,
    'Content-Length: 0',
  ];
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** A switch of one shard, and what it sent. */
class Bench {
  readonly sent: { readonly text: string; readonly to: string }[] = [];
  readonly switch: Switch;

  constructor(options: Partial<SwitchOptions> = {}) {
    const send: SwitchOptions['send'] = (text, to) => this.sent.push({ text, to: to.address });
    this.switch = new Switch({ seed: 1, shardCount: 1, snapshot: SNAPSHOT, send, ...options });
  }

  /** First words of what went to `address` so far, and forgets it. */
  drain(address: string): string[] {
    const words = this.sent
      .filter(({ to }) => to === address)
      .map(({ text }) => /^(SIP\/2\.0 )?(\w+)/.exec(text)?.[2] ?? '');
    this.sent.length = 0;
    return words;
  }

  ends(): (readonly [string | null, number])[] {
    return this.switch.cdrs.map(({ endReason, sipCode }: Cdr) => [endReason, sipCode] as const);
  }
}

describe('a defect of our own', () => {
  /** Fails when a call of slot 2 is taken. */
  class Faulty extends Admission {
    override takeCall(slot: number, capacity: number | null): boolean {
      if (slot === 2) throw new Error('made for this test');
      return super.takeCall(slot, capacity);
    }
  }

  /** Fails when a call of slot 3, the second gateway, is taken. */
  class FaultyLater extends Admission {
    override takeCall(slot: number, capacity: number | null): boolean {
      if (slot === 3) throw new Error('made for this test');
      return super.takeCall(slot, capacity);
    }
  }

  /** Fails whenever something is given back. */
  class Clinging extends Admission {
    override giveCall(): void {
      throw new Error('made for this test');
    }
  }

  test('costs the call it happened in: 500, end reason Defect, told with its input', () => {
    const bench = new Bench({ admissionOf: (shared, holder) => new Faulty(shared, holder) });
    bench.switch.receive(invite(1), CALLER, 0);
    assert.deepEqual(bench.drain(CALLER.address), ['100', '500']);
    assert.deepEqual(bench.ends(), [['Defect', 500]]);
    const [defect] = bench.switch.defects;
    assert.match(defect?.sentence ?? '', /made for this test/);
    assert.equal(defect?.input, invite(1));
    assert.equal(bench.switch.count('defects'), 1);
    assert.equal(bench.switch.admission.calls(1), 0);
  });

  test('at a timer costs the call that it left without anything to end it', () => {
    const bench = new Bench({ admissionOf: (shared, holder) => new FaultyLater(shared, holder) });
    bench.switch.receive(invite(1), CALLER, 0);
    bench.switch.receive(invite(2), CALLER, 5000);
    bench.drain(CALLER.address);
    for (let dueMs = bench.switch.nextDueMs(); dueMs <= 10_000; dueMs = bench.switch.nextDueMs())
      bench.switch.advance(dueMs);
    assert.deepEqual(bench.drain(CALLER.address), ['500']);
    assert.deepEqual(bench.ends(), [['Defect', 500]]);
    assert.equal(bench.switch.inspect()[0]?.calls, 1);
  });

  test('when a gateway is unreachable costs as little', () => {
    const bench = new Bench({ admissionOf: (shared, holder) => new FaultyLater(shared, holder) });
    bench.switch.receive(invite(1), CALLER, 0);
    bench.switch.unreachable(TRUNK, 10);
    assert.deepEqual(bench.ends(), [['Defect', 500]]);
  });

  test('at the end of a call does not lose its record', () => {
    const bench = new Bench({ admissionOf: (shared, holder) => new Clinging(shared, holder) });
    bench.switch.receive(invite(1), CALLER, 0);
    bench.switch.receive(invite(2), CALLER, 1);
    bench.switch.releaseAll('OperatorHangup', 2);
    assert.deepEqual(bench.ends(), [
      ['OperatorHangup', 480],
      ['OperatorHangup', 480],
    ]);
    assert.equal(bench.switch.count('defects'), 2);
    assert.equal(bench.switch.inspect()[0]?.calls, 0);
  });

  test('costs no call whose Call-ID is a part of the one that failed', () => {
    const bench = new Bench({ admissionOf: (shared, holder) => new Faulty(shared, holder) });
    bench.switch.publish({ ...SNAPSHOT, version: 2, ...routes(SNAPSHOT.routingGateways.slice(1)) });
    bench.switch.receive(invite(1), CALLER, 0);
    bench.switch.publish({ ...SNAPSHOT, version: 3 });
    bench.switch.receive(invite(12), CALLER, 10);
    assert.deepEqual(
      bench.switch.cdrs.map(({ callerCallId }) => callerCallId),
      ['call-12'],
    );
  });

  test('costs no other call', () => {
    const bench = new Bench({ admissionOf: (shared, holder) => new Faulty(shared, holder) });
    bench.switch.receive(invite(1), CALLER, 0);
    bench.switch.publish({ ...SNAPSHOT, version: 2, ...routes(SNAPSHOT.routingGateways.slice(1)) });
    bench.switch.receive(invite(2), CALLER, 10);
    assert.deepEqual(bench.drain(TRUNK.address), ['INVITE']);
    assert.equal(bench.switch.inspect()[0]?.calls, 1);
  });
});

describe('a full house', () => {
  /** Offers `count` calls to a reception of such bounds; how those ended that did not begin, and what was sent last. */
  function offer(
    count: number,
    bounds: ReceptionBounds,
  ): { readonly ends: unknown[]; readonly last: string | undefined } {
    const cdrs: Cdr[] = [];
    const sent: string[] = [];
    const around = new ShardSurroundings({
      node: 'n',
      shardIndex: 0,
      shardCount: 1,
      listeners: [{ advertisedHost: SWITCH_PLACE.address, advertisedPort: 5060 }],
      admission: new Admission(Admission.allocate(), { taken: Admission.allocateTaken(), shardIndex: 0 }),
      health: new GatewayHealth(GatewayHealth.allocate()),
      quality: new QualityBoard(QualityBoard.allocate()),
      turns: new Turns(Turns.allocate()),
      blackList: new BlackList(BlackList.allocate()),
      registration: allocateRegistration(),
      secret: '',
      isSuccessor: false,
      balances: new Balances(Balances.allocate(), Balances.allocateHeld()),
      counters: new ShardCounters(ShardCounters.allocate()),
      prng: new Prng(1),
      digest: nodeDigest,
      nowMs: 0,
      outbox: {
        transmit: (text) => sent.push(text.slice(0, 11)),
        recordChanged: () => undefined,
        recordAcknowledged: () => undefined,
        recordResumed: () => undefined,
        recordEnded: ({ cdr }) => cdrs.push(cdr),
        askLrn: () => undefined,
        authFailed: () => undefined,
        defect: (sentence) => assert.fail(sentence),
      },
    });
    around.routing = routingViewOf(SNAPSHOT);
    const reception = new Reception(around, bounds);
    for (let index = 0; index < count; index++) reception.receive(parsed(invite(index)), { ...CALLER, listener: 0 });
    assert.equal(around.calls.size, count - cdrs.length);
    return { ends: cdrs.map(({ endReason, sipCode }) => [endReason, sipCode]), last: sent.at(-1) };
  }

  test('a call beyond SHARD_CALLS_MAX gets 503, end reason Overload, and a record', () => {
    const { ends, last } = offer(3, { callsMax: 2, transactionsMax: NEW_CALL_TRANSACTIONS_MAX, outsideMax: 99 });
    assert.deepEqual(ends, [['Overload', 503]]);
    assert.equal(last, 'SIP/2.0 503');
  });

  test('NEW_CALL_TRANSACTIONS_MAX: with so many transactions no call begins, those that there are go on', () => {
    const { ends, last } = offer(3, { callsMax: SHARD_CALLS_MAX, transactionsMax: 4, outsideMax: 99 });
    assert.deepEqual(ends, [['Overload', 503]]);
    assert.equal(last, 'SIP/2.0 503');
    assert.ok(NEW_CALL_TRANSACTIONS_MAX + SHARD_CALLS_MAX <= TRANSACTIONS_MAX);
  });

  test('while records have nowhere to go no call begins, and none is recorded; those under way go on', () => {
    const bench = new Bench();
    bench.switch.receive(invite(1), CALLER, 0);
    for (const shard of bench.switch.shards) shard.isClosed = true;
    bench.drain(CALLER.address);
    bench.switch.receive(invite(2), CALLER, 1);
    assert.deepEqual(bench.drain(CALLER.address), ['503']);
    for (const shard of bench.switch.shards) shard.isClosed = false;
    bench.switch.receive(invite(3), CALLER, 2);
    assert.deepEqual(bench.ends(), [], 'a record is what there is no room for');
    assert.equal(bench.switch.counters[0]?.ends('Overload'), 1);
    assert.equal(bench.switch.inspect()[0]?.calls, 2);
  });
});

describe('tables', () => {
  test('a call keeps the tables it began with, and its record names their version', () => {
    const bench = new Bench();
    bench.switch.receive(invite(1), CALLER, 0);
    bench.switch.publish({ ...SNAPSHOT, version: 2, ...routes([]) });
    bench.switch.receive(invite(2), CALLER, 1);
    bench.drain(TRUNK.address);
    bench.switch.unreachable(TRUNK, 2);
    assert.deepEqual(bench.drain(TRUNK.address), ['INVITE']);
    bench.switch.unreachable(TRUNK, 3);
    assert.deepEqual(bench.ends(), [
      ['NoAvailableRouter', 404],
      ['GatewayUnreachable', 503],
    ]);
    assert.deepEqual(
      bench.switch.cdrs.map(({ snapshotVersion }) => snapshotVersion),
      [2, 1],
    );
  });

  test('before its first tables a shard knows nobody', () => {
    const bench = new Bench({ snapshot: { ...SNAPSHOT, version: 0, mappingGateways: [] } });
    bench.switch.receive(invite(1), CALLER, 0);
    assert.deepEqual(bench.drain(CALLER.address), ['403']);
    assert.deepEqual(bench.ends(), []);
  });
});

test('the answer to a CANCEL has the To tag of the answers to its INVITE (RFC 3261 9.2)', () => {
  const bench = new Bench();
  bench.switch.receive(invite(1), CALLER, 0);
  const [toTrunk] = bench.sent.filter(({ to }) => to === TRUNK.address);
  const ringing = (toTrunk?.text ?? '')
    .replace(/^INVITE .*/, 'SIP/2.0 180 Ringing')
    .replace(/^To: .*$/m, (line) => `${line.trimEnd()};tag=trunk`);
  bench.switch.receive(ringing, TRUNK, 10);
  const cancel = invite(1).replace('INVITE', 'CANCEL').replace('1 INVITE', '1 CANCEL');
  bench.switch.receive(cancel, CALLER, 20);
  const answers = bench.sent.filter(({ to }) => to === CALLER.address).map(({ text }) => parsed(text));
  assert.deepEqual(
    answers.map(({ status }) => status),
    [100, 180, 200, 487],
  );
  const [, { toTag: ofRinging } = assert.fail(), ...others] = answers;
  assert.notEqual(ofRinging, '');
  assert.deepEqual(
    others.map(({ toTag }) => toTag),
    [ofRinging, ofRinging],
  );
});

describe('the end of a shard', () => {
  test('releases every call with a record, and gives all counters back', () => {
    const bench = new Bench();
    for (const index of [1, 2, 3]) bench.switch.receive(invite(index), CALLER, index);
    bench.drain(CALLER.address);
    bench.switch.releaseAll('SwitchRestart', 100);
    assert.deepEqual(bench.drain(CALLER.address), ['503', '503', '503']);
    assert.deepEqual(
      bench.ends(),
      Array.from({ length: 3 }, () => ['SwitchRestart', 503] as const),
    );
    assert.deepEqual(
      [1, 2, 3].map((slot) => bench.switch.admission.calls(slot)),
      [0, 0, 0],
    );
  });
});

describe('datagrams that are no messages', () => {
  test('are counted by why, and refused when they can be', () => {
    const bench = new Bench();
    bench.switch.receive('\r\n\r\n', CALLER, 0);
    bench.switch.receive('GET / HTTP/1.1\r\n\r\n', CALLER, 0);
    bench.switch.receive(invite(1).replace('Call-ID: call-1\r\n', ''), CALLER, 0);
    assert.deepEqual(bench.drain(CALLER.address), ['400']);
    const [counters] = bench.switch.counters;
    assert.deepEqual([counters?.parseFailures('keepAlive'), counters?.parseFailures('missingHeader')], [1, 1]);
    assert.equal(bench.switch.count('datagramsReceived'), 3);
    assert.deepEqual(bench.switch.inspect(), [{ calls: 0, dialogs: 0, transactions: 0, timers: 0 }]);
  });
});
