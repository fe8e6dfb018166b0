// Whether datagrams came when they should. A peer sees a datagram when the test's process gets the processor; how late
// that may be is no fault of the switch, so the process watches its own lateness and adds it to what is allowed.

import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import type { Caller } from '../hosts/caller.ts';
import type { Place } from '../hosts/peer.ts';
import type { Scope } from '../hosts/scope.ts';

/** Period of the watch, ms. */
const WATCH_MS = 5;

/** How late this process was, and when. */
export class Lateness {
  readonly #late: { readonly atMs: number; readonly byMs: number }[] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(scope: Scope) {
    let dueMs = performance.now() + WATCH_MS;
    this.#timer = setInterval(() => {
      const nowMs = performance.now();
      if (nowMs - dueMs > 1) this.#late.push({ atMs: nowMs, byMs: nowMs - dueMs });
      dueMs = nowMs + WATCH_MS;
    }, WATCH_MS);
    scope.after(() => clearInterval(this.#timer));
  }

  /** The worst within a few periods of `atMs`, ms. */
  around(atMs: number): number {
    const near = this.#late.filter((late) => Math.abs(late.atMs - atMs) < 10 * WATCH_MS + late.byMs);
    return near.reduce((worst, { byMs }) => Math.max(worst, byMs), 0);
  }
}

const WARM_CALLS = 50;

/** The first calls of a process are compiled while they run, which takes longer than a tolerance. */
export async function warmUp(caller: Caller, dial: { readonly to: Place; readonly callee: string }): Promise<void> {
  const calls = await caller.load({ ...dial, holdMs: 20 }, WARM_CALLS, 100);
  assert.ok(calls.every(({ status }) => status === 200));
}

/** What should have come when. Moments are performance.now()'s; what is expected counts from `startMs`. */
export interface Timeline {
  /** What it is about, for whoever reads a failure. */
  readonly what: string;
  readonly seen: readonly { readonly atMs: number }[];
  readonly startMs: number;
  readonly expectedMs: readonly number[];
  readonly lateness: Lateness;
  readonly toleranceMs: number;
}

/**
 * All of it came, nothing else did, each within the tolerance and our own lateness. That adds up: each repeat is waited
 * for from the one before.
 */
export function checkTimeline(context: TestContext, timeline: Timeline): void {
  const { what, seen, startMs, expectedMs, lateness, toleranceMs } = timeline;
  const seenMs = seen.map(({ atMs }) => atMs - startMs);
  const told = `${what} at ${seenMs.map((ms) => ms.toFixed(1)).join(', ')} ms`;
  context.diagnostic(told);
  assert.equal(seenMs.length, expectedMs.length, `${told} instead of ${expectedMs.join(', ')} ms`);
  let allowedMs = toleranceMs + lateness.around(startMs);
  for (const [index, ms] of seenMs.entries()) {
    if (ms > 0) allowedMs += lateness.around(startMs + ms);
    const offMs = Math.abs(ms - (expectedMs[index] ?? 0));
    assert.ok(offMs <= allowedMs, `${what} at ${ms} ms instead of ${expectedMs[index]}, allowed are ${allowedMs} ms`);
  }
}
