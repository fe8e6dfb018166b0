import assert from 'node:assert/strict';
import { test } from 'node:test';
import { functionsOf } from './functions.ts';
import { lex } from './lexer.ts';

/** Every function of `source` as `name first-last`, with `test` behind the callbacks of tests. */
function spansOf(source: string): readonly string[] {
  return functionsOf(lex(source).tokens).map(
    ({ name, firstLine, lastLine, isTestBody }) => `${name} ${firstLine}-${lastLine}${isTestBody ? ' test' : ''}`,
  );
}

const SHAPES: readonly (readonly [what: string, source: string, expected: readonly string[]])[] = [
  ['a declaration', 'function f() {\n}', ['f 1-2']],
  ['a declaration over several lines', 'export function f(\n  a: number,\n): void {\n}', ['f 1-4']],
  ['a generic declaration', 'function f<T extends { a: string }>(a: T): T {\n}', ['f 1-2']],
  ['a generator', 'function* f() {\n}', ['f 1-2']],
  ['an object as return type', 'function f(): { a: number } {\n}', ['f 1-2']],
  ['a union as return type', "function f():\n  | 'a'\n  | { b: number }[] {\n}", ['f 1-4']],
  ['a function as return type', 'function f(): (a: number) => void {\n}', ['f 1-2']],
  ['a generic return type', 'function f(): Map<string, { a: () => void }> {\n}', ['f 1-2']],
  ['a type predicate', 'function f(a: unknown): a is string {\n}', ['f 1-2']],
  ['an assertion', 'function f(a: unknown): asserts a is string {\n}', ['f 1-2']],
  ['a conditional type', 'function f<T>(a: T): T extends string ? 1 : { b: 2 } {\n}', ['f 1-2']],
  ['a key of a type', "function f(): keyof typeof X | A['b']['c'] | B.C {\n}", ['f 1-2']],
  ['a template type', 'function f(): `a${string}b` {\n}', ['f 1-2']],
  ['a default that is an object', 'function f({ a } = { a: 1 }, b = () => ({})) {\n}', ['f 1-2']],
  ['a constructor', 'class A {\n  constructor(a: number) {\n  }\n}', ['constructor 2-3']],
  ['a method', 'class A {\n  f(a: number): void {\n  }\n}', ['f 2-3']],
  ['a private method', 'class A {\n  #f(): void {\n  }\n}', ['#f 2-3']],
  ['accessors', 'class A {\n  get f(): number {\n  }\n  set f(a) {\n  }\n}', ['f 2-3', 'f 4-5']],
  ['an async generator method', 'class A {\n  async *f() {\n  }\n}', ['f 2-3']],
  ['a computed method', 'class A {\n  [Symbol.iterator]() {\n  }\n}', ['a function 2-3']],
  ['a method of an object', 'const a = { f() {\n}, g: 1 };', ['f 1-2']],
  ['an arrow', 'const f = () => {\n};', ['f 1-2']],
  ['an arrow of one parameter', 'const f = async a => {\n};', ['f 1-2']],
  ['an arrow with a return type', 'const f = (\n  a: number,\n): { b: number } => {\n};', ['f 1-4']],
  ['an arrow in a field', 'class A {\n  f = (a: number): void => {\n  };\n}', ['f 2-3']],
  ['an arrow as argument', 'list.map((a) => {\n});', ['a function 1-2']],
  ['one inside another', 'function f() {\n  const g = () => {\n  };\n}', ['f 1-4', 'g 2-3']],
];

for (const [what, source, expected] of SHAPES) {
  test(`found with its lines: ${what}`, () => assert.deepEqual(spansOf(source), expected));
}

const OTHERS: readonly string[] = [
  'if (a) {\n}',
  'for (const a of b) {\n}',
  'for await (const a of b) {\n}',
  'while (a) {\n}',
  'do {\n} while (a);',
  'switch (a) {\n  case f(b): {\n  }\n  case g(b):\n    do {\n    } while (c);\n  default: {\n  }\n}',
  'try {\n} catch (a) {\n} finally {\n}',
  'class A extends B(C) {\n}',
  'class A<T> extends B<T> implements C {\n}',
  'interface A {\n  f(a: number): { b: number };\n}',
  'const a = b ? f(c) : { d: 1 };',
  'const a = b ? (c) : d;\n{\n}',
  'const a = { b: f(c), d: { e: 1 } };',
  'if (a ? f(b) : c) {\n}',
  'type F = (a: number) => void;\nconst a = {\n};',
  'const a = () => [\n];',
  'const a = () => ({\n});',
  'const a = `${f(b)} {\n}`;',
  'const a = /f() {/;\n{\n}',
  '// f() {\n',
];

for (const source of OTHERS) {
  test(`no function: ${source.replaceAll('\n', ' ')}`, () => assert.deepEqual(spansOf(source), []));
}

test('callbacks of tests are told apart from functions inside them', () => {
  const source = "describe('a', () => {\n  test.only('b', async (t) => {\n    list.map(() => {\n    });\n  });\n});";
  assert.deepEqual(spansOf(source), ['a function 1-6 test', 'a function 2-5 test', 'a function 3-4']);
});
