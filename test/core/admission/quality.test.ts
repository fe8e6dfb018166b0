import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { QUALITY_CALLS_MIN, QualityBoard, type QualityWindow } from '../../../src/core/admission/quality.ts';
import { QUALITY_PREFIXES_MAX, QUALITY_SLICES_MAX } from '../../../src/core/base/limits.ts';
import { parameters } from '../../simulator/trunks.ts';

const HOUR_MS = 3_600_000;
const SLICE_MS = HOUR_MS / 12;
const WINDOW: QualityWindow = { windowMs: HOUR_MS, sliceCount: 12 };
const ANSWERED = { isAnswered: true, isReached: true, talkMs: 10_000 };
const BUSY = { isAnswered: false, isReached: true, talkMs: 0 };
const FAILED = { isAnswered: false, isReached: false, talkMs: 0 };

function board(): QualityBoard {
  return new QualityBoard(QualityBoard.allocate());
}

describe('the window of a gateway', () => {
  test('ASR, NER, ACD and PDD are shares of what was counted; nothing counted is no share', () => {
    const quality = board();
    assert.deepEqual(quality.read(3, null, HOUR_MS, 0), {
      calls: 0,
      asr: null,
      ner: null,
      acdSeconds: null,
      pddSeconds: null,
    });
    for (const call of [ANSWERED, BUSY, FAILED, FAILED]) quality.finished(3, '49', call, WINDOW, 1000);
    quality.delayed(3, '49', 1500, WINDOW, 1000);
    quality.delayed(3, '49', 2500, WINDOW, 1000);
    const own = { calls: 4, asr: 0.25, ner: 0.5, acdSeconds: 10, pddSeconds: 2 };
    assert.deepEqual(quality.read(3, null, HOUR_MS, 1000), own);
    assert.deepEqual(quality.read(3, '49', HOUR_MS, 1000), own);
    assert.equal(quality.read(4, null, HOUR_MS, 1000).calls, 0);
  });

  test('PDD and ACD are means also of sums that need more than 32 bits', () => {
    const quality = board();
    const long = { isAnswered: true, isReached: true, talkMs: 10 * 86_400_000 };
    for (let call = 0; call < 1_000; call++) {
      quality.finished(3, '49', long, WINDOW, 1000);
      quality.delayed(3, '49', 20_000_000, WINDOW, 1000);
    }
    const { acdSeconds, pddSeconds } = quality.read(3, '49', HOUR_MS, 1000);
    assert.deepEqual([acdSeconds, pddSeconds], [864_000, 20_000]);
  });

  test('SS_GATEWAY_ASR_RESERVE_TIME: what lies farther back is gone, a slice at a time', () => {
    const quality = board();
    quality.finished(3, null, ANSWERED, WINDOW, 0);
    quality.finished(3, null, FAILED, WINDOW, SLICE_MS);
    assert.equal(quality.read(3, null, HOUR_MS, HOUR_MS - 1).calls, 2);
    assert.deepEqual(quality.read(3, null, HOUR_MS, HOUR_MS + 1000).calls, 1);
    assert.equal(quality.read(3, null, HOUR_MS, HOUR_MS + SLICE_MS + 1000).calls, 0);
    assert.equal(quality.read(3, null, HOUR_MS / 2, HOUR_MS / 2 + 1000).calls, 1);
  });

  test('SS_GATEWAY_ASR_RESERVE_SEPARATE: fewer slices forget more at once', () => {
    const two = { windowMs: HOUR_MS, sliceCount: 2 };
    const quality = board();
    for (let minute = 0; minute < 60; minute++) quality.finished(3, null, FAILED, two, minute * 60_000);
    assert.equal(quality.read(3, null, HOUR_MS, HOUR_MS - 1).calls, 60);
    assert.equal(quality.read(3, null, HOUR_MS, HOUR_MS + 1000).calls, 30);
  });

  test('a slice whose place comes round again begins at nothing', () => {
    const quality = board();
    quality.finished(3, null, FAILED, WINDOW, 0);
    const laterMs = QUALITY_SLICES_MAX * SLICE_MS;
    quality.finished(3, null, ANSWERED, WINDOW, laterMs);
    assert.deepEqual(quality.read(3, null, HOUR_MS, laterMs).asr, 1);
  });

  test('QUALITY_SLICES_MAX: a window of that many slices holds all of them', () => {
    const quality = board();
    const window = { windowMs: HOUR_MS, sliceCount: QUALITY_SLICES_MAX };
    const sliceMs = HOUR_MS / QUALITY_SLICES_MAX;
    for (let slice = 0; slice < 2 * QUALITY_SLICES_MAX; slice++)
      quality.finished(3, null, BUSY, window, slice * sliceMs);
    assert.equal(quality.read(3, null, HOUR_MS, 2 * HOUR_MS - 1).calls, QUALITY_SLICES_MAX);
    assert.throws(() => parameters({ SS_GATEWAY_ASR_RESERVE_SEPARATE: String(QUALITY_SLICES_MAX + 1) }), RangeError);
  });

  test('random calls at random times: what a list of them says', () => {
    const call = fc.record({ atMs: fc.nat(4 * HOUR_MS), isAnswered: fc.boolean() });
    fc.assert(
      fc.property(fc.array(call, { maxLength: 60 }), (calls) => {
        const quality = board();
        const inOrder = calls.toSorted((a, b) => a.atMs - b.atMs);
        for (const { atMs, isAnswered } of inOrder) {
          quality.finished(1, null, isAnswered ? ANSWERED : FAILED, WINDOW, atMs);
        }
        const nowMs = inOrder.at(-1)?.atMs ?? 0;
        // The oldest slice in the window began after the window did, by whole seconds.
        const inWindow = inOrder.filter(({ atMs }) => {
          const beganAtMs = Math.floor(atMs / SLICE_MS) * SLICE_MS;
          return beganAtMs > nowMs - HOUR_MS;
        });
        const found = quality.read(1, null, HOUR_MS, nowMs);
        assert.equal(found.calls, inWindow.length);
        const answered = inWindow.filter(({ isAnswered }) => isAnswered).length;
        assert.equal(found.asr, inWindow.length === 0 ? null : answered / inWindow.length);
      }),
      { numRuns: 300 },
    );
  });
});

describe('the answer rate that routes are ordered by', () => {
  function counted(calls: number, answered: number, prefix: string, quality = board()): QualityBoard {
    for (let call = 0; call < calls; call++) {
      quality.finished(3, prefix, call < answered ? ANSWERED : FAILED, WINDOW, 0);
    }
    return quality;
  }

  test('whole percent; unknown below QUALITY_CALLS_MIN calls', () => {
    assert.equal(counted(QUALITY_CALLS_MIN - 1, 3, '49').answerPercent(3, '49', HOUR_MS, 0), -1);
    assert.equal(counted(QUALITY_CALLS_MIN, 3, '49').answerPercent(3, '49', HOUR_MS, 0), 30);
  });

  test('that of the prefix, where it has enough calls; else that of the gateway', () => {
    const quality = counted(20, 10, '49', counted(20, 0, '33'));
    assert.equal(quality.answerPercent(3, '49', HOUR_MS, 0), 50);
    assert.equal(quality.answerPercent(3, '33', HOUR_MS, 0), 0);
    assert.equal(quality.answerPercent(3, '44', HOUR_MS, 0), 25);
    assert.equal(quality.answerPercent(4, '49', HOUR_MS, 0), -1);
  });
});

describe('rows of prefixes', () => {
  test('QUALITY_PREFIXES_MAX: when all are in use the next is not counted, until others have been silent', () => {
    const quality = board();
    for (let prefix = 0; prefix < 4 * QUALITY_PREFIXES_MAX; prefix++) {
      quality.finished(1, String(prefix), BUSY, WINDOW, 0);
    }
    const countedAt = (nowMs: number): number => {
      quality.finished(2, 'new', BUSY, WINDOW, nowMs);
      return quality.read(2, 'new', HOUR_MS, nowMs).calls;
    };
    assert.equal(countedAt(1000), 0);
    assert.equal(quality.read(2, null, HOUR_MS, 1000).calls, 1, 'the gateway itself is always counted');
    assert.equal(countedAt(HOUR_MS + 2000), 1);
  });

  test('each of many pairs has its own', () => {
    const quality = board();
    for (let slot = 0; slot < 20; slot++) {
      for (let prefix = 0; prefix < 100; prefix++) {
        for (let call = 0; call <= slot % 3; call++) quality.finished(slot, `49${prefix}`, BUSY, WINDOW, 0);
      }
    }
    for (let slot = 0; slot < 20; slot++) {
      for (let prefix = 0; prefix < 100; prefix++) {
        assert.equal(quality.read(slot, `49${prefix}`, HOUR_MS, 0).calls, (slot % 3) + 1);
      }
    }
  });
});

test('calls offered so far are counted for all shards', () => {
  const shared = QualityBoard.allocate();
  const [one, other] = [new QualityBoard(shared), new QualityBoard(shared)];
  one.offer(5);
  other.offer(5);
  assert.equal(one.offered(5), 2);
});
