import assert from 'node:assert/strict';
import { test } from 'node:test';
import { impurities, straySignals } from './purity-rules.ts';
import { sourceFile } from './source-file.ts';

const IMPURE: readonly string[] = [
  'export async function f(): void {}',
  'await x;',
  'let p: Promise<void>;',
  'const now = Date.now();',
  'const now = new Date();',
  'const n = Math.random();',
  'const n = performance.now();',
  'setTimeout(f, 1);',
  'process.exit();',
  'console.log(1);',
  "Buffer.from('a');",
  "import { readFileSync } from 'node:fs';",
  "import { parse } from 'yaml';",
];

for (const source of IMPURE) {
  test(`impure in the core: ${source}`, () => {
    assert.equal(impurities([sourceFile('src/core/call/call.ts', `// a\n${source}\n`)])[0]?.line, 2);
    assert.deepEqual(impurities([sourceFile('src/edge/sender.ts', source)]), []);
  });
}

const PURE: readonly string[] = [
  'const id = Header.Date;',
  'const Header = { Date: 1, process: 2 };',
  'const n = Math.floor(1.5);',
  "const text = 'Date: async'; // Date, Promise",
  'function process(): void {}',
  "import { assert } from '../base/assert.ts';",
];

for (const source of PURE) {
  test(`pure in the core: ${source}`, () => {
    assert.deepEqual(impurities([sourceFile('src/core/call/call.ts', source)]), []);
  });
}

test('the core throws in assert.ts only and catches in shard.ts only', () => {
  const text = '// a\ntry { f(); } catch {}\nthrow new Error();\n';
  const linesOf = (path: string) => straySignals([sourceFile(path, text)]).map(({ line }) => line);
  assert.deepEqual(linesOf('src/core/call/call.ts'), [2, 3]);
  assert.deepEqual(linesOf('src/core/base/assert.ts'), [2]);
  assert.deepEqual(linesOf('src/core/shard/shard.ts'), [3]);
  assert.deepEqual(linesOf('src/edge/sender.ts'), []);
});

test('an event called try is a name', () => {
  assert.deepEqual(straySignals([sourceFile('src/core/call/a.ts', 'leg.try(); const a = { try: 1 };')]), []);
});
