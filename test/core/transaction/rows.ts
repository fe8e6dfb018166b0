// Tables of transitions as tests: every row of a CSV file needs its script, and every script its row.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Rig } from './rig.ts';

/** One row, by the names in the file's first line. */
export type Row = Readonly<Record<string, string>>;

/** The rows of a file beside this one. Fields may be quoted, with commas inside. */
export function readRows(file: string): Row[] {
  const text = readFileSync(`${process.cwd()}/test/core/transaction/${file}`, 'utf8');
  const [names = [], ...lines] = text.trim().split(/\r?\n/).map(fieldsOf);
  return lines.map((fields) => Object.fromEntries(names.map((name, i) => [name, fields[i] ?? ''])));
}

function fieldsOf(line: string): string[] {
  const fields: string[] = [];
  for (const [, quoted, plain] of line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)) {
    fields.push(quoted === undefined ? (plain ?? '') : quoted.replaceAll('""', '"'));
  }
  return fields;
}

/** Plays one row and answers the transaction, so that its state can be compared with the row's. */
export type RowScript = (rig: Rig) => { readonly state: string };

/** Makes a test of each transition, keyed 'state: event', and fails when a row or a script stands alone. */
export function walkTransitions(file: string, scripts: Readonly<Record<string, RowScript>>): void {
  const rows = readRows(file);
  test(`${file}: every row has its script, every script its row`, () => {
    assert.deepEqual(rows.map(keyOf).sort(), Object.keys(scripts).sort());
  });
  for (const row of rows) {
    const script = scripts[keyOf(row)];
    if (script === undefined) continue;
    test(`${row['ref']}: ${keyOf(row)}: ${row['actions']}`, () => {
      const rig = new Rig();
      const { state } = script(rig);
      assert.ok(isAllowed(row, state), `the next state is ${row['next_state']}, not ${state}`);
      rig.at(rig.wheel.nowMs + 100_000);
      assert.equal(rig.wheel.size, 0);
      // Only an INVITE in proceeding has no timer: its end is the user's affair.
      assert.ok(rig.table.inspect().every((left) => left.state === 'proceeding'));
    });
  }
}

/** A row may name two states (RFC 6026 or 3261), 'same' or none, and its reference may leave the old state open. */
function isAllowed(row: Row, state: string): boolean {
  const allowed = (row['next_state'] ?? '').toLowerCase().split(' / ');
  if (row['ref']?.includes('accept either')) allowed.push((row['state'] ?? '').toLowerCase());
  return allowed.some((one) => one === 'same' || one === '-' || one.split(' ')[0] === state);
}

function keyOf(row: Row): string {
  return `${row['state']}: ${row['event']}`;
}
