// Probes of routing gateways, as the shards of one switch share them out.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { RoutingGateway, Snapshot } from '../../../src/core/routing/snapshot.ts';
import { PeerMessage } from '../../simulator/peer-message.ts';
import { SWITCH_PLACE, Switch } from '../../simulator/switch.ts';
import { parameters, routes, routingGateway } from '../../simulator/trunks.ts';

const SLOT = 2;
const TRUNK = { address: '203.0.113.1', port: 5070 };
const MOVED = { address: '203.0.113.2', port: 5070 };
const SHARDS = 3;

function tables(version: number, part: Partial<RoutingGateway> | null): Snapshot {
  const trunk = { remoteIp: TRUNK.address, signalPort: TRUNK.port };
  const vendors = routes(part === null ? [] : [routingGateway(SLOT, { ...trunk, ...part })]);
  return { version, mappingGateways: [], ...vendors, parameters: parameters({ SS_SIP_SEND_RETRY: '0' }) };
}

/** A switch of three shards with one gateway, which answers probes as it is told. */
class Stage {
  readonly probes: { readonly atMs: number; readonly to: string; readonly text: string }[] = [];
  readonly switch: Switch;
  /** Status that probes are answered with; 0: none. */
  answer = 200;
  nowMs = 0;
  #version = 1;
  #arrived: PeerMessage[] = [];

  constructor(part: Partial<RoutingGateway> = {}) {
    const send = (text: string, { address, port }: { readonly address: string; readonly port: number }): void => {
      this.probes.push({ atMs: this.nowMs, to: `${address}:${port}`, text });
      this.#arrived.push(new PeerMessage(text));
    };
    this.switch = new Switch({ seed: 1, shardCount: SHARDS, snapshot: tables(1, part), send });
  }

  publish(part: Partial<RoutingGateway> | null): void {
    this.#version += 1;
    this.switch.publish(tables(this.#version, part));
  }

  /** One timeout takes the gateway out, counted by `shard` as if by a call that began there. */
  takeOut(shard: number): void {
    assert.ok(this.switch.health.timedOut(SLOT, 1, shard));
  }

  /** Time passes; the gateway answers what arrives. */
  run(forMs: number): void {
    const endMs = this.nowMs + forMs;
    for (let dueMs = this.switch.nextDueMs(); dueMs <= endMs; dueMs = this.switch.nextDueMs()) {
      this.nowMs = Math.max(this.nowMs, dueMs);
      this.switch.advance(this.nowMs);
      for (const probe of this.#arrived.splice(0)) if (this.answer !== 0) this.#reply(probe);
    }
    this.nowMs = endMs;
  }

  /** When probes came since the last call of this. */
  times(): number[] {
    return this.probes.splice(0).map(({ atMs }) => atMs);
  }

  get isUp(): boolean {
    return this.switch.health.isOpen(SLOT, this.nowMs);
  }

  checkRest(): void {
    this.run(60_000);
    const atRest = { calls: 0, dialogs: 0, transactions: 0, timers: 0 };
    assert.deepEqual(this.switch.inspect(), [atRest, atRest, atRest]);
    assert.equal(this.switch.count('responsesStray'), 0, 'every answer came home');
  }

  #reply({ vias, from, to, callId, cseq }: PeerMessage): void {
    const head = `SIP/2.0 ${this.answer} Said\r\n${vias}From: ${from}\r\nTo: ${to};tag=t\r\nCall-ID: ${callId}\r\n`;
    this.switch.receive(`${head}CSeq: ${cseq} OPTIONS\r\nContent-Length: 0\r\n\r\n`, TRUNK, this.nowMs);
  }
}

describe('a gateway without optionsPing', () => {
  test('is not probed while it is up, and no timer waits', () => {
    const stage = new Stage();
    stage.checkRest();
    assert.deepEqual(stage.times(), []);
  });

  test('that a dead shard left out is probed by its successor, at once with its first tables, until it answers', () => {
    const stage = new Stage();
    stage.takeOut(1);
    stage.answer = 0;
    stage.publish({});
    stage.run(12_000);
    assert.deepEqual(stage.times(), [0, 5000, 10_000]);
    assert.ok(!stage.isUp);
    stage.answer = 200;
    stage.run(10_000);
    assert.deepEqual([stage.times(), stage.isUp], [[15_000], true]);
    stage.checkRest();
  });

  test('is up with any answer but 408 and 503', () => {
    for (const [answer, isUp] of [
      [200, true],
      [404, true],
      [481, true],
      [500, true],
      [401, true],
      [100, false],
      [408, false],
      [503, false],
    ] as const) {
      const stage = new Stage();
      stage.takeOut(0);
      stage.answer = answer;
      stage.publish({});
      stage.run(4000);
      assert.equal(stage.isUp, isUp, `${answer}`);
    }
  });

  test('is forgotten when it is locked, removed or moved, and is never out with timeoutsToBan 0', () => {
    const moved = { remoteIp: MOVED.address };
    for (const part of [{ locked: true }, null, moved, { timeoutsToBan: 0 }]) {
      const stage = new Stage();
      stage.takeOut(0);
      stage.answer = 0;
      stage.publish({});
      stage.run(1000);
      stage.publish(part);
      assert.ok(stage.isUp);
      stage.checkRest();
      assert.equal(stage.times().length, 1, JSON.stringify(part));
    }
  });
});

describe('a gateway with optionsPing', () => {
  test('is probed all the time by one shard, one probe for each interval', () => {
    const stage = new Stage({ optionsPingMs: 20_000 });
    stage.run(100_000);
    const [first = 0, ...others] = stage.times();
    assert.ok(first < 20_000);
    assert.deepEqual(
      others,
      [1, 2, 3, 4].map((count) => first + count * 20_000),
    );
    assert.equal(stage.switch.counters[SLOT % SHARDS]?.probes(SLOT, 'answered'), 5);
  });

  test('goes out without any call, after timeoutsToBan probes, is then probed more often, and comes back', () => {
    const stage = new Stage({ optionsPingMs: 20_000, timeoutsToBan: 2 });
    stage.answer = 0;
    stage.run(60_000);
    const [first = 0, ...others] = stage.times();
    assert.deepEqual(others.slice(0, 3), [first + 20_000, first + 25_000, first + 30_000]);
    assert.ok(!stage.isUp);
    stage.answer = 200;
    stage.run(60_000);
    const [back = 0, next] = stage.times();
    assert.deepEqual([stage.isUp, next], [true, back + 20_000]);
  });

  test('is asked no more when optionsPing is taken out, or the gateway locked', () => {
    for (const part of [{ optionsPingMs: null }, { optionsPingMs: 20_000, locked: true }]) {
      const stage = new Stage({ optionsPingMs: 20_000 });
      stage.run(30_000);
      stage.publish(part);
      stage.times();
      stage.checkRest();
      assert.deepEqual(stage.times(), []);
    }
  });

  test('is asked by the new interval when that changes', () => {
    const stage = new Stage({ optionsPingMs: 3_600_000 });
    stage.publish({ optionsPingMs: 5000 });
    stage.run(11_000);
    assert.deepEqual(stage.times(), [5000, 10_000]);
  });
});

test('11.1: a probe is a request of its own dialog, with what it needs to be answered', () => {
  const stage = new Stage({ optionsPingMs: 5000 });
  stage.run(11_000);
  const [probe, other] = stage.probes;
  assert.equal(probe?.to, '203.0.113.1:5070');
  const ours = `${SWITCH_PLACE.address}:${SWITCH_PLACE.port}`;
  for (const line of [
    'OPTIONS sip:203.0.113.1:5070 SIP/2.0',
    'Max-Forwards: 70',
    'To: <sip:203.0.113.1:5070>',
    'CSeq: 1 OPTIONS',
    `Contact: <sip:${ours}>`,
    'Accept: application/sdp',
  ]) {
    assert.ok(probe?.text.includes(`${line}\r\n`), line);
  }
  const [one, two] = [probe, other].map((sent) => new PeerMessage(sent?.text ?? ''));
  assert.notEqual(one?.callId, two?.callId);
  assert.notEqual(one?.fromTag, two?.fromTag);
});
