// The two clocks of the hosts. Monotonic time counts from the machine's start and is the same in every thread, so
// that what one thread stamps another can compare; wall time is for records only.

const LOOKS = 5;
const OFFSET_MS = offsetMs();

/** Milliseconds of the monotonic clock, with a fraction. Never goes back. */
export function monotonicMs(): number {
  return performance.now() + OFFSET_MS;
}

/**
 * performance.now() begins at the start of its thread; hrtime at that of the machine. What passes between the looks at
 * both makes it less, never more.
 */
function offsetMs(): number {
  let offsetMs = Number.NEGATIVE_INFINITY;
  for (let look = 0; look < LOOKS; look++) {
    const [seconds, nanos] = process.hrtime();
    offsetMs = Math.max(offsetMs, seconds * 1000 + nanos / 1e6 - performance.now());
  }
  return offsetMs;
}
