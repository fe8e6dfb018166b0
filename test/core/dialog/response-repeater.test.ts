import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ResponseRepeater } from '../../../src/core/dialog/response-repeater.ts';
import { type ResendSchedule, resendScheduleOf } from '../../../src/core/timer/resend-schedule.ts';
import { TimerWheel } from '../../../src/core/timer/wheel.ts';
import { DEFAULT_RESENDS } from '../timer/default-resends.ts';

/** Runs a repeater to its end or to `stopAtMs`; what it did and when. */
function played(schedule: ResendSchedule, stopAtMs = Infinity): string[] {
  const trace: string[] = [];
  const wheel = new TimerWheel(0);
  const repeater = new ResponseRepeater(wheel, schedule, {
    repeatResponse: () => trace.push(`${wheel.nowMs} repeat`),
    onUnacknowledged: () => trace.push(`${wheel.nowMs} no ACK`),
  });
  for (let dueMs = wheel.nextDueMs(); dueMs < stopAtMs; dueMs = wheel.nextDueMs()) wheel.advance(dueMs);
  repeater.stop();
  assert.equal(wheel.size, 0);
  return trace;
}

describe('13.3.1.4: a 2xx without ACK', () => {
  test('is repeated by the list, and given up 64*T1 after it was first sent', () => {
    const repeats = [500, 1500, 3500, 7500, 11_500, 15_500, 19_500, 23_500, 27_500, 31_500].map(
      (atMs) => `${atMs} repeat`,
    );
    assert.deepEqual(played(DEFAULT_RESENDS), [...repeats, '32000 no ACK']);
  });

  test('is repeated no more after its ACK', () => {
    assert.deepEqual(played(DEFAULT_RESENDS, 2000), ['500 repeat', '1500 repeat']);
  });

  test('follows a short list, and one that is cut to nothing', () => {
    assert.deepEqual(played(resendScheduleOf([100, 300], 10)), ['100 repeat', '400 repeat', '500 no ACK']);
    assert.deepEqual(played(resendScheduleOf([100, 300], 0)), ['100 no ACK']);
  });
});
