// The written style, enforced: what the compiler and Biome cannot check. Each rule lives in test/tidy/ with tests of
// its own on small bad files; here they meet the tree. A failure lists `file:line what to do`.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { secondClocks, unreadParameters, untestedLimits } from './tidy/coverage-rules.ts';
import {
  generatorImports,
  sharedPackages,
  unlistedPackages,
  unreachedFiles,
  wrongDirections,
} from './tidy/import-rules.ts';
import { impurities, straySignals } from './tidy/purity-rules.ts';
import {
  coreFilesWithoutTitle,
  longFiles,
  longFunctions,
  pagesWithoutOneTitle,
  unfinishedNotes,
  wideLines,
} from './tidy/shape-rules.ts';
import { type Finding, readTree, report, type SourceFile } from './tidy/source-file.ts';
import { unwantedWords } from './tidy/word-rules.ts';

const TREE = readTree(process.cwd(), ['src', 'test', 'native-free-bench']);

function rule(name: string, find: (files: readonly SourceFile[]) => readonly Finding[]): void {
  test(name, () => {
    const findings = find(TREE);
    assert.ok(findings.length === 0, `${findings.length} to mend:\n${report(findings)}`);
  });
}

test('the tests run from the root of the repository', () => {
  assert.ok(
    TREE.some(({ path }) => path === 'test/tidy.test.ts'),
    `there is no test/tidy.test.ts under ${process.cwd()}`,
  );
});

rule('imports point the way the architecture says', wrongDirections);
rule('the load suite reads SIP by itself', generatorImports);
rule('one file of src/ knows a package', sharedPackages);
rule('every dependency of package.json has an owner', () => unlistedPackages(readFileSync('package.json', 'utf8')));
rule('every file of src/ is reached from an entry point', unreachedFiles);
rule('the core has no clock, no chance, no promise and no Node', impurities);
rule('the core throws in one file and catches in one file', straySignals);
rule('a file has at most 400 lines', longFiles);
rule('a function has at most 60 lines', longFunctions);
rule('a line has at most 120 columns', wideLines);
rule('every file of the core opens with a comment', coreFilesWithoutTitle);
rule('every page under src/ has one title', pagesWithoutOneTitle);
rule('no comment notes unfinished work', unfinishedNotes);
rule('names avoid the words the project does not use', unwantedWords);
rule('every limit is named by a test', untestedLimits);
rule('every parameter of the registry is read', unreadParameters);
rule('every host has one clock', secondClocks);
