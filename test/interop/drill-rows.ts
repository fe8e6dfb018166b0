// What the stores of the drill of the sinks have, held against what the caller saw and what the spool has.

import type { StoredCall } from './stored-calls.ts';

/** The truth of a drill. */
export interface DrillTruth {
  /** Call-IDs of the calls that the caller heard answered. */
  readonly answered: ReadonlySet<string>;
  /** Ids of all that the spool has. */
  readonly spooled: ReadonlySet<string>;
}

/** Rows of one store. */
export interface RowCounts {
  readonly rowCount: number;
  readonly distinctCount: number;
  /** Rows of answered calls. */
  readonly answeredCount: number;
}

const NAMES_TOLD_MAX = 3;

export function countRows(calls: readonly StoredCall[]): RowCounts {
  return {
    rowCount: calls.length,
    distinctCount: new Set(calls.map(({ id }) => id)).size,
    answeredCount: calls.filter(({ isAnswered }) => isAnswered).length,
  };
}

/** What is wrong with the rows of the store `name`: each record of the spool is there, each answered call, once. */
export function rowFaults(name: string, calls: readonly StoredCall[], { answered, spooled }: DrillTruth): string[] {
  const ids = calls.map(({ id }) => id);
  const answeredIds = calls.filter(({ isAnswered }) => isAnswered).map(({ callId }) => callId);
  return [
    ...told(`${name} has records twice`, repeatedIn(ids)),
    ...told(`${name} lacks records of the spool`, missingFrom(new Set(ids), spooled)),
    ...told(`${name} has records that the spool has not`, missingFrom(spooled, new Set(ids))),
    ...told(`${name} has answered calls twice`, repeatedIn(answeredIds)),
    ...told(`${name} lacks answered calls`, missingFrom(new Set(answeredIds), answered)),
    ...told(`${name} has calls as answered that were not`, missingFrom(answered, new Set(answeredIds))),
  ];
}

function told(sentence: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  return [`${sentence}: ${names.length}, such as ${names.slice(0, NAMES_TOLD_MAX).join(', ')}`];
}

function repeatedIn(names: readonly string[]): string[] {
  const seen = new Set<string>();
  return names.filter((name) => seen.size === seen.add(name).size);
}

function missingFrom(present: ReadonlySet<string>, wanted: ReadonlySet<string>): string[] {
  return [...wanted].filter((name) => !present.has(name));
}
