// CDRs as lines and as values of a database.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  CDR_COLUMNS,
  CSV_HEAD,
  csvLine,
  csvOf,
  jsonOf,
  sqlValueOf,
  VOS3000_COLUMNS,
  vos3000Of,
} from '../../src/control/cdr/cdr-columns.ts';
import { sampleCdr } from '../store/sample-cdr.ts';

/** The rows of `text` by the names of its first line, as RFC 4180 has them. */
function parse(text: string): Record<string, string>[] {
  const lines = text.trimEnd().split('\n');
  const cellsOf = (line: string): string[] =>
    [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,"]*))/g)].map(
      ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain ?? '',
    );
  const heads = cellsOf(lines[0] ?? '');
  return lines.slice(1).map((line) => Object.fromEntries(cellsOf(line).map((cell, at) => [heads[at] ?? '', cell])));
}

const HOSTILE = { ...sampleCdr(1), caller: 'a|b,"c"\r\nd\0e', reasonHeader: 'Q.850;cause=16;text="x|y"' };

test('JSON has the fields by their names', () => {
  const { sellFeeNanos, agentFees, ...rest } = JSON.parse(jsonOf({ ...sampleCdr(1), taxNanos: 2n ** 60n }));
  assert.equal(sellFeeNanos, 12_000_000);
  assert.equal(rest.taxNanos, String(2n ** 60n), 'what a reader of JSON would round is a text');
  assert.equal(agentFees[0].feeNanos, 9);
  assert.equal(rest.callerCallId, sampleCdr(1).callerCallId);
  assert.deepEqual(Object.keys({ ...rest, sellFeeNanos, agentFees }).sort(), Object.keys(sampleCdr(1)).sort());
});

test('CSV is read back by a reader of CSV, and a record is one line whatever it holds', () => {
  const lines = `${CSV_HEAD}\n${csvOf(HOSTILE)}\n${csvOf(sampleCdr(2))}\n`;
  assert.equal(lines.split('\n').length, 4);
  const rows = parse(lines);
  assert.equal(rows[0]?.['caller'], 'a|b,"c" de');
  assert.equal(rows[0]?.['reason_header'], 'Q.850;cause=16;text="x|y"');
  assert.equal(rows[1]?.['id'], sampleCdr(2).id);
  assert.deepEqual(JSON.parse(rows[1]?.['attempts'] ?? ''), sampleCdr(2).attempts);
  assert.deepEqual(
    Object.keys(rows[1] ?? {}),
    CDR_COLUMNS.map(({ name }) => name),
  );
});

test('CSV for people has no formulas, and numbers as they are; CSV for machines has every text as it is', () => {
  const plain = ['+4930123', '-12.5', '-', '', 'Normal', "it's", '2026-01-01 10:00 +01:00', '12', 'a=b'];
  assert.equal(csvLine(plain), plain.join(','));
  const formulas = ['=1+1', '+cmd|x', '-2+3', '@SUM(A1)', '\t=1', ' =1', '+49;x'];
  assert.equal(csvLine(formulas), formulas.map((cell) => `'${cell}`).join(','));
  assert.equal(csvLine(['=HYPERLINK("a","b")']), `"'=HYPERLINK(""a"",""b"")"`);
  const [row] = parse(`${CSV_HEAD}\n${csvOf({ ...sampleCdr(1), userAgentCaller: '=1+1', caller: '+4930' })}\n`);
  assert.deepEqual([row?.['user_agent_caller'], row?.['caller']], ['=1+1', '+4930']);
});

test('what did not happen is empty in CSV and null in SQL', () => {
  const cdr = { ...sampleCdr(1), answeredAtWallMs: null };
  const column = CDR_COLUMNS.find(({ field }) => field === 'answeredAtWallMs');
  assert.ok(column !== undefined);
  assert.equal(sqlValueOf(cdr, column), null);
  const [row] = parse(`${CSV_HEAD}\n${csvOf(cdr)}\n`);
  assert.equal(row?.['answered_at_wall_ms'], '');
});

test('no text for a database has a NUL, not inside its JSON either', () => {
  const attempts = [{ ...(sampleCdr(1).attempts[0] as object), gateway: 'a\0b' }] as ReturnType<
    typeof sampleCdr
  >['attempts'];
  const cdr = { ...HOSTILE, attempts };
  for (const column of CDR_COLUMNS) assert.doesNotMatch(String(sqlValueOf(cdr, column)), /\0|\\u0000/);
});

test('what looks like the escape of a NUL and is none stays', () => {
  const [attempt = assert.fail()] = sampleCdr(1).attempts;
  const text = String.raw`a\u0000b`;
  const cdr = { ...sampleCdr(1), userAgentCaller: text, attempts: [{ ...attempt, callId: `${text}\0\0\\` }] };
  const inColumn = (name: string) => String(sqlValueOf(cdr, CDR_COLUMNS.find(({ field }) => field === name) as never));
  assert.equal(inColumn('userAgentCaller'), text);
  assert.equal(JSON.parse(inColumn('attempts'))[0].callId, `${text}\\`);
});

test('the VOS3000 text has as many columns as the table names, whatever a record holds', () => {
  const cells = vos3000Of(HOSTILE).split('|');
  assert.equal(cells.length, VOS3000_COLUMNS.length);
  const textOf = (column: string): string | undefined =>
    cells[VOS3000_COLUMNS.findIndex(({ vos3000 }) => vos3000 === column)];
  assert.equal(textOf('flowno'), HOSTILE.id);
  assert.equal(textOf('holdtime'), '10', 'seconds');
  assert.equal(textOf('endreason'), '0', 'the number of Normal');
  assert.equal(textOf('enddirection'), '0', 'the caller');
  assert.equal(textOf('starttime'), String(HOSTILE.setupAtWallMs));
});
