import assert from 'node:assert/strict';
import { test } from 'node:test';
import { report, sourceFile } from './source-file.ts';

function importsOf(text: string): readonly string[] {
  return sourceFile('src/core/call/hunt.ts', text).imports.map(({ specifier, target, isType, names, line }) =>
    `${line} ${specifier} ${target}${isType ? ' type' : ''} ${names.join('+')}`.trim(),
  );
}

test('every way to import is seen, with its line, and a relative one is resolved from the root', () => {
  const source = [
    "import { a, type B as C } from '../base/ring.ts';",
    "import type { D } from './call.ts';",
    "import * as e from 'node:fs';",
    "import f from 'yaml';",
    "import '../sip/via.ts';",
    "export { g } from '../base/limits.ts';",
    "export * from './h.ts';",
    "const i = await import('./i.js');",
    "import type from './type.ts';",
  ].join('\n');
  assert.deepEqual(importsOf(source), [
    '1 ../base/ring.ts src/core/base/ring.ts a+B',
    '2 ./call.ts src/core/call/call.ts type D',
    '3 node:fs',
    '4 yaml  f',
    '5 ../sip/via.ts src/core/sip/via.ts',
    '6 ../base/limits.ts src/core/base/limits.ts g',
    '7 ./h.ts src/core/call/h.ts',
    '8 ./i.js src/core/call/i.ts',
    '9 ./type.ts src/core/call/type.ts',
  ]);
});

test('text that only looks like an import is none', () => {
  const source = [
    "// import { a } from './a.ts';",
    'const b = "import { b } from \'./b.ts\'";',
    "const c = import.meta.url; const from = 'c';",
    "export const d = 'd'; export function from() { return 'x'; }",
    "export { e }; const f = 'f';",
  ].join('\n');
  assert.deepEqual(importsOf(source), []);
});

test('a report names file, line and what to do', () => {
  const findings = [
    { path: 'src/a.ts', line: 3, text: 'is too wide: break it' },
    { path: 'src/b.ts', line: 1, text: 'is too long: cut it' },
  ];
  assert.equal(report(findings), 'src/a.ts:3 is too wide: break it\nsrc/b.ts:1 is too long: cut it');
});
