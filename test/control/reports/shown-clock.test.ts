// When the clocks of a zone show what, against what the platform says that they show.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ShownClock } from '../../../src/control/reports/shown-clock.ts';
import { Prng } from '../../../src/core/base/prng.ts';

const HOUR_MS = 3_600_000;

test('every moment is the first or the second at which its clocks show what they show', () => {
  const prng = new Prng(7);
  for (const timeZone of ['UTC', 'Europe/Berlin', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'Pacific/Kiritimati']) {
    const clock = new ShownClock(timeZone);
    const form = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' });
    for (const change of [Date.UTC(2026, 2, 29, 1), Date.UTC(2026, 3, 4, 15), Date.UTC(2026, 9, 25, 1)]) {
      for (let turn = 0; turn < 100; turn++) {
        const wallMs = change + (prng.below(6 * 3_600) - 3 * 3_600) * 1_000;
        const shownMs = Date.parse(`${form.format(wallMs).replace(' ', 'T')}Z`);
        const [first, again] = [clock.first(shownMs), clock.again(shownMs)];
        assert.ok(wallMs === first || wallMs === again, `${timeZone} ${new Date(wallMs).toISOString()}`);
        assert.ok(again === null || again > first);
      }
    }
  }
});

test('an hour that is shown twice has two moments; one that is left out begins when the next one does', () => {
  const clock = new ShownClock('Europe/Berlin');
  const twice = Date.UTC(2026, 9, 25, 2, 30);
  assert.deepEqual([clock.first(twice), clock.again(twice)], [twice - 2 * HOUR_MS, twice - HOUR_MS]);
  const none = Date.UTC(2026, 2, 29, 2, 30);
  assert.deepEqual([clock.first(none), clock.again(none)], [Date.UTC(2026, 2, 29, 1), null]);
});
