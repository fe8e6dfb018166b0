import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Defect } from '../../../src/core/base/assert.ts';
import { type Timed, type TimerHandle, TimerWheel } from '../../../src/core/timer/wheel.ts';

const SECOND = 1000;
const HOUR = 3600 * SECOND;
const DAY = 24 * HOUR;

/** Notes what fires, in order, as `kind@time`. */
class Recorder implements Timed {
  readonly trace: string[] = [];

  due(kind: number, nowMs: number): void {
    this.trace.push(`${kind}@${nowMs}`);
  }
}

/** Does something when it fires. */
function timed(act: (kind: number, nowMs: number) => void): Timed {
  return { due: act };
}

describe('firing', () => {
  test('a timer fires in the first advance at its due time or after it, never before', () => {
    const wheel = new TimerWheel(1000.25);
    const recorder = new Recorder();
    wheel.arm(recorder, 1, 500);
    assert.equal(wheel.advance(1500.125), 0);
    assert.equal(wheel.advance(1500.25), 1);
    wheel.arm(recorder, 2, 500);
    assert.equal(wheel.advance(9000), 1);
    assert.deepEqual(recorder.trace, ['1@1500.25', '2@9000']);
  });

  test('due times within one tick decide by their fractions', () => {
    const wheel = new TimerWheel(0);
    const recorder = new Recorder();
    for (const delayMs of [3.5, 0.5, 2.25, 1, 3.25, 0]) wheel.arm(recorder, delayMs * 100, delayMs);
    wheel.advance(1);
    assert.deepEqual(recorder.trace, ['0@1', '50@1', '100@1']);
    wheel.advance(3.25);
    wheel.advance(3.75);
    assert.deepEqual(recorder.trace.slice(3), ['225@3.25', '325@3.25', '350@3.75']);
  });

  test('equal due times fire in the order they were armed, from whatever distance', () => {
    const wheel = new TimerWheel(0);
    const recorder = new Recorder();
    const dueMs = 5 * HOUR;
    let kind = 0;
    for (const nowMs of [0, HOUR, 4 * HOUR, dueMs - 20 * SECOND, dueMs - 300, dueMs - 100, dueMs - 1]) {
      wheel.advance(nowMs);
      wheel.arm(recorder, kind++, dueMs - nowMs);
    }
    wheel.advance(dueMs);
    assert.deepEqual(
      recorder.trace,
      Array.from({ length: kind }, (_, i) => `${i}@${dueMs}`),
    );
  });

  test('a timer armed without delay while firing fires in the same advance, after what was due', () => {
    const wheel = new TimerWheel(0);
    const recorder = new Recorder();
    wheel.arm(
      timed(() => void wheel.arm(recorder, 9, 0)),
      0,
      10,
    );
    wheel.arm(recorder, 1, 20);
    wheel.arm(recorder, 2, 30);
    assert.equal(wheel.advance(20), 3);
    assert.deepEqual(recorder.trace, ['1@20', '9@20']);
  });

  test('a timer armed while firing counts from the time that was due: a series of waits gathers no lateness', () => {
    const wheel = new TimerWheel(0);
    const recorder = new Recorder();
    wheel.arm(
      timed(() => void wheel.arm(recorder, 1, 50)),
      0,
      10,
    );
    assert.equal(wheel.advance(14), 1);
    assert.equal(wheel.nextDueMs(), 60);
    assert.equal(wheel.nowMs, 14);
  });

  test('a host that slept for long is forgiven 50 ms of it: no burst follows', () => {
    const wheel = new TimerWheel(0);
    const recorder = new Recorder();
    wheel.arm(
      timed(() => void wheel.arm(recorder, 1, 80)),
      0,
      10,
    );
    assert.equal(wheel.advance(10_000), 1);
    assert.equal(wheel.nextDueMs(), 10_030);
  });

  test('what an owner disarms while firing does not fire, although it was due', () => {
    const wheel = new TimerWheel(0);
    const recorder = new Recorder();
    let later: TimerHandle = 0;
    wheel.arm(
      timed(() => wheel.disarm(later, recorder)),
      0,
      10,
    );
    later = wheel.arm(recorder, 1, 20);
    wheel.arm(recorder, 2, 30);
    assert.equal(wheel.advance(1000), 2);
    assert.deepEqual(recorder.trace, ['2@1000']);
    assert.equal(wheel.size, 0);
  });

  test('a defect in one owner leaves the rest of what was due to the next advance', () => {
    const wheel = new TimerWheel(0);
    const recorder = new Recorder();
    wheel.arm(
      timed(() => {
        throw new Defect('an owner keeps its promises');
      }),
      0,
      10,
    );
    wheel.arm(recorder, 1, 20);
    assert.throws(() => wheel.advance(50), Defect);
    assert.equal(wheel.size, 1);
    assert.equal(wheel.advance(60), 1);
    assert.deepEqual(recorder.trace, ['1@60']);
  });
});

describe('time', () => {
  test('time never goes back', () => {
    const wheel = new TimerWheel(100);
    const recorder = new Recorder();
    wheel.advance(200);
    wheel.advance(50);
    assert.equal(wheel.nowMs, 200);
    wheel.arm(recorder, 1, 10);
    assert.equal(wheel.advance(205), 0);
    assert.equal(wheel.advance(210), 1);
  });

  test('delays of more than a day fire on the millisecond', () => {
    const wheel = new TimerWheel(0.5);
    const recorder = new Recorder();
    for (const [kind, delayMs] of [DAY, DAY + 1, 7 * DAY, wheel.delayMaxMs].entries())
      wheel.arm(recorder, kind, delayMs);
    for (const delayMs of [DAY, DAY + 1, 7 * DAY, wheel.delayMaxMs]) {
      assert.equal(wheel.advance(delayMs + 0.25), 0);
      assert.equal(wheel.advance(delayMs + 0.5), 1);
    }
    assert.deepEqual(
      recorder.trace.map((fired) => fired[0]),
      ['0', '1', '2', '3'],
    );
  });

  test('the clock may start anywhere, and the wheel goes on past each turn of its top digit', () => {
    for (const startMs of [0, -7.5 * DAY, 49.7 * DAY - 3, 1000 * DAY + 0.125]) {
      const wheel = new TimerWheel(startMs);
      const recorder = new Recorder();
      for (let day = 0; day < 200; day++) {
        wheel.arm(recorder, day, 1.5 * DAY);
        wheel.advance(startMs + (day + 1) * DAY);
      }
      wheel.advance(startMs + 201.5 * DAY);
      assert.equal(recorder.trace.length, 200);
      assert.equal(wheel.nextDueMs(), Infinity);
    }
  });

  test('a jump over hours touches the timers, not the ticks in between', () => {
    const wheel = new TimerWheel(0);
    const recorder = new Recorder();
    let wakesCount = 0;
    for (let hour = 1; hour <= 250; hour++) wheel.arm(recorder, hour, hour * HOUR);
    while (wheel.nextDueMs() < Infinity) {
      wheel.advance(wheel.nextDueMs());
      wakesCount++;
    }
    assert.equal(recorder.trace.length, 250);
    assert.equal(recorder.trace.at(-1), `250@${250 * HOUR}`);
    assert.ok(wakesCount <= 5 * 250, `${wakesCount} wake-ups for 250 timers`);
  });

  test('an idle wheel asks for no wake-up', () => {
    const wheel = new TimerWheel(0);
    const recorder = new Recorder();
    const handle = wheel.arm(recorder, 0, 10);
    assert.equal(wheel.nextDueMs(), 10);
    wheel.disarm(handle, recorder);
    assert.equal(wheel.nextDueMs(), Infinity);
  });
});

describe('handles', () => {
  test('0, a fired handle and a disarmed handle change nothing, although their entry has a new timer', () => {
    const wheel = new TimerWheel(0, { capacity: 1 });
    const recorder = new Recorder();
    const fired = wheel.arm(recorder, 1, 10);
    wheel.advance(10);
    const disarmed = wheel.arm(recorder, 2, 10);
    wheel.disarm(disarmed, recorder);
    const live = wheel.arm(recorder, 3, 10);
    for (const stale of [0, fired, disarmed]) wheel.disarm(stale, recorder);
    assert.equal(wheel.size, 1);
    wheel.disarm(live, recorder);
    assert.equal(wheel.size, 0);
  });

  test('within due() the own handle is stale already', () => {
    const wheel = new TimerWheel(0);
    let handle: TimerHandle = 0;
    let sizeWhileFiring = -1;
    const owner = timed(() => {
      wheel.disarm(handle, owner);
      sizeWhileFiring = wheel.size;
    });
    handle = wheel.arm(owner, 0, 10);
    wheel.arm(new Recorder(), 0, 20);
    wheel.advance(10);
    assert.equal(sizeWhileFiring, 1);
  });

  test("a stale handle changes nothing when its entry has another owner's timer of the same kind", () => {
    const wheel = new TimerWheel(0, { capacity: 1 });
    const [recorder, stranger] = [new Recorder(), new Recorder()];
    const stale = wheel.arm(recorder, 1, 10);
    wheel.disarm(stale, recorder);
    const live = wheel.arm(stranger, 1, 10);
    assert.equal(live, stale, 'the entry is used again');
    wheel.disarm(stale, recorder);
    assert.equal(wheel.advance(10), 1);
    assert.deepEqual(stranger.trace, ['1@10']);
  });

  test('are small integers of V8 for every entry and kind: a larger one is an object where it is kept', () => {
    const wheel = new TimerWheel(0, { capacity: 1 });
    const recorder = new Recorder();
    const handles = [0, 1, 511, 512, 99_999].map((kind) => wheel.arm(recorder, kind, 10));
    for (const handle of handles) assert.equal(handle, handle & 0x7fff_ffff);
    for (const handle of handles) wheel.disarm(handle, recorder);
    assert.equal(wheel.size, 0);
  });
});

describe('bounds', () => {
  test('one timer more than the pool may hold is a defect, and the others go on', () => {
    const wheel = new TimerWheel(0, { capacity: 1, timersMax: 3 });
    const recorder = new Recorder();
    for (let kind = 0; kind < 3; kind++) wheel.arm(recorder, kind, 10);
    assert.throws(() => wheel.arm(recorder, 3, 10), Defect);
    assert.equal(wheel.advance(10), 3);
  });

  test('a delay below nothing, above the reach of the wheel, or no number is a defect', () => {
    const wheel = new TimerWheel(0);
    for (const delayMs of [-1, wheel.delayMaxMs + 1, Number.NaN, Infinity]) {
      assert.throws(() => wheel.arm(new Recorder(), 0, delayMs), Defect);
    }
    assert.ok(wheel.delayMaxMs > 12 * DAY);
  });

  test('an owner that re-arms itself without delay for ever is a defect, not a hang', () => {
    const wheel = new TimerWheel(0);
    const owner = timed((kind) => void wheel.arm(owner, kind, 0));
    wheel.arm(owner, 0, 1);
    assert.throws(() => wheel.advance(1), Defect);
  });

  test('a hundred thousand timers of one tick, armed in reverse, fire in order', () => {
    const wheel = new TimerWheel(0);
    let lastKind = -1;
    const owner = timed((kind) => {
      assert.equal(kind, lastKind + 1);
      lastKind = kind;
    });
    for (let kind = 99_999; kind >= 0; kind--) wheel.arm(owner, kind, 1000 + kind / 50_000);
    assert.equal(wheel.advance(1002), 100_000);
    assert.equal(wheel.inspect().size, 0);
  });
});

test('the wheel can be looked into', () => {
  const wheel = new TimerWheel(0, { capacity: 2 });
  for (const delayMs of [1, 100, 1000, 60_000, HOUR, 2 * DAY]) wheel.arm(new Recorder(), 0, delayMs);
  assert.deepEqual(wheel.inspect(), {
    nowMs: 0,
    nextDueMs: 1,
    tickMs: 4,
    size: 6,
    capacity: 8,
    sizeByDigit: [2, 1, 1, 1, 1],
  });
});
