// The clocks of a time zone: by how much they are ahead of UTC, and when that changes. The platform's zone data is
// asked through Intl, a few hundred times for a year, so this belongs where tables are compiled and never into a call.

/** A stretch of time, wall clock ms, in which a zone's clocks are ahead of UTC by one amount. */
export interface ZoneStretch {
  readonly fromWallMs: number;
  readonly untilWallMs: number;
  readonly aheadMs: number;
}

/** Closer than this no zone changes its clocks twice. */
const STEP_MS = 12 * 3_600_000;

const MINUTE_MS = 60_000;

/** Whether the platform knows the zone `name`. */
export function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

/** The stretches of the zone `name` from `fromWallMs` to `untilWallMs`: without gaps, in order. */
export function stretchesOf(name: string, fromWallMs: number, untilWallMs: number): ZoneStretch[] {
  const clock = new Intl.DateTimeFormat('en-US', { timeZone: name, timeZoneName: 'longOffset' });
  const stretches: ZoneStretch[] = [];
  let startMs = fromWallMs;
  let aheadMs = aheadAt(clock, fromWallMs);
  for (let atMs = fromWallMs; atMs < untilWallMs; atMs += STEP_MS) {
    const nextMs = Math.min(atMs + STEP_MS, untilWallMs);
    const nextAheadMs = aheadAt(clock, nextMs);
    if (nextAheadMs === aheadMs) continue;
    const changeMs = changeBetween(clock, atMs, nextMs);
    stretches.push({ fromWallMs: startMs, untilWallMs: changeMs, aheadMs });
    startMs = changeMs;
    aheadMs = nextAheadMs;
  }
  if (startMs < untilWallMs) stretches.push({ fromWallMs: startMs, untilWallMs, aheadMs });
  return stretches;
}

/** The first moment after `beforeMs`, at the latest `afterMs`, at which the clocks are as they are then. */
function changeBetween(clock: Intl.DateTimeFormat, beforeMs: number, afterMs: number): number {
  const aheadMs = aheadAt(clock, beforeMs);
  let [before, after] = [beforeMs, afterMs];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (aheadAt(clock, middle) === aheadMs) before = middle;
    else after = middle;
  }
  return after;
}

/** How far the clocks are ahead of UTC: `GMT+05:30` is 5.5 hours, `GMT` none. */
function aheadAt(clock: Intl.DateTimeFormat, wallMs: number): number {
  const text = clock.formatToParts(wallMs).find(({ type }) => type === 'timeZoneName')?.value ?? '';
  const match = /([+-])(\d\d):(\d\d)(?::(\d\d))?$/.exec(text);
  if (match === null) return 0;
  const minutes = Number(match[2]) * 60 + Number(match[3]) + Number(match[4] ?? 0) / 60;
  return (match[1] === '-' ? -minutes : minutes) * MINUTE_MS;
}
