import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { type Timed, type TimerHandle, TimerWheel } from '../../../src/core/timer/wheel.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Does something when it fires. */
function timed(act: (kind: number, nowMs: number) => void): Timed {
  return { due: act };
}

// The reference: a plain list, searched for the least (due, sequence). An owner that fires with an even kind arms once
// more, by an amount taken from the kind, so that arming while firing is part of the comparison.

interface Listed {
  readonly id: number;
  readonly dueMs: number;
}

/** Lateness that a wait begun while firing does not add. */
const FORGIVEN_MS = 50;

class SortedList {
  readonly trace: string[] = [];
  timers: Listed[] = [];
  nowMs = 0;
  nextId = 0;

  arm(delayMs: number, fromMs = this.nowMs): number {
    this.timers.push({ id: this.nextId, dueMs: Math.max(fromMs + delayMs, this.nowMs) });
    return this.nextId++;
  }

  disarm(id: number): void {
    this.timers = this.timers.filter((timer) => timer.id !== id);
  }

  earliestMs(): number {
    return this.timers.reduce((leastMs, timer) => Math.min(leastMs, timer.dueMs), Infinity);
  }

  advance(nowMs: number): void {
    this.nowMs = Math.max(nowMs, this.nowMs);
    for (let dueMs = this.earliestMs(); dueMs <= this.nowMs; dueMs = this.earliestMs()) {
      const timer = this.timers.find((one) => one.dueMs === dueMs);
      assert.ok(timer);
      this.disarm(timer.id);
      this.trace.push(`${timer.id}@${this.nowMs}`);
      const fromMs = Math.max(timer.dueMs, this.nowMs - FORGIVEN_MS);
      if (rearmMs(timer.id) >= 0) this.arm(rearmMs(timer.id), fromMs);
    }
  }
}

/** Every third timer re-arms when it fires: at once, soon, or far off. */
function rearmMs(id: number): number {
  return id % 3 === 0 && id < 200 ? ([0, 0.75, 17, 5000, 3 * HOUR][id % 5] ?? -1) : -1;
}

type Step = { readonly act: 'arm' | 'advance'; readonly ms: number } | { readonly act: 'disarm'; readonly nth: number };

const spans = fc.oneof(
  fc.constantFrom(0, 0.25, 4, 255.75, 256, 16_384, 32_000, HOUR, DAY),
  fc.integer({ min: 0, max: 64 }).map((quarters) => quarters / 4),
  fc.double({ min: 0, max: 70_000, noNaN: true }),
  fc.double({ min: 0, max: 12 * DAY, noNaN: true }),
);

const steps = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ act: fc.constant('arm' as const), ms: spans }) },
    { weight: 3, arbitrary: fc.record({ act: fc.constant('advance' as const), ms: spans }) },
    { weight: 1, arbitrary: fc.record({ act: fc.constant('advance' as const), ms: fc.constant(60 * DAY) }) },
    { weight: 2, arbitrary: fc.record({ act: fc.constant('disarm' as const), nth: fc.nat(60) }) },
  ),
  { maxLength: 60 },
);

function compare(tickMs: number, startMs: number, script: readonly Step[]): void {
  const list = new SortedList();
  const wheel = new TimerWheel(startMs, { tickMs, capacity: 1 });
  list.nowMs = startMs;
  list.advance(startMs);
  const handles: TimerHandle[] = [];
  const trace: string[] = [];
  const owner = timed((id, nowMs) => {
    trace.push(`${id}@${nowMs}`);
    if (rearmMs(id) >= 0) handles.push(wheel.arm(owner, handles.length, rearmMs(id)));
  });
  for (const step of script) {
    if (step.act === 'arm') {
      list.arm(step.ms);
      handles.push(wheel.arm(owner, handles.length, Math.min(step.ms, wheel.delayMaxMs)));
    } else if (step.act === 'disarm') {
      list.disarm(step.nth);
      wheel.disarm(handles[step.nth] ?? 0, owner);
    } else {
      const nowMs = list.nowMs + step.ms;
      list.advance(nowMs);
      wheel.advance(nowMs);
    }
    assert.deepEqual(trace, list.trace);
    assert.equal(wheel.size, list.timers.length);
    assert.ok(wheel.nextDueMs() <= list.earliestMs());
    assert.ok(wheel.nextDueMs() === Infinity || wheel.size > 0);
  }
}

test('any script of arming, disarming and advancing fires what a sorted list would, in its order', () => {
  const tick = fc.constantFrom(4, 8, 16);
  const start = fc.oneof(fc.constant(0), fc.double({ min: -100 * DAY, max: 2000 * DAY, noNaN: true }));
  fc.assert(fc.property(tick, start, steps, compare), { numRuns: 600 });
});

test('whoever wakes the wheel only when it asks misses nothing', () => {
  fc.assert(
    fc.property(fc.array(spans, { minLength: 1, maxLength: 40 }), (delays) => {
      const wheel = new TimerWheel(0);
      const late: number[] = [];
      const owner = timed((kind, nowMs) => void (nowMs === delays[kind] || late.push(kind)));
      for (const [kind, delayMs] of delays.entries()) wheel.arm(owner, kind, delayMs);
      let wakesCount = 0;
      for (; wheel.nextDueMs() < Infinity; wakesCount++) wheel.advance(wheel.nextDueMs());
      assert.deepEqual(late, []);
      assert.ok(wakesCount <= 5 * delays.length);
    }),
    { numRuns: 300 },
  );
});
