// What the edge does with more than one poll of the sockets can read: in order, BYEs first, new calls last; nothing
// lost. Its clock goes on by STEP_MS whenever it is looked at.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Edge } from '../../src/edge/edge.ts';

/** What libuv reads of a socket in one poll. */
const POLL_DATAGRAMS = 32;

/** More than are read in the time that reading may take. */
const POLLS_MAX = 100_000;

const STEP_MS = 0.1;

function textOf(method: string, name: string, toTag: string): Buffer {
  return Buffer.from(
    `${method} sip:b@x SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK${method}${name}\r\n` +
      `Max-Forwards: 70\r\nFrom: <sip:a@x>;tag=1\r\nTo: <sip:b@x>${toTag}\r\nCall-ID: ${name}\r\n` +
      `CSeq: 1 ${method}\r\n\r\n`,
  );
}

/** An edge, and what came through its gate: method and Call-ID. */
class Bench {
  readonly put: string[] = [];
  room = Number.POSITIVE_INFINITY;
  nowMs = 1_000;
  readonly edge = new Edge({
    onUnreachable: () => undefined,
    onOverload: () => undefined,
    seed: 1,
    clock: () => (this.nowMs += STEP_MS),
  });

  constructor() {
    this.edge.open({
      put: (bytes) => {
        if (this.put.length >= this.room) return false;
        const text = Buffer.from(bytes).toString('latin1');
        this.put.push(`${text.split(' ')[0]} ${/Call-ID: (.*)\r/.exec(text)?.[1]}`);
        return true;
      },
      shardOf: () => 0,
      isBusy: () => false,
      turn: () => false,
    });
  }

  receive(method: string, name: string, toTag = ';tag=2'): void {
    this.edge.receive(textOf(method, name, toTag), '192.0.2.1', 5060, 0);
  }

  /** A full poll of new calls. */
  pollCalls(from: number): void {
    for (let index = 0; index < POLL_DATAGRAMS; index++) this.receive('INVITE', `new${from + index}`, '');
  }

  /** A turn, in which so many new calls were given up that had waited too long. */
  givenUp(): number {
    const { refused, dropped } = this.edge.newCalls.counts;
    const before = refused.waited + dropped.stale;
    this.edge.turn();
    return refused.waited + dropped.stale - before;
  }

  /** As much as a poll reads. */
  poll(from: number): void {
    for (let index = 0; index < POLL_DATAGRAMS; index++) this.receive('INFO', `${from + index}`);
  }
}

test('what a poll brings goes on at once, however much it is', () => {
  const bench = new Bench();
  bench.poll(0);
  assert.equal(bench.put.length, POLL_DATAGRAMS);
});

test('while the sockets hold more, a BYE goes ahead of what was read before it, the rest follows in order', () => {
  const bench = new Bench();
  bench.poll(0);
  bench.edge.turn();
  bench.put.length = 0;
  bench.receive('INVITE', 'new', '');
  bench.receive('INFO', 'a');
  bench.receive('ACK', 'b');
  bench.receive('BYE', 'c');
  assert.deepEqual(bench.put, []);
  bench.edge.turn();
  assert.deepEqual(bench.put, ['BYE c', 'INFO a', 'ACK b', 'INVITE new']);
  bench.receive('INFO', 'd');
  assert.equal(bench.put.at(-1), 'INFO d');
});

test('sockets that never run dry are not read for ever: in between, what was read goes on', () => {
  const bench = new Bench();
  bench.poll(0);
  bench.edge.turn();
  bench.put.length = 0;
  bench.receive('INFO', 'a');
  bench.receive('BYE', 'b');
  let polls = 0;
  for (; bench.put.length === 0 && polls < POLLS_MAX; polls++) {
    bench.poll(1_000 * polls);
    bench.edge.turn();
  }
  assert.deepEqual(bench.put.slice(0, 3), ['BYE b', 'INFO a', 'INFO 0']);
  assert.ok(polls > 1, 'the first full poll is no reason to stop reading');
});

test('what finds no room behind the gate is counted, as it is without a backlog', () => {
  const bench = new Bench();
  bench.poll(0);
  bench.edge.turn();
  bench.room = bench.put.length + 1;
  bench.receive('INFO', 'a');
  bench.receive('INFO', 'b');
  bench.edge.turn();
  assert.deepEqual([bench.put.at(-1), bench.edge.counts.screened.ringFull], ['INFO a', 1]);
});

test('sockets that do not run dry for 300 ms are read: refusals have a quarter of their time', () => {
  const bench = new Bench();
  let most = 0;
  for (let polls = 0; most === 0; polls++) {
    bench.pollCalls(1_000 * polls);
    most = bench.givenUp();
    bench.nowMs += 10;
  }
  assert.ok(most <= 0.5 / STEP_MS + 1, `${most} given up in one turn of a flood`);
  bench.receive('INFO', 'dry');
  const afterwards = bench.givenUp();
  assert.ok(afterwards > 3 * most, `${afterwards} given up in one turn, and no flood`);
});
