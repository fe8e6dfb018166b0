// Values that the fields of both kinds of gateway take.

import type { Table } from '../../operator-file.ts';
import { wholeNumber, wholeNumberOrNone } from '../../operator-values.ts';

export const COUNT_MAX = 1_000_000;
const PRIORITY_MAX = 1_000_000;

export const capacity = wholeNumberOrNone(0, COUNT_MAX);
export const callsPerSecond = wholeNumberOrNone(1, COUNT_MAX);
export const burst = wholeNumber(1, COUNT_MAX);
export const priority = wholeNumber(0, PRIORITY_MAX);

/** Refuses a list that says something twice. */
export function refuseRepeats(row: Table, field: string, values: readonly string[]): void {
  const repeated = values.find((value, index) => values.indexOf(value) !== index);
  if (repeated !== undefined) row.refuse(field, `has "${repeated}" twice`);
}
