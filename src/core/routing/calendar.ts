// A work calendar as a call asks it: is it open at this moment? Control has compiled what the operator wrote (weekly
// periods, special dates, a time zone whose clocks change) into the moments at which the answer changes, so a call
// makes one binary search and no date arithmetic.

/** One calendar over a stretch of time. Outside the stretch the answer of its nearer end holds. */
export interface Calendar {
  readonly name: string;
  readonly fromWallMs: number;
  readonly untilWallMs: number;
  /** Whether it is open at `fromWallMs`. */
  readonly isOpenAtFirst: boolean;
  /** When it opens or closes, in turn, wall clock ms, ascending. */
  readonly changesAtWallMs: Float64Array;
}

/** What holds while a calendar is open. */
export interface Scheduled<T> {
  readonly calendar: Calendar;
  readonly value: T;
}

/** Whether `calendar` is open at `wallMs`. */
export function isOpenAt({ changesAtWallMs, isOpenAtFirst }: Calendar, wallMs: number): boolean {
  let passed = 0;
  let end = changesAtWallMs.length;
  while (passed < end) {
    const middle = (passed + end) >>> 1;
    if ((changesAtWallMs[middle] as number) <= wallMs) passed = middle + 1;
    else end = middle;
  }
  return ((passed & 1) === 0) === isOpenAtFirst;
}

/** The value of the first of `schedule` whose calendar is open at `wallMs`; `otherwise` when none is. */
export function scheduledValue<T>(schedule: readonly Scheduled<T>[], wallMs: number, otherwise: T): T {
  for (const one of schedule) if (isOpenAt(one.calendar, wallMs)) return one.value;
  return otherwise;
}
