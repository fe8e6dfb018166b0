import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  type Expression,
  type ExpressionNode,
  ExpressionRefusal,
  readExpression,
  type Sequence,
} from '../../../src/core/routing/dial-expression.ts';
import { costFault, waysToTry } from '../../../src/core/routing/expression-cost.ts';
import {
  EXPRESSION_DIGITS_MAX,
  EXPRESSION_LENGTH_MAX,
  EXPRESSION_NESTING_MAX,
  EXPRESSION_TRIES_MAX,
} from '../../../src/core/routing/number-limits.ts';

function read(source: string): Expression {
  const expression = readExpression(source);
  assert.ok(!(expression instanceof ExpressionRefusal), `${source} ${(expression as ExpressionRefusal).reason}`);
  return expression;
}

function refusalOf(source: string): string {
  const expression = readExpression(source);
  return expression instanceof ExpressionRefusal ? expression.reason : costFault(expression);
}

describe('expressions that are taken', () => {
  const sources = [
    '^0(\\d+)$',
    '^(?:\\+|00)(\\d+)$',
    '^0[1-9]\\d{2,8}$',
    '^(\\d{3})(\\d{4})?$',
    '^(\\d*)5(\\d{3})$',
    '^([+#]|\\*)?\\d{1,15}',
    '^(a|bc|b\\d)\\d*$',
    '^(\\d{2})+#$',
    '^(?:ab|c)*d$',
    '^[^0-9]+(.*)$',
    '^0(\\d*?)$',
    '^(0(?:[12]|3\\d)){2}$',
    '^',
    '^$',
  ];
  for (const source of sources) test(source, () => assert.equal(refusalOf(source), ''));
});

describe('expressions that could take long are refused', () => {
  const sources: readonly (readonly [source: string, reason: string])[] = [
    ['^(\\d+)+$', 'repeats what itself repeats'],
    ['^(\\d*)*$', 'repeats what may be empty'],
    ['^(a|b|)*c$', 'repeats what may be empty'],
    ['^(\\d+-)+$', 'repeats what itself repeats'],
    ['^((0\\d*){1,3})x', 'repeats what itself repeats'],
    ['^(\\d|1)+$', 'repeats alternatives that can begin alike'],
    ['^(ab|ac)*d$', 'repeats alternatives that can begin alike'],
    ['^\\d*\\d*\\d*x$', 'has repetitions beside each other that can share the same digits'],
    ['^\\d+\\d+\\d+$', 'has repetitions beside each other that can share the same digits'],
    [`^${'\\d?'.repeat(20)}\\d{20}$`, 'has repetitions beside each other that can share the same digits'],
    [`^${'(0|\\d)'.repeat(9)}$`, 'has repetitions beside each other that can share the same digits'],
    ['^(0|\\d){9}$', 'has repetitions beside each other that can share the same digits'],
  ];
  for (const [source, reason] of sources) test(source, () => assert.equal(refusalOf(source), reason));
});

describe('expressions that cannot be read', () => {
  const sources: readonly (readonly [source: string, reason: string])[] = [
    ['0\\d', 'does not begin with ^'],
    ['^(\\d)\\1', 'refers back to group 1'],
    ['^(?=0)', 'looks ahead or behind; of the groups with (? only (?: is known'],
    ['^(?<a>0)', 'looks ahead or behind; of the groups with (? only (?: is known'],
    ['^0|^1', 'has | outside of parentheses'],
    ['^0$1', 'has $ before its end'],
    ['^(0$)', 'has $ before its end'],
    ['^(0', 'lacks a )'],
    ['^0)', 'has a ) too many'],
    ['^[0-9', 'lacks a ]'],
    ['^[', 'lacks a ]'],
    ['^[]', 'has [] that no digit fits'],
    ['^[9-0]', 'has a range in [] that ends before it begins'],
    ['^[[0]', 'has [ in []'],
    ['^+', 'has + with nothing to repeat'],
    ['^(*)', 'has * with nothing to repeat'],
    ['^0**', 'repeats a repetition'],
    ['^0{2}{3}', 'repeats a repetition'],
    ['^0{,3}', 'has a { that is not {n}, {n,} or {n,m}'],
    ['^0{100}', 'has a { that is not {n}, {n,} or {n,m}'],
    ['^0{3,2}', 'has {3,2}, which ends before it begins'],
    ['^\\w', 'has \\w, which is not known here; there are \\d and escaped signs'],
    ['^\\', 'has \\, which is not known here; there are \\d and escaped signs'],
    ['^0@', 'has @, which is written \\@'],
    ['^0^', 'has ^, which is written \\^'],
    [`^${'0'.repeat(EXPRESSION_LENGTH_MAX)}`, `is longer than ${EXPRESSION_LENGTH_MAX} characters`],
    [
      `^${'('.repeat(EXPRESSION_NESTING_MAX + 1)}${')'.repeat(EXPRESSION_NESTING_MAX + 1)}`,
      `has more than ${EXPRESSION_NESTING_MAX} ( in each other`,
    ],
  ];
  for (const [source, reason] of sources) test(source.slice(0, 30), () => assert.equal(refusalOf(source), reason));
});

/** A backtracking matcher over the same tree that counts its steps, and fails beyond `stepsMax`. */
class CountingMatcher {
  readonly #text: string;
  readonly #stepsMax: number;
  /** Nodes that were held against a place of the text. */
  #steps = 0;

  constructor(text: string, stepsMax: number) {
    this.#text = text;
    this.#stepsMax = stepsMax;
  }

  matches({ sequence, isWhole }: Expression): boolean {
    return this.#sequence(sequence, 0, 0, (at) => !isWhole || at === this.#text.length);
  }

  #sequence(nodes: Sequence, index: number, at: number, goOn: (at: number) => boolean): boolean {
    const node = nodes[index];
    if (node === undefined) return goOn(at);
    return this.#node(node, at, (next) => this.#sequence(nodes, index + 1, next, goOn));
  }

  #node(node: ExpressionNode, at: number, goOn: (at: number) => boolean): boolean {
    this.#steps += 1;
    assert.ok(this.#steps <= this.#stepsMax, `${this.#text} takes more than ${this.#stepsMax} steps`);
    switch (node.kind) {
      case 'set':
        return node.codes.has(this.#text.charCodeAt(at)) && goOn(at + 1);
      case 'group':
        return node.alternatives.some((sequence) => this.#sequence(sequence, 0, at, goOn));
      case 'repeat':
        return this.#repeat(node.node, node.min, node.max, at, goOn);
    }
  }

  #repeat(node: ExpressionNode, min: number, max: number, at: number, goOn: (at: number) => boolean): boolean {
    if (max > 0) {
      const more = this.#node(node, at, (next) => {
        if (next === at && min <= 0) return false;
        return this.#repeat(node, min - 1, max - 1, next, goOn);
      });
      if (more) return true;
    }
    return min <= 0 && goOn(at);
  }
}

const atom = fc.constantFrom('0', '0', '1', '\\d', '[^0]', 'a', '\\+', '.');
const quantifier = fc.constantFrom('', '', '', '*', '+', '?', '{2}', '{1,}', '{1,3}', '{0,2}', '*?');
const { pieces } = fc.letrec<{ pieces: string; piece: string; group: string }>((tie) => ({
  pieces: fc.array(tie('piece'), { minLength: 1, maxLength: 3 }).map((all) => all.join('')),
  piece: fc
    .tuple(fc.oneof({ weight: 2, arbitrary: atom }, { weight: 1, arbitrary: tie('group') }), quantifier)
    .map(([inner, times]) => inner + times),
  group: fc
    .tuple(fc.constantFrom('(', '(?:'), fc.array(tie('pieces'), { minLength: 2, maxLength: 3 }))
    .map(([open, alternatives]) => `${open}${alternatives.join('|')})`),
}));
const source = fc.tuple(pieces, fc.boolean()).map(([text, isWhole]) => `^${text}${isWhole ? '$' : ''}`);
/** Numbers that almost match are the worst: long, of one digit or two, with a last one that fits nothing. */
const digits = fc
  .tuple(fc.constantFrom('0', '1', '01', 'a', '00a', '+0'), fc.nat(EXPRESSION_DIGITS_MAX), fc.constantFrom('', '#'))
  .map(([part, length, end]) => part.repeat(length).slice(0, length) + end);

test('20 000 random expressions: what is taken means what JavaScript means, and never takes long', () => {
  let takenCount = 0;
  let matchedCount = 0;
  fc.assert(
    fc.property(source, digits, (text, dialled) => {
      const expression = readExpression(text);
      if (expression instanceof ExpressionRefusal || costFault(expression) !== '') return;
      takenCount += 1;
      // A way is as long as the number, and as wide as the nodes that are held against one place of it.
      const stepsMax = waysToTry(expression) * (EXPRESSION_DIGITS_MAX + 1) * 4;
      const isMatch = new CountingMatcher(dialled, stepsMax).matches(expression);
      if (isMatch) matchedCount += 1;
      assert.equal(new RegExp(text).test(dialled), isMatch, `${text} on ${dialled}`);
    }),
    { numRuns: 20_000, seed: 5 },
  );
  assert.ok(takenCount > 8_000, `${takenCount} were taken`);
  assert.ok(matchedCount > 2_000, `${matchedCount} matched`);
});

test('what is taken has at most EXPRESSION_TRIES_MAX ways', () => {
  assert.equal(waysToTry(read('^\\d*5\\d*$')), EXPRESSION_DIGITS_MAX + 1);
  assert.ok(waysToTry(read('^\\d*5\\d*5\\d*5$')) > EXPRESSION_TRIES_MAX);
  assert.notEqual(refusalOf('^\\d*5\\d*5\\d*5$'), '');
});
