import assert from 'node:assert/strict';
import { test } from 'node:test';
import { lex, type TokenKind } from './lexer.ts';

function textsOf(source: string, kind: TokenKind): readonly string[] {
  return lex(source)
    .tokens.filter((token) => token.kind === kind)
    .map((token) => token.text);
}

test('what stands in strings, templates, regular expressions and comments is no word', () => {
  const source = [
    'const a = "throw \\" one"; // throw two',
    "const b = 'it is throw';",
    'const c = `throw \\` ${inside + `${deeper} throw`} throw`;',
    'const d = /throw [/] \\/ three/gu.test(a); /* throw\n four */ const e = 1;',
  ].join('\n');
  const words = textsOf(source, 'word');
  assert.ok(!words.includes('throw'));
  assert.deepEqual(words.slice(-4), ['test', 'a', 'const', 'e']);
  assert.ok(words.includes('inside') && words.includes('deeper'));
});

test('a slash divides behind a value and begins a regular expression elsewhere', () => {
  const divisions = ['a / b / c', 'f(x) / 2 / y', 'list[0] / 2 / y', 'list[0]! / 2 / y', 'i++ / 2 / y', '`t` / 2 / y'];
  for (const source of divisions) assert.deepEqual(textsOf(source, 'regex'), [], source);
  const patterns = [
    'x = /a b/',
    'f(/a b/)',
    'return /a b/',
    '!/a b/',
    'if (x) /a b/',
    '[/a b/]',
    'a && /a b/',
    '=> /a b/',
  ];
  for (const source of patterns) assert.deepEqual(textsOf(source, 'regex'), ['/a b/'], source);
});

test('lines are counted through comments, templates and continued strings', () => {
  const source = '/* 1\n2 */ `3\n4 ${\nfive}\n6`; "7\\\n8"; last';
  const lineOf = (text: string) => lex(source).tokens.find((token) => token.text === text)?.line;
  assert.equal(lineOf('five'), 4);
  assert.equal(lineOf('last'), 6);
});

test('comments keep their text and the line on which they begin', () => {
  assert.deepEqual(lex("x; // one\n'// no';\n/* two\n */ y; // three").comments, [
    { text: '// one', line: 1 },
    { text: '/* two\n */', line: 3 },
    { text: '// three', line: 4 },
  ]);
});

test('a brace inside a template closes what it opened', () => {
  const source = '`${{ a: { b: 1 } }.a.b} tail` + behind';
  assert.deepEqual(textsOf(source, 'word'), ['a', 'b', 'a', 'b', 'behind']);
  assert.deepEqual(textsOf(source, 'string'), ['', ' tail']);
});

test('text that ends early ends the last token', () => {
  for (const source of ["'open", '`open ${', '/* open', '/open', '{ ( [']) lex(source);
});
