// The two clocks of the hosts. Monotonic time counts from the machine's start and is the same in every thread, so
// that what one thread stamps another can compare; wall time is for records only.

const OFFSET_MS = offsetMs();

/** Milliseconds of the monotonic clock, with a fraction. Never goes back. */
export function monotonicMs(): number {
  return performance.now() + OFFSET_MS;
}

/** performance.now() begins at the start of its thread; hrtime at that of the machine. */
function offsetMs(): number {
  const [seconds, nanos] = process.hrtime();
  return seconds * 1000 + nanos / 1e6 - performance.now();
}
