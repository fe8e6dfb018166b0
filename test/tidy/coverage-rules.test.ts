import assert from 'node:assert/strict';
import { test } from 'node:test';
import { secondClocks, unreadParameters, untestedLimits } from './coverage-rules.ts';
import { sourceFile } from './source-file.ts';

test('a limit that no test names is a finding; a comment names nothing', () => {
  const limits = sourceFile('src/core/base/limits.ts', 'export const CALLS_MAX = 1;\n\nexport const LEGS_MAX = 2;\n');
  const named = sourceFile('test/core/call.test.ts', 'assert.equal(n, CALLS_MAX); // LEGS_MAX\n');
  assert.deepEqual(
    untestedLimits([limits, named]).map(({ path, line }) => `${path}:${line}`),
    ['src/core/base/limits.ts:3'],
  );
});

test('a parameter that nothing outside the registry reads is a finding; its alias is none', () => {
  const text = 'const PARAMETERS = { SS_A: 1, SS_B: 2 };\nconst ALIASES = { SS_C: "SS_B" };\n';
  const registry = sourceFile('src/core/parameters/table.ts', text);
  const reader = sourceFile('src/core/call/call.ts', 'f(parameters.SS_A); g("SS_B"); // SS_B\n');
  const found = unreadParameters([registry, reader]);
  assert.deepEqual(
    found.map(({ line, text: why }) => `${line} ${why.split(' ')[0]}`),
    ['1 SS_B'],
  );
});

test('a host has one setTimeout; other hosts have their own', () => {
  const clock = (path: string) => sourceFile(path, 'clock = setTimeout(wake, delayMs);\nlet c: typeof setTimeout;\n');
  assert.deepEqual(secondClocks([clock('src/edge/a.ts'), clock('src/control/b.ts')]), []);
  const found = secondClocks([clock('src/edge/a.ts'), clock('src/edge/b.ts')]);
  assert.deepEqual(
    found.map(({ path, line }) => `${path}:${line}`),
    ['src/edge/b.ts:1'],
  );
});
