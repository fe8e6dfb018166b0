import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  coreFilesWithoutTitle,
  longFiles,
  longFunctions,
  pagesWithoutOneTitle,
  unfinishedNotes,
  wideLines,
} from './shape-rules.ts';
import { type Finding, sourceFile } from './source-file.ts';

type Rule = (files: ReturnType<typeof sourceFile>[]) => readonly Finding[];

function found(rule: Rule, path: string, text: string): readonly string[] {
  return rule([sourceFile(path, text)]).map(({ path: where, line }) => `${where}:${line}`);
}

test('a file of 400 lines passes, one of 401 does not', () => {
  assert.deepEqual(found(longFiles, 'src/a.ts', 'x;\n'.repeat(400)), []);
  assert.deepEqual(found(longFiles, 'src/a.ts', 'x;\n'.repeat(401)), ['src/a.ts:401']);
});

test('a function of 60 lines passes, one of 61 does not', () => {
  const ofLines = (count: number) => `\nexport function f(): void {\n${'  x;\n'.repeat(count - 2)}}\n`;
  assert.deepEqual(found(longFunctions, 'src/a.ts', ofLines(60)), []);
  assert.deepEqual(found(longFunctions, 'src/a.ts', ofLines(61)), ['src/a.ts:2']);
});

test('only the callback of a test may be longer, and only under test/', () => {
  const text = `test('a', () => {\n${'x;\n'.repeat(70)}});\nconst f = () => {\n${'x;\n'.repeat(70)}};\n`;
  assert.deepEqual(found(longFunctions, 'test/a.test.ts', text), ['test/a.test.ts:73']);
  assert.deepEqual(found(longFunctions, 'src/a.ts', text), ['src/a.ts:1', 'src/a.ts:73']);
});

test('a line of 120 columns passes, one of 121 does not; addresses and rows of a table may be wider', () => {
  const wide = 'x'.repeat(121);
  assert.deepEqual(found(wideLines, 'src/a.ts', `y\n${'é'.repeat(120)}\n${wide}\n`), ['src/a.ts:3']);
  assert.deepEqual(found(wideLines, 'src/a.ts', `// https://example.net/${wide}\n`), []);
  assert.deepEqual(found(wideLines, 'src/a.md', `| ${wide} |\n${wide}\n`), ['src/a.md:2']);
});

test('a core file opens with a comment', () => {
  assert.deepEqual(found(coreFilesWithoutTitle, 'src/core/sip/via.ts', 'export const a = 1;\n'), [
    'src/core/sip/via.ts:1',
  ]);
  assert.deepEqual(found(coreFilesWithoutTitle, 'src/core/sip/via.ts', '// Via, 3261 20.42.\n'), []);
  assert.deepEqual(found(coreFilesWithoutTitle, 'src/edge/a.ts', 'export const a = 1;\n'), []);
});

test('a page under src/ has exactly one title', () => {
  assert.deepEqual(found(pagesWithoutOneTitle, 'src/a.md', '# One\n## Part\n```\n# code\n```\n'), []);
  assert.deepEqual(found(pagesWithoutOneTitle, 'src/a.md', '# One\n\n# Two\n'), ['src/a.md:3']);
  assert.deepEqual(found(pagesWithoutOneTitle, 'src/a.md', 'text\n'), ['src/a.md:1']);
  assert.deepEqual(found(pagesWithoutOneTitle, 'test/flows/a.md', 'text\n'), []);
});

test('a note of unfinished work is found in a comment only', () => {
  assert.deepEqual(found(unfinishedNotes, 'src/a.ts', "const a = 'TODO';\n// TODO later\n"), ['src/a.ts:2']);
});
