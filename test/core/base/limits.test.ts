// Every bound of limits.ts, reached. ADMISSION_SLOTS_MAX has its tests beside admission.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isOf } from '../../../src/control/explained-call.ts';
import { GatewayHealth } from '../../../src/core/admission/gateway-health.ts';
import {
  ATTEMPTS_MAX,
  BOARD_RECORD_BYTES,
  CALL_ID_CHARACTERS_MAX,
  CDR_HELD_MAX,
  CDR_RING_BYTES,
  EARLY_DIALOGS_MAX,
  GATEWAY_BAN_MS_MAX,
  INBOUND_RING_BYTES,
  NUMBER_CHARACTERS_MAX,
  OUTBOUND_RING_BYTES,
  PENDING_REQUESTS_MAX,
  REASON_CHARACTERS_MAX,
  REDIRECTS_MAX,
  REWRITTEN_VALUES_MAX,
  SHARD_CALLS_MAX,
  UNWANTED_ANSWERS_MAX,
  WAITING_PROVISIONALS_MAX,
} from '../../../src/core/base/limits.ts';
import { RecordBoard } from '../../../src/core/base/record-board.ts';
import { Ring } from '../../../src/core/base/ring.ts';
import { TakenMark } from '../../../src/core/base/taken-mark.ts';
import { LiveRecord } from '../../../src/core/call/call-record.ts';
import { across } from '../../../src/core/call/identity.ts';
import { EMPTY_CROSSING } from '../../../src/core/call/leg-events.ts';
import { SAME_NUMBER } from '../../../src/core/call/parties.ts';
import { Balances } from '../../../src/core/rating/balances.ts';
import { allocateSwitchMemory } from '../../../src/core/shard/shared-memory.ts';
import { HEADERS_MAX } from '../../../src/core/sip/sip-limits.ts';
import { RecordsOut } from '../../../src/shard-host/records-out.ts';
import { CallJournal } from '../../../src/store/call-journal.ts';
import { readFlows } from '../../flows/flow-file.ts';
import { playFlow } from '../../flows/flow-runner.ts';
import { PEER_RULES } from '../../simulator/trunks.ts';
import { MemoryDisk } from '../../store/memory-disk.ts';
import { sampleCdr } from '../../store/sample-cdr.ts';
import { PricedBench } from '../call/priced-bench.ts';

/** Plays a ladder that is too long to be written by hand. */
function play(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  settings: readonly string[] = [],
): void {
  const lines = [columns, columns.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
  const [flow] = readFlows('generated', ['## generated', ...settings, ...lines].join('\n'));
  assert.ok(flow !== undefined);
  playFlow(flow);
}

const TWO_GATEWAYS = `
accounts: [{ account: alpha }]
mappingGateways: [{ name: in, account: alpha, remoteIps: 198.51.100.1 }]
routingGateways: [{ name: out, remoteIp: 203.0.113.1 }]
`;

const ANSWERED = [
  ['0', 'INVITE +SDP →, ← 100', '', '→ INVITE +SDP'],
  ['10', '← 200 +SDP', '', '← 200 +SDP #0, → ACK'],
  ['20', 'ACK →', '', ''],
];

test('ATTEMPTS_MAX: a hunt tries no gateway beyond it, and ends with what the last one said', () => {
  const trunks = Array.from({ length: ATTEMPTS_MAX + 1 }, (_, i) => `trunk-${i + 1}`);
  const empty = trunks.map(() => '');
  const rows = [['0', 'INVITE +SDP →, ← 100', '', '→ INVITE +SDP', ...empty.slice(1)]];
  for (let tried = 1; tried < ATTEMPTS_MAX; tried++) {
    const cells = empty.with(tried - 1, '← 503, → ACK').with(tried, '→ INVITE +SDP');
    rows.push([String(tried), '', '', ...cells]);
  }
  const last = empty.with(ATTEMPTS_MAX - 1, '← 503, → ACK');
  rows.push(
    ['100', '← 503', `CDR AllGatewaysFailed 503; ${ATTEMPTS_MAX} attempts`, ...last],
    ['110', 'ACK →', '', ...empty],
  );
  play(['at ms', 'caller', 'switch', ...trunks], rows);
});

test('PENDING_REQUESTS_MAX: the next request in a call gets 500 with Retry-After', () => {
  const rows = [...ANSWERED];
  for (let asked = 0; asked < PENDING_REQUESTS_MAX; asked++)
    rows.push([String(30 + asked), 'INFO +body →', '', '→ INFO +body']);
  const refused = Array.from({ length: PENDING_REQUESTS_MAX }, () => '← 481 (INFO)').join(', ');
  rows.push(
    ['50', 'INFO +body →, ← 500 (INFO) {Retry-After: 1}', '', ''],
    ['60', `BYE →, ← 200 (BYE), ${refused}`, 'CDR Normal 200; 1 attempt; 50 ms', '→ BYE'],
    ['70', '', '', '← 200 (BYE)'],
  );
  play(['at ms', 'caller', 'switch', 'trunk-1'], rows, ['- SS_SIP_SEND_RETRY is 0']);
});

test('UNWANTED_ANSWERS_MAX: that many answers beside the first are ended, further ones are ignored', () => {
  const rows = [...ANSWERED];
  for (let fork = 1; fork <= UNWANTED_ANSWERS_MAX; fork++) {
    rows.push([String(30 + fork), '', '', `← 200 +SDP #${fork}, → ACK, → BYE`]);
  }
  rows.push(
    ['50', '', '', `← 200 +SDP #${UNWANTED_ANSWERS_MAX + 1}`],
    ['60', 'BYE →, ← 200 (BYE)', 'CDR Normal 200; 1 attempt; 50 ms', '→ BYE'],
    ['70', '', '', '← 200 (BYE)'],
  );
  play(['at ms', 'caller', 'switch', 'trunk-1'], rows, ['- SS_SIP_SEND_RETRY is 0']);
});

test('EARLY_DIALOGS_MAX: the signs of life of further forks are not shown', () => {
  const forks = Array.from({ length: EARLY_DIALOGS_MAX }, (_, at) => [`${10 + at}`, '← 180', '', `← 180 #f${at}`]);
  play(
    ['at ms', 'caller', 'switch', 'trunk-1'],
    [
      ['0', 'INVITE +SDP →, ← 100', '', '→ INVITE +SDP'],
      ...forks,
      ['50', '', '', `← 180 #f${EARLY_DIALOGS_MAX}`],
      ['60', '← 486', 'CDR Busy 486; 1 attempt', '← 486, → ACK'],
      ['70', 'ACK →', '', ''],
    ],
  );
});

test('WAITING_PROVISIONALS_MAX: further reliable responses are dropped while one waits for its PRACK', () => {
  const reliable = (rseq: number): string => `← 180 {Require: 100rel} {RSeq: ${rseq}}`;
  const waiting = Array.from({ length: WAITING_PROVISIONALS_MAX + 1 }, (_, at) => ['20', '', '', reliable(at + 2)]);
  const pracked = Array.from({ length: WAITING_PROVISIONALS_MAX }, (_, at) => [
    `${30 + at}`,
    'PRACK →, ← 180, ← 200 (PRACK)',
    '',
    `→ PRACK {RAck: ${at + 1} 1 INVITE}, ← 200 (PRACK)`,
  ]);
  play(
    ['at ms', 'caller', 'switch', 'trunk-1'],
    [
      ['0', 'INVITE +SDP {Supported: 100rel} →, ← 100', '', '→ INVITE +SDP'],
      ['10', '← 180', '', reliable(1)],
      ...waiting,
      ...pracked,
      ['50', 'PRACK →, ← 200 (PRACK)', '', '→ PRACK, ← 200 (PRACK)'],
      ['60', '← 486', 'CDR Busy 486; 1 attempt', '← 486, → ACK'],
      ['70', 'ACK →', '', ''],
    ],
  );
});

test('HEADERS_MAX: an INVITE of so many passes, though ours has more: acknowledged and cancelled as any other', () => {
  const most = Array.from({ length: HEADERS_MAX - 9 }, (_, at) => ` {X-${at}: 1}`).join('');
  play(
    ['at ms', 'caller', 'switch', 'trunk-1', 'trunk-2'],
    [
      ['0', `INVITE +SDP${most} →, ← 100`, '', '→ INVITE +SDP', ''],
      ['10', '', '', '← 503, → ACK', '→ INVITE +SDP'],
      ['20', '← 200 +SDP', '', '', '← 200 +SDP, → ACK'],
      ['30', 'ACK →', '', '', ''],
      ['40', `INVITE +SDP${most} →, ← 100`, '', '', '→ INVITE +SDP, ← 100'],
      ['50', 'CANCEL →, ← 200 (CANCEL)', '', '', '→ CANCEL, ← 200 (CANCEL)'],
      ['60', '← 487', '', '', '← 487, → ACK'],
      ['70', 'ACK →', '', '', ''],
      ['70', 'BYE →, ← 200 (BYE)', 'CDR Normal 200; 2 attempts; 50 ms', '', '→ BYE, ← 200 (BYE)'],
    ],
  );
});

test('REDIRECTS_MAX: further contacts of a 3xx are not tried', () => {
  const contacts = Array.from({ length: REDIRECTS_MAX + 1 }, (_, at) => `<sip:${at}@203.0.113.2>`).join(', ');
  const tried = Array.from({ length: REDIRECTS_MAX - 1 }, (_, at) => [
    `${20 + at}`,
    '',
    '',
    '',
    '← 503, → ACK, → INVITE +SDP',
  ]);
  play(
    ['at ms', 'caller', 'switch', 'trunk-1', 'trunk-2'],
    [
      ['0', 'INVITE +SDP →, ← 100', '', '→ INVITE +SDP', ''],
      ['10', '', '', `← 302 {Contact: ${contacts}}, → ACK`, '→ INVITE +SDP'],
      ...tried,
      ['50', '← 486', `CDR Busy 486; ${REDIRECTS_MAX + 1} attempts`, '', '← 486, → ACK'],
      ['60', 'ACK →', '', '', ''],
    ],
    ['- trunk-1 followRedirects is On'],
  );
});

test('REWRITTEN_VALUES_MAX: further values of a header do not cross', () => {
  const rules = { ...PEER_RULES, sipDiversion: true };
  const value = (at: number): string => `<sip:${at}@a.example>`;
  const ruled = `Diversion: ${Array.from({ length: REWRITTEN_VALUES_MAX + 1 }, (_, at) => value(at)).join(', ')}\r\n`;
  const way = { from: rules, to: rules, privacy: 'pass', hostPort: '192.0.2.1:5060', renumber: SAME_NUMBER } as const;
  const lines = across({ ...EMPTY_CROSSING, ruled }, way).headers.split('\r\n');
  assert.equal(lines.length - 1, REWRITTEN_VALUES_MAX);
  assert.equal(lines.at(-2), `Diversion: <sip:${REWRITTEN_VALUES_MAX - 1}@192.0.2.1:5060>`);
});

test('GATEWAY_BAN_MS_MAX: a longer Retry-After takes the gateway out for that long', () => {
  const health = new GatewayHealth(GatewayHealth.allocate());
  health.ban(1, 10 * GATEWAY_BAN_MS_MAX, 0);
  assert.ok(!health.isOpen(1, GATEWAY_BAN_MS_MAX - 1));
  assert.ok(health.isOpen(1, GATEWAY_BAN_MS_MAX));
});

test('SHARD_CALLS_MAX: the board has a place for each call a shard may have', () => {
  const [memory] = allocateSwitchMemory(1).shards;
  assert.ok(memory !== undefined);
  assert.equal(new RecordBoard(memory.board, BOARD_RECORD_BYTES).slotCount, SHARD_CALLS_MAX);
});

describe('rings', () => {
  const SIZES = { INBOUND_RING_BYTES, OUTBOUND_RING_BYTES, CDR_RING_BYTES };
  for (const [name, bytes] of Object.entries(SIZES)) {
    test(`${name}: the next frame is refused and counted`, () => {
      const ring = new Ring(Ring.allocate(bytes));
      let count = 0;
      while (ring.reserve(1020) >= 0) count += 1;
      assert.equal(count, bytes / 1024);
      assert.equal(ring.refusedCount, 1);
    });
  }
});

describe('records', () => {
  test('REASON_, CALL_ID_ and NUMBER_CHARACTERS_MAX: the record keeps the beginning of longer ones', () => {
    const bench = new PricedBench(TWO_GATEWAYS);
    const callId = `${'c'.repeat(CALL_ID_CHARACTERS_MAX)}-of-call`;
    const number = `49${'1'.repeat(NUMBER_CHARACTERS_MAX)}`;
    const reason = `Q.850;text="${'\xe9'.repeat(40_000)}";cause=38`;
    bench.call(callId, number, 0);
    assert.match(bench.lastToTrunk, new RegExp(`^ACK .*\r\n(.*\r\n)*To: <sip:${number}@`));
    bench.hangUp(callId, 1_000, [`Reason: ${reason}`]);
    assert.ok(bench.lastToTrunk.includes(`\r\nReason: ${reason}\r\n`));
    const [cdr] = bench.switch.cdrs;
    assert.ok(cdr !== undefined);
    const kept = number.slice(0, NUMBER_CHARACTERS_MAX);
    assert.deepEqual([cdr.callee, cdr.calleeSent, cdr.calleeBilled], [kept, kept, kept]);
    assert.equal(cdr.callerCallId, callId.slice(0, CALL_ID_CHARACTERS_MAX));
    assert.deepEqual([cdr.reasonHeader, cdr.q850], [reason.slice(0, REASON_CHARACTERS_MAX), 38]);
    assert.ok(isOf(cdr, callId), 'it is still found by all of its Call-ID');
  });

  test('BOARD_RECORD_BYTES: a longer record is stood on the board without its attempts', () => {
    const board = new RecordBoard(RecordBoard.allocate(1, BOARD_RECORD_BYTES), BOARD_RECORD_BYTES);
    assert.ok(board.write(0, new Uint8Array(BOARD_RECORD_BYTES)));
    assert.ok(!board.write(0, new Uint8Array(BOARD_RECORD_BYTES + 1)));
  });

  test('CDR_HELD_MAX: with that many that control has not taken no call may begin, until it has', async () => {
    const shared = Ring.allocate(CDR_RING_BYTES);
    const ring = new Ring(shared);
    const board = new RecordBoard(RecordBoard.allocate(1, BOARD_RECORD_BYTES), BOARD_RECORD_BYTES);
    const taken = new TakenMark(new SharedArrayBuffer(8));
    const journal = new CallJournal(new MemoryDisk(), { isStrict: false });
    const balances = new Balances(Balances.allocate(1));
    const charged = new TakenMark(new SharedArrayBuffer(8));
    const out = new RecordsOut({ board, journal, ring, taken, balances, charged });
    for (let ended = 0; ended < CDR_HELD_MAX; ended++) {
      assert.ok(!out.isFull);
      out.ended(new LiveRecord({ ...sampleCdr(ended) }, 0));
      if (ended % 512 === 511) out.flush();
    }
    assert.deepEqual([out.isFull, out.heldCount], [true, CDR_HELD_MAX]);
    await journal.flush();
    out.publish();
    const control = new Ring(shared);
    for (let position = 0; position < CDR_HELD_MAX; ) {
      while (control.next()) position += 1;
      control.release();
      taken.position = position;
      out.flush();
    }
    assert.deepEqual([out.isFull, out.heldCount], [false, 0]);
  });
});
