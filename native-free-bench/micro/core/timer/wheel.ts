// What the timer wheel costs with 100 000 live timers: arm and disarm (a response comes before the timer, the usual
// case), arm and fire, and the choice of the tick. Run it: node dist/native-free-bench/micro/core/timer/wheel.js
//
// The wheel stands under the load of a busy shard: delays are those of SIP transactions and calls, time passes in
// steps of a batch (about a millisecond), and each figure is the median of five runs with its spread.

import { pathToFileURL } from 'node:url';
import { Prng } from '../../../../src/core/base/prng.ts';
import { type Timed, type TimerHandle, TimerWheel } from '../../../../src/core/timer/wheel.ts';

const LIVE = 100_000;
const RUNS = 5;
const OPERATIONS = 2_000_000;
const BATCH_MS = 1;

/** Transactions' repeats and lives, ringing and talk limits. Milliseconds. */
const DELAYS_MS = [500, 1000, 2000, 4000, 5000, 10_000, 20_000, 32_000, 120_000, 300_000, 7_200_000];

interface Spread {
  readonly medianNs: number;
  readonly leastNs: number;
  readonly mostNs: number;
}

class Counter implements Timed {
  firedCount = 0;

  due(): void {
    this.firedCount++;
  }
}

/** Arms itself again whenever it fires: a wheel of these keeps its size. */
class Rearming implements Timed {
  readonly #wheel: TimerWheel;
  readonly #delays: Float64Array;
  #next = 0;
  firedCount = 0;

  constructor(wheel: TimerWheel, delays: Float64Array) {
    this.#wheel = wheel;
    this.#delays = delays;
  }

  due(kind: number): void {
    this.firedCount++;
    this.#wheel.arm(this, kind, this.nextDelayMs());
  }

  nextDelayMs(): number {
    this.#next = (this.#next + 1) & (this.#delays.length - 1);
    return this.#delays[this.#next] ?? 0;
  }
}

function sipDelays(prng: Prng): Float64Array {
  return Float64Array.from(
    { length: 65_536 },
    () => (DELAYS_MS[prng.below(DELAYS_MS.length)] ?? 0) + prng.below(4) / 4,
  );
}

/** Delays spread evenly, so that a wheel of `LIVE` timers fires about one each microsecond of `meanMs` / `LIVE`. */
function evenDelays(prng: Prng, meanMs: number): Float64Array {
  return Float64Array.from({ length: 65_536 }, () => (prng.below(2 * meanMs * 16) + 1) / 16);
}

/** Nanoseconds for one arm and one disarm, `LIVE` others armed, the wheel advanced once a hundred of them. */
function armDisarmNs(tickMs: number): number {
  const delays = sipDelays(new Prng(1));
  const wheel = new TimerWheel(0, { tickMs, capacity: 2 * LIVE });
  const owner = new Counter();
  const handles = new Int32Array(LIVE);
  for (let i = 0; i < LIVE; i++) handles[i] = wheel.arm(owner, 0, delays[i & 65_535] ?? 0);
  let place = 0;
  const begun = process.hrtime.bigint();
  for (let i = 0; i < OPERATIONS; i++) {
    wheel.disarm(handles[place] as TimerHandle, owner);
    handles[place] = wheel.arm(owner, 0, delays[i & 65_535] ?? 0);
    place = place + 1 === LIVE ? 0 : place + 1;
    if (i % 100 === 0) wheel.advance(wheel.nowMs + BATCH_MS);
  }
  return Number(process.hrtime.bigint() - begun) / OPERATIONS;
}

/** Nanoseconds for one arm and its firing, everything in between (dealing out, sorting, waking) included. */
function armFireNs(tickMs: number): number {
  const wheel = new TimerWheel(0, { tickMs, capacity: 2 * LIVE });
  const owner = new Rearming(wheel, evenDelays(new Prng(2), 8000));
  for (let i = 0; i < LIVE; i++) wheel.arm(owner, 0, owner.nextDelayMs());
  const begun = process.hrtime.bigint();
  while (owner.firedCount < OPERATIONS) wheel.advance(wheel.nowMs + BATCH_MS);
  return Number(process.hrtime.bigint() - begun) / owner.firedCount;
}

/** Nanoseconds of one `nextDueMs` and one `advance` that find nothing due. */
function idleAdvanceNs(tickMs: number): number {
  const wheel = new TimerWheel(0, { tickMs, capacity: 2 * LIVE });
  const owner = new Counter();
  for (let i = 0; i < LIVE; i++) wheel.arm(owner, 0, 60_000 + i / 4);
  let idleCount = 0;
  const begun = process.hrtime.bigint();
  for (let i = 0; i < OPERATIONS; i++) {
    const nowMs = wheel.nowMs + 0.01;
    if (nowMs < wheel.nextDueMs()) idleCount++;
    wheel.advance(nowMs);
  }
  const spentNs = Number(process.hrtime.bigint() - begun);
  return spentNs / Math.max(1, idleCount);
}

function spreadOf(measure: (tickMs: number) => number, tickMs: number): Spread {
  measure(tickMs);
  const runs = Array.from({ length: RUNS }, () => measure(tickMs)).sort((a, b) => a - b);
  return { medianNs: runs[RUNS >> 1] ?? 0, leastNs: runs[0] ?? 0, mostNs: runs[RUNS - 1] ?? 0 };
}

/** Measures every tick in question and prints one line for each figure: nanoseconds, median (least - most). */
export function run(): void {
  for (const tickMs of [1, 2, 4, 8]) {
    for (const measure of [armDisarmNs, armFireNs, idleAdvanceNs]) {
      const { medianNs, leastNs, mostNs } = spreadOf(measure, tickMs);
      const figures = `${medianNs.toFixed(1)} ns (${leastNs.toFixed(1)} - ${mostNs.toFixed(1)})`;
      console.log(`timer wheel, tick ${tickMs} ms, ${LIVE} live: ${measure.name.slice(0, -2).padEnd(12)} ${figures}`);
    }
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) run();
