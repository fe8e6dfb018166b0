// What is refused before a call begins, and what room is left for the calls that there are, whoever asks for what.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NEW_CALL_TRANSACTIONS_MAX, OUTSIDE_TRANSACTIONS_MAX, SHARD_CALLS_MAX } from '../../../src/core/base/limits.ts';
import { TRANSACTIONS_MAX } from '../../../src/core/transaction/transaction-table.ts';
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

/** Of what may follow an INVITE. */
const CSEQS: Readonly<Record<string, number>> = { INFO: 2, BYE: 3 };

/** A request of the caller's side, with the number `index` in all that makes it one of its own. */
function request(method: string, index: number, { toTag = '', hops = 70 } = {}): string {
  const lines = [
    `${method} sip:49${index}@${SWITCH_PLACE.address} SIP/2.0`,
    `Via: SIP/2.0/UDP ${CALLER.address}:5060;branch=z9hG4bK-${method}-${index}`,
    `Max-Forwards: ${hops}`,
    `From: <sip:1@${CALLER.address}>;tag=t${index}`,
    `To: <sip:49${index}@${SWITCH_PLACE.address}>${toTag === '' ? '' : `;tag=${toTag}`}`,
    `Call-ID: call-${index}`,
    `CSeq: ${CSEQS[method] ?? 1} ${method}`,
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

  /** Answers call `index` and what came of it: the To tag that its caller sees. */
  answer(index: number, atMs = 0): string {
    const outgoing = this.ask(request('INVITE', index), CALLER, atMs).find((text) => text.startsWith('INVITE'));
    const head = ['Via', 'From', 'To', 'Call-ID', 'CSeq'].map((name) => lineOf(outgoing as string, name));
    head[2] += ';tag=callee';
    const lines = ['SIP/2.0 200 OK', ...head, `Contact: <sip:${TRUNK.address}>`, 'Content-Length: 0', '', ''];
    const answer = this.ask(lines.join('\r\n'), TRUNK, atMs).find((text) => text.startsWith('SIP/2.0 200'));
    const { toTag } = parsed(answer as string);
    this.ask(request('ACK', index, { toTag }), CALLER, atMs);
    return toTag;
  }

  get transactions(): number {
    return this.switch.inspect()[0]?.transactions ?? 0;
  }

  advanceTo(endMs: number): void {
    for (let dueMs = this.switch.nextDueMs(); dueMs <= endMs; dueMs = this.switch.nextDueMs())
      this.switch.advance(dueMs);
  }
}

function lineOf(text: string, name: string): string {
  return text.split('\r\n').find((line) => line.startsWith(`${name}: `)) ?? assert.fail(`no ${name}`);
}

/** First words of requests, codes of responses. */
function wordsOf(sent: readonly string[]): string[] {
  return sent.map((text) => /^(SIP\/2\.0 )?(\w+)/.exec(text)?.[2] ?? '');
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
      assert.deepEqual(wordsOf(first), [status]);
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

describe('sipResponseAddressMethod source: whatever is answered goes where the request came from', () => {
  const NAT = { address: CALLER.address, port: 40_000 };
  const source = { sipResponseAddressMethod: 'source' } as const;

  /** Responses to `text`, each with the port it goes to. */
  function answers(bench: Bench, text: string): string[] {
    bench.ask(text, NAT);
    return bench.sent.flatMap(({ text: sent, to }) =>
      sent.startsWith('SIP') ? [`${sent.slice(8, 11)} ${to.port}`] : [],
    );
  }

  test('to a customer: refusals, 200 to CANCEL and OPTIONS', () => {
    const mappingGateways = [mappingGateway(1, { remoteIps: [CALLER.address], ...source })];
    const bench = new Bench({ snapshot: { ...SNAPSHOT, mappingGateways } });
    assert.deepEqual(answers(bench, request('INVITE', 1, { hops: 0 })), ['483 40000']);
    assert.deepEqual(answers(bench, request('INVITE', 2)), ['100 40000']);
    const cancel = request('CANCEL', 2).replace('bK-CANCEL', 'bK-INVITE');
    assert.deepEqual(answers(bench, cancel), ['200 40000', '487 40000']);
    assert.deepEqual(answers(bench, request('CANCEL', 3)), ['481 40000']);
    assert.deepEqual(answers(bench, request('BYE', 3, { toTag: 'x' })), ['481 40000']);
    assert.deepEqual(answers(bench, request('OPTIONS', 3)), ['200 40000']);
    assert.deepEqual(answers(bench, request('OPTIONS', 3).replace('Length: 0', 'Length: 9')), ['400 40000']);
    for (const shard of bench.switch.shards) shard.isDraining = true;
    assert.deepEqual(answers(bench, request('INVITE', 4)), ['503 40000']);
  });

  test('the challenge of a customer who has to prove himself', () => {
    const digest = { requireDigest: true, registerUser: 'ada', registerPassword: 'secret' };
    const mappingGateways = [mappingGateway(1, { remoteIps: [CALLER.address], ...source, ...digest })];
    const bench = new Bench({ snapshot: { ...SNAPSHOT, mappingGateways } });
    assert.deepEqual(answers(bench, request('INVITE', 1)), ['407 40000']);
  });

  test('to a device, which says in From whose it is: 401 to its REGISTER', () => {
    const device = { registerType: 'dynamic', registerUser: 'ada', registerPassword: 'secret', remoteIps: [] } as const;
    const mappingGateways = [mappingGateway(1, { ...device, ...source })];
    const bench = new Bench({ snapshot: { ...SNAPSHOT, mappingGateways } });
    assert.deepEqual(answers(bench, request('REGISTER', 1)), ['401 5060']);
    assert.deepEqual(answers(bench, request('REGISTER', 1).replace('<sip:1@', '<sip:ada@')), ['401 40000']);
  });
});

describe('room for the calls that there are', () => {
  test('whoever asks for what there is not, from wherever, leaves nothing; a call then ends as any other', () => {
    const bench = new Bench();
    const toTag = bench.answer(1);
    const before = bench.switch.inspect();
    const asked = [
      { text: request('INVITE', 0), from: STRANGER, status: '403' },
      { text: request('BYE', 0, { toTag: 'forged' }), from: STRANGER, status: '481' },
      { text: request('INVITE', 0, { hops: 0 }), from: CALLER, status: '483' },
      { text: request('REGISTER', 0), from: CALLER, status: '403' },
      { text: request('SUBSCRIBE', 0), from: CALLER, status: '405' },
      { text: request('OPTIONS', 0), from: CALLER, status: '200' },
      { text: request('CANCEL', 0), from: CALLER, status: '481' },
      { text: request('BYE', 0, { toTag: 'forged' }), from: CALLER, status: '481' },
    ];
    for (let index = 2; index <= 4_000; index++) {
      const { text, from, status } = asked[index % asked.length] as (typeof asked)[number];
      const sent = bench.ask(text.replaceAll(/(bK-\w+-|call-|=t)0/g, `$1${index}`), from);
      if (sent.length !== 1 || wordsOf(sent)[0] !== status) assert.deepEqual(wordsOf(sent), [status]);
    }
    assert.deepEqual(bench.switch.inspect(), before);
    assert.deepEqual(wordsOf(bench.ask(request('BYE', 1, { toTag }), CALLER, 100)), ['200', 'BYE']);
    assert.equal(bench.switch.cdrs[0]?.endReason, 'Normal');
  });

  /** A switch with two live calls, whose caller has asked for so many others that its table is full. */
  function full() {
    const bench = new Bench({ bounds: { callsMax: 2, transactionsMax: NEW_CALL_TRANSACTIONS_MAX, outsideMax: 12 } });
    const toTags = [bench.answer(1), bench.answer(2)] as const;
    for (let index = 3; bench.transactions < 12; index++) {
      assert.deepEqual(wordsOf(bench.ask(request('INVITE', index))), ['100', '503']);
    }
    return { bench, toTags };
  }

  test('OUTSIDE_TRANSACTIONS_MAX: then what is outside of calls is answered, by 503 at worst, and not kept', () => {
    const { bench } = full();
    const cdrCount = bench.switch.cdrs.length;
    const refusal = bench.ask(request('INVITE', 99));
    assert.deepEqual(wordsOf(refusal), ['503']);
    assert.deepEqual(bench.ask(request('INVITE', 99)), refusal);
    assert.deepEqual(wordsOf(bench.ask(request('REGISTER', 99))), ['503']);
    assert.deepEqual(wordsOf(bench.ask(request('OPTIONS', 99))), ['200']);
    assert.deepEqual(wordsOf(bench.ask(request('BYE', 99, { toTag: 'forged' }))), ['481']);
    assert.equal(bench.transactions, 12);
    assert.equal(bench.switch.cdrs.length, cdrCount);
    assert.equal(bench.switch.count('requestsRefused'), 4);
    bench.advanceTo(33_000);
    assert.ok(bench.transactions < 12);
  });

  test('all that is inside of them is served, and the switch ends them when it has to', () => {
    const { bench, toTags } = full();
    const [toTag, otherTag] = toTags;
    assert.deepEqual(wordsOf(bench.ask(request('INFO', 1, { toTag }))), ['INFO']);
    assert.deepEqual(wordsOf(bench.ask(request('BYE', 1, { toTag }))), ['200', '481', 'BYE']);
    assert.notEqual(otherTag, toTag);
    bench.sent.length = 0;
    bench.switch.releaseAll('OperatorHangup', 1);
    assert.deepEqual(wordsOf(bench.sent.map(({ text }) => text)), ['BYE', 'BYE']);
    assert.equal(bench.switch.count('requestsWithoutRoom'), 0);
  });

  test('TRANSACTIONS_MAX: all calls of a shard may end at once, each with a BYE that comes and one that goes', () => {
    assert.ok(OUTSIDE_TRANSACTIONS_MAX > NEW_CALL_TRANSACTIONS_MAX);
    assert.ok(TRANSACTIONS_MAX - OUTSIDE_TRANSACTIONS_MAX >= 2 * SHARD_CALLS_MAX);
  });
});
