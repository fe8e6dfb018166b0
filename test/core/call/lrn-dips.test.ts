import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { LRN_CACHED_MAX, LRN_WAITING_MAX } from '../../../src/core/base/limits.ts';
import { type LrnAnswer, LrnDips } from '../../../src/core/call/lrn-dips.ts';
import { TimerWheel } from '../../../src/core/timer/wheel.ts';

const PORTED: LrnAnswer = { lrn: '77001', jurisdiction: '' };

function openDips(nowMs = 0) {
  const heard: (LrnAnswer | null)[] = [];
  const asked: number[] = [];
  const around = {
    nowMs,
    wheel: new TimerWheel(nowMs),
    lateCount: 0,
    askLrn: (id: number) => void asked.push(id),
    countLateLrn: () => {
      around.lateCount += 1;
    },
  };
  const user = { dipped: (answer: LrnAnswer | null) => void heard.push(answer) };
  const dips = new LrnDips(around);
  const ask = (number: string, cacheMs = 60_000) => dips.ask({ number, caller: '' }, user, 2_000, cacheMs);
  const advance = (nowMs: number) => {
    around.nowMs = nowMs;
    around.wheel.advance(nowMs);
  };
  return { dips, ask, advance, heard, asked, around };
}

describe('the dips of a shard', () => {
  test('each question is answered once: in time, or by its timer; what comes then is counted as late', () => {
    const { dips, ask, advance, heard, asked, around } = openDips();
    ask('1');
    ask('2');
    dips.answered(asked[0] as number, PORTED);
    dips.answered(asked[0] as number, PORTED);
    advance(2_000);
    dips.answered(asked[1] as number, PORTED);
    dips.answered(77, null);
    assert.deepEqual(heard, [PORTED, null]);
    assert.equal(around.lateCount, 3);
    assert.equal(around.wheel.size, 0);
    assert.equal(dips.known({ number: '2', caller: '' }), null, 'a late answer is not remembered');
  });

  test('one that is not answered is given up also on a machine that has been up for long', () => {
    const upMs = 30 * 24 * 3_600_000;
    const { ask, advance, heard, around } = openDips(upMs);
    ask('1');
    advance(upMs + 2_000);
    assert.deepEqual([heard, around.wheel.size], [[null], 0]);
  });

  test('an answer to a question of an earlier life is late: it is of another number', () => {
    const { ask: askBefore, asked: before } = openDips(1_000);
    for (let number = 0; number < 100; number++) askBefore(String(number));
    const { dips, ask, asked, heard, around } = openDips(1_001);
    ask('4922222');
    for (const id of before) dips.answered(id, PORTED);
    assert.deepEqual([heard, around.lateCount], [[], 100]);
    dips.answered(asked[0] as number, PORTED);
    assert.deepEqual(heard, [PORTED]);
  });

  test('an answer is remembered for its time, by number and caller; a failure is not', () => {
    const { dips, ask, advance, asked } = openDips();
    ask('1', 5_000);
    dips.answered(asked[0] as number, PORTED);
    ask('2');
    dips.answered(asked[1] as number, null);
    advance(4_999);
    assert.deepEqual(dips.known({ number: '1', caller: '' }), PORTED);
    assert.equal(dips.known({ number: '1', caller: '5' }), null);
    assert.equal(dips.known({ number: '2', caller: '' }), null);
    advance(5_000);
    assert.equal(dips.known({ number: '1', caller: '' }), null);
  });

  test('LRN_WAITING_MAX: one more is not asked', () => {
    const { ask, asked } = openDips();
    for (let count = 0; count < LRN_WAITING_MAX; count++) assert.equal(ask(String(count)), true);
    assert.equal(ask('more'), false);
    assert.equal(asked.length, LRN_WAITING_MAX);
  });

  test('LRN_CACHED_MAX: the oldest answer is forgotten for a newer one', () => {
    const { dips, ask, asked } = openDips();
    for (let count = 0; count <= LRN_CACHED_MAX; count++) {
      ask(String(count));
      dips.answered(asked[count] as number, PORTED);
    }
    assert.equal(dips.known({ number: '0', caller: '' }), null);
    assert.deepEqual(dips.known({ number: '1', caller: '' }), PORTED);
    assert.deepEqual(dips.known({ number: String(LRN_CACHED_MAX), caller: '' }), PORTED);
  });
});
