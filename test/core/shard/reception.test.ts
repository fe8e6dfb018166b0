// What is refused before a call begins, and what room is left for the calls that there are, whoever asks for what.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Place } from '../../simulator/network.ts';
import { SWITCH_PLACE, Switch, type SwitchOptions } from '../../simulator/switch.ts';
import { mappingGateway, parameters, routes, routingGateway } from '../../simulator/trunks.ts';
import { parsed } from '../sip/messages.ts';

const CALLER = { address: '198.51.100.1', port: 5060 };
const TRUNK = { address: '203.0.113.1', port: 5060 };
const STRANGER = { address: '192.0.2.99', port: 5060 };

const SNAPSHOT = {
  version: 1,
  mappingGateways: [mappingGateway(1, { remoteIps: [CALLER.address] })],
  ...routes([routingGateway(2, { remoteIp: TRUNK.address })]),
  parameters: parameters(),
};

/** A request of the caller's side, with the number `index` in all that makes it one of its own. */
function request(method: string, index: number, { toTag = '', hops = 70 } = {}): string {
  const lines = [
    `${method} sip:49${index}@${SWITCH_PLACE.address} SIP/2.0`,
    `Via: SIP/2.0/UDP ${CALLER.address}:5060;branch=z9hG4bK-${method}-${index}`,
    `Max-Forwards: ${hops}`,
    `From: <sip:1@${CALLER.address}>;tag=t${index}`,
    `To: <sip:49${index}@${SWITCH_PLACE.address}>${toTag === '' ? '' : `;tag=${toTag}`}`,
    `Call-ID: call-${index}`,
    `CSeq: ${method === 'BYE' ? 2 : 1} ${method}`,
    `Contact: <sip:${CALLER.address}:5060>`,
    'Content-Length: 0',
  ];
  return `${lines.join('\r\n')}\r\n\r\n`;
}

/** A switch of one shard, and what it sent. */
class Bench {
  readonly sent: { readonly text: string; readonly to: Place }[] = [];
  readonly switch: Switch;

  constructor(options: Partial<SwitchOptions> = {}) {
    const send: SwitchOptions['send'] = (text, to) => this.sent.push({ text, to });
    this.switch = new Switch({ seed: 1, shardCount: 1, snapshot: SNAPSHOT, send, ...options });
  }

  /** What the switch sends at once on `text` from `from`. */
  ask(text: string, from = CALLER, atMs = 0): string[] {
    this.sent.length = 0;
    this.switch.receive(text, from, atMs);
    return this.sent.map((datagram) => datagram.text);
  }

  get transactions(): number | undefined {
    return this.switch.inspect()[0]?.transactions;
  }

  advanceTo(endMs: number): void {
    for (let dueMs = this.switch.nextDueMs(); dueMs <= endMs; dueMs = this.switch.nextDueMs())
      this.switch.advance(dueMs);
  }
}

function statuses(sent: readonly string[]): string[] {
  return sent.map((text) => text.slice('SIP/2.0 '.length, 'SIP/2.0 '.length + 3));
}

describe('8.2.7: a refusal before any call', () => {
  for (const [from, status] of [
    [CALLER, '483'],
    [STRANGER, '403'],
  ] as const) {
    test(`${status} goes once for each time that the INVITE comes, and alike; its ACK is known`, () => {
      const bench = new Bench();
      const text = request('INVITE', 1, { hops: status === '483' ? 0 : 70 });
      const first = bench.ask(text, from);
      assert.deepEqual(statuses(first), [status]);
      bench.sent.length = 0;
      bench.advanceTo(64_000);
      assert.deepEqual(bench.sent, []);
      assert.deepEqual(bench.ask(text, from, 64_000), first);
      const { toTag } = parsed(first[0] as string);
      const strayBefore = bench.switch.count('datagramsToNobody');
      const ack = request('ACK', 1, { toTag }).replace('bK-ACK', 'bK-INVITE');
      assert.deepEqual(bench.ask(ack, from, 64_001), []);
      assert.equal(bench.switch.count('datagramsToNobody'), strayBefore);
      bench.ask(ack.replace(toTag, `${toTag}x`), from, 64_002);
      assert.equal(bench.switch.count('datagramsToNobody'), strayBefore + 1);
      assert.equal(bench.transactions, 0);
    });
  }

  test('19.3: nobody can foretell its To tag, which depends on a secret', () => {
    const tagOf = (secret: string) =>
      parsed(new Bench({ secret }).ask(request('INVITE', 1), STRANGER)[0] as string).toTag;
    assert.equal(tagOf('one'), tagOf('one'));
    assert.notEqual(tagOf('one'), tagOf('another'));
  });

  test('one for want of a place for records is kept: when there is one again, no repetition begins a call', () => {
    const bench = new Bench();
    for (const shard of bench.switch.shards) shard.isClosed = true;
    const [refusal] = bench.ask(request('INVITE', 1));
    for (const shard of bench.switch.shards) shard.isClosed = false;
    assert.deepEqual(bench.ask(request('INVITE', 1), CALLER, 100), [refusal]);
  });
});
