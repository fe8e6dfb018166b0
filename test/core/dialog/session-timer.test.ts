import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SessionTimer } from '../../../src/core/dialog/session-timer.ts';
import type { SessionTimerTerms } from '../../../src/core/dialog/session-timer-terms.ts';
import { TimerWheel } from '../../../src/core/timer/wheel.ts';

const BY_US: SessionTimerTerms = { intervalMs: 600_000, refresher: 'us' };
const BY_PEER: SessionTimerTerms = { intervalMs: 600_000, refresher: 'peer' };

/** What happens to the leg from outside, and when (seconds). */
type Step = readonly [atS: number, what: (timer: SessionTimer) => void];

interface Play {
  readonly segmentCount?: number;
  readonly earlyHangupS?: number;
  readonly terms?: SessionTimerTerms;
  readonly steps?: readonly Step[];
  /** The peer answers every refresh at once with what this does. */
  readonly answer?: (timer: SessionTimer) => void;
  readonly untilS?: number;
}

const confirmed = (terms: SessionTimerTerms) => (timer: SessionTimer) => timer.confirmed(terms);
const failed = (timer: SessionTimer) => timer.refreshFailed();
const stopped = (timer: SessionTimer) => timer.stop();

/** Plays a leg answered at second 1000, for as long as anything is armed; what it did and at which second since. */
function played(play: Play): string[] {
  const { segmentCount = 2, earlyHangupS = 0, terms = BY_US, steps = [], answer, untilS = 5000 } = play;
  const originMs = 1_000_000;
  const trace: string[] = [];
  const wheel = new TimerWheel(originMs);
  const note = (what: string) => trace.push(`${Math.round(wheel.nowMs - originMs) / 1000} ${what}`);
  const timer: SessionTimer = new SessionTimer(
    wheel,
    { segmentCount, earlyHangupMs: earlyHangupS * 1000 },
    {
      sendSessionRefresh: () => {
        note('refresh');
        answer?.(timer);
      },
      onSessionTimeout: () => note('timeout'),
    },
  );
  const runTo = (endMs: number) => {
    for (let dueMs = wheel.nextDueMs(); dueMs <= endMs; dueMs = wheel.nextDueMs()) wheel.advance(dueMs);
    wheel.advance(endMs);
  };
  timer.confirmed(terms);
  for (const [atS, what] of steps) {
    runTo(originMs + atS * 1000);
    what(timer);
  }
  runTo(originMs + untilS * 1000);
  timer.stop();
  assert.equal(wheel.size, 0);
  return trace;
}

describe('4028 7.2: we refresh', () => {
  test('once half of the interval is over, and each 2xx begins the TTL anew', () => {
    const trace = played({ answer: confirmed(BY_US), untilS: 1000 });
    assert.deepEqual(trace, ['300 refresh', '600 refresh', '900 refresh']);
  });

  test('at TTL / segment, counted from the 2xx and not from the refresh', () => {
    const steps: Step[] = [
      [121, confirmed(BY_US)],
      [245, confirmed(BY_US)],
    ];
    assert.deepEqual(played({ segmentCount: 5, steps, untilS: 366 }), ['120 refresh', '241 refresh', '365 refresh']);
  });

  test('at the interval that the last 2xx says', () => {
    const steps: Step[] = [[301, confirmed({ intervalMs: 90_000, refresher: 'us' })]];
    assert.deepEqual(played({ steps, untilS: 350 }), ['300 refresh', '346 refresh']);
  });

  test('10: after a failure at the next segment; the TTL goes on', () => {
    const steps: Step[] = [
      [121, failed],
      [241, failed],
      [361, confirmed(BY_US)],
    ];
    const trace = played({ segmentCount: 5, steps, untilS: 500 });
    assert.deepEqual(trace, ['120 refresh', '240 refresh', '360 refresh', '481 refresh']);
  });

  test('10: a failure that took longer than a segment skips those that are over', () => {
    const terms = { intervalMs: 90_000, refresher: 'us' } as const;
    for (const atS of [36, 41]) {
      const steps: Step[] = [[atS, failed]];
      assert.deepEqual(played({ segmentCount: 10, terms, steps, untilS: 50 }), ['9 refresh', '45 refresh']);
    }
  });

  test('no second one while the first has no final answer', () => {
    assert.deepEqual(played({ segmentCount: 10 }), ['60 refresh', '600 timeout']);
  });

  test('failing every time, as often as there are segments before the end', () => {
    for (let segmentCount = 2; segmentCount <= 10; segmentCount++) {
      const trace = played({ segmentCount, answer: failed });
      const refreshes = Array.from({ length: segmentCount - 1 }, (_, i) => {
        return `${Math.round((600_000 / segmentCount) * (i + 1)) / 1000} refresh`;
      });
      assert.deepEqual(trace, [...refreshes, '600 timeout']);
    }
  });

  test('the end of the TTL is the timeout with early hang-up 0', () => {
    assert.deepEqual(played({}), ['300 refresh', '600 timeout']);
    assert.deepEqual(played({ steps: [[301, failed]] }), ['300 refresh', '600 timeout']);
  });

  test('early hang-up is waited for after the TTL, for the answer that is due or for one more', () => {
    assert.deepEqual(played({ earlyHangupS: 5 }), ['300 refresh', '605 timeout']);
    assert.deepEqual(played({ earlyHangupS: 5, steps: [[301, failed]] }), [
      '300 refresh',
      '600 refresh',
      '605 timeout',
    ]);
    assert.deepEqual(played({ earlyHangupS: 5, answer: failed }), ['300 refresh', '600 refresh', '605 timeout']);
  });

  test('an answer within the early hang-up saves the call', () => {
    const steps: Step[] = [[604, confirmed(BY_US)]];
    assert.deepEqual(played({ earlyHangupS: 5, steps, untilS: 1000 }), ['300 refresh', '904 refresh']);
  });
});

describe('4028 10: the peer refreshes', () => {
  test('a call it does not refresh ends min(32 s, TTL/3) before the TTL, whatever the early hang-up', () => {
    assert.deepEqual(played({ terms: BY_PEER }), ['568 timeout']);
    assert.deepEqual(played({ terms: BY_PEER, earlyHangupS: 60 }), ['568 timeout']);
    assert.deepEqual(played({ terms: { intervalMs: 90_000, refresher: 'peer' } }), ['60 timeout']);
    assert.deepEqual(played({ terms: { intervalMs: 96_000, refresher: 'peer' } }), ['64 timeout']);
    assert.deepEqual(played({ terms: { intervalMs: 99_000, refresher: 'peer' } }), ['67 timeout']);
  });

  test('each refresh of it begins the TTL anew', () => {
    const steps: Step[] = [
      [300, confirmed(BY_PEER)],
      [867, confirmed(BY_PEER)],
    ];
    assert.deepEqual(played({ terms: BY_PEER, steps }), ['1435 timeout']);
  });
});

describe('4028 7.4: a 2xx that changes the roles', () => {
  test('ends our refreshes', () => {
    assert.deepEqual(played({ answer: confirmed(BY_PEER) }), ['300 refresh', '868 timeout']);
  });

  test('begins them', () => {
    const steps: Step[] = [[500, confirmed(BY_US)]];
    assert.deepEqual(played({ terms: BY_PEER, steps }), ['800 refresh', '1100 timeout']);
  });

  test('makes the outcome of a refresh that it crossed meaningless', () => {
    const crossed = (terms: SessionTimerTerms): Step[] => [
      [151, confirmed(terms)],
      [152, failed],
    ];
    assert.deepEqual(played({ segmentCount: 4, steps: crossed(BY_PEER) }), ['150 refresh', '719 timeout']);
    const trace = played({ segmentCount: 4, steps: crossed(BY_US), untilS: 400 });
    assert.deepEqual(trace, ['150 refresh', '301 refresh']);
  });
});

describe('a leg that is over', () => {
  test('neither refreshes nor times out, and late answers change nothing', () => {
    for (const terms of [BY_US, BY_PEER]) {
      const steps: Step[] = [
        [400, stopped],
        [401, failed],
        [402, confirmed(BY_US)],
      ];
      assert.deepEqual(played({ segmentCount: 4, terms, steps }), terms === BY_US ? ['150 refresh'] : []);
    }
  });

  test('may be ended by its own refresh: 408 or 481', () => {
    assert.deepEqual(played({ earlyHangupS: 5, answer: stopped }), ['300 refresh']);
  });
});

test('a host that has slept through the TTL ends the call once, at once', () => {
  const wheel = new TimerWheel(0);
  const trace: string[] = [];
  const user = { sendSessionRefresh: () => trace.push('refresh'), onSessionTimeout: () => trace.push('timeout') };
  new SessionTimer(wheel, { segmentCount: 2, earlyHangupMs: 5000 }, user).confirmed(BY_US);
  wheel.advance(2_000_000);
  assert.deepEqual(trace, ['refresh', 'timeout']);
  assert.equal(wheel.size, 0);
});
