// Regular expressions in dial plans: read by a grammar of our own, a part of JavaScript's, so that what one can cost is
// known before any call pays for it (`expression-cost.ts`).
//
//   ^ piece* [$]            it begins at the number's first digit
//   piece: set | (pieces|pieces...) | (?:...), then maybe one of ? * + {n} {n,} {n,m}
//   set:   a digit, letter, # _ -, an escaped sign, \d, a dot, or [...]

import { EXPRESSION_LENGTH_MAX, EXPRESSION_NESTING_MAX } from './number-limits.ts';

/** A symbol out of these, by code. */
export interface SetNode {
  readonly kind: 'set';
  readonly codes: ReadonlySet<number>;
}

/** One of several sequences. */
export interface GroupNode {
  readonly kind: 'group';
  readonly alternatives: readonly Sequence[];
}

/** `node`, `min` to `max` times. */
export interface RepeatNode {
  readonly kind: 'repeat';
  readonly node: SetNode | GroupNode;
  readonly min: number;
  readonly max: number;
}

export type ExpressionNode = SetNode | GroupNode | RepeatNode;
export type Sequence = readonly ExpressionNode[];

/** An expression, read. */
export interface Expression {
  readonly sequence: Sequence;
  /** Whether the number must end where it does. */
  readonly isWhole: boolean;
  /** Groups that a target may name. */
  readonly groupCount: number;
}

/** Why it was not read, in words for the operator. */
export class ExpressionRefusal {
  readonly reason: string;
  constructor(reason: string) {
    this.reason = reason;
  }
}

/** Times that a repetition without an end is counted for. */
const ENDLESS = Number.POSITIVE_INFINITY;

const DIGITS: ReadonlySet<number> = codesBetween(0x30, 0x39);
/** What a number may consist of: visible ASCII. */
const SYMBOLS: ReadonlySet<number> = codesBetween(0x21, 0x7e);
const PLAIN = /[0-9A-Za-z#_-]/;
const SIGN = /[^0-9A-Za-z\s]/;

/** Reads `source`, the text between the slashes. */
export function readExpression(source: string): Expression | ExpressionRefusal {
  if (source.length > EXPRESSION_LENGTH_MAX) {
    return new ExpressionRefusal(`is longer than ${EXPRESSION_LENGTH_MAX} characters`);
  }
  if (!source.startsWith('^')) return new ExpressionRefusal('does not begin with ^');
  const reader = new ExpressionReader(source);
  const sequence = reader.whole();
  const { refusal, isWhole, groupCount } = reader;
  return refusal === '' ? { sequence, isWhole, groupCount } : new ExpressionRefusal(refusal);
}

/** Reads by recursive descent; the first fault is kept, and ends the reading. */
class ExpressionReader {
  readonly #source: string;
  #at = 1;
  #nesting = 0;
  groupCount = 0;
  isWhole = false;
  refusal = '';

  constructor(source: string) {
    this.#source = source;
  }

  whole(): Sequence {
    const sequence = this.#sequence();
    if (this.#takes('$')) this.isWhole = true;
    const next = this.#next();
    if (next === '|') this.#refuse('has | outside of parentheses');
    else if (next !== '') this.#refuse(next === ')' ? 'has a ) too many' : 'has $ before its end');
    return sequence;
  }

  /** Pieces up to `|`, `)`, `$` or the end. */
  #sequence(): Sequence {
    const nodes: ExpressionNode[] = [];
    for (let next = this.#next(); next !== '' && !'|)$'.includes(next); next = this.#next()) {
      const node = next === '(' ? this.#group() : this.#set();
      if (this.refusal !== '') break;
      nodes.push(this.#repeated(node));
    }
    return nodes;
  }

  #group(): GroupNode {
    this.#at += 1;
    this.#nesting += 1;
    if (this.#nesting > EXPRESSION_NESTING_MAX) this.#refuse(`has more than ${EXPRESSION_NESTING_MAX} ( in each other`);
    if (this.#takes('?')) {
      if (!this.#takes(':')) this.#refuse('looks ahead or behind; of the groups with (? only (?: is known');
    } else this.groupCount += 1;
    const alternatives = [this.#sequence()];
    while (this.#takes('|')) alternatives.push(this.#sequence());
    if (!this.#takes(')')) this.#refuse(this.#next() === '$' ? 'has $ before its end' : 'lacks a )');
    this.#nesting -= 1;
    return { kind: 'group', alternatives };
  }

  #set(): SetNode {
    const sign = this.#take();
    if (sign === '\\') return { kind: 'set', codes: this.#escaped() };
    if (sign === '.') return { kind: 'set', codes: SYMBOLS };
    if (sign === '[') return { kind: 'set', codes: this.#class() };
    if (!PLAIN.test(sign)) {
      const isRepeat = '*+?{'.includes(sign);
      this.#refuse(isRepeat ? `has ${sign} with nothing to repeat` : `has ${sign}, which is written \\${sign}`);
    }
    return { kind: 'set', codes: new Set([sign.charCodeAt(0)]) };
  }

  /** What stands after a backslash. */
  #escaped(): ReadonlySet<number> {
    const sign = this.#take();
    if (sign === 'd') return DIGITS;
    if (/\d/.test(sign)) this.#refuse(`refers back to group ${sign}`);
    else if (!SIGN.test(sign)) this.#refuse(`has \\${sign}, which is not known here; there are \\d and escaped signs`);
    return new Set([sign.charCodeAt(0)]);
  }

  /** What stands after `[`. */
  #class(): ReadonlySet<number> {
    const isInverse = this.#takes('^');
    const codes = new Set<number>();
    while (this.refusal === '' && this.#next() !== ']') {
      const from = this.#member();
      if (this.#next() === '-' && this.#source[this.#at + 1] !== ']' && from.size === 1) this.#range(from, codes);
      else for (const code of from) codes.add(code);
    }
    if (!this.#takes(']')) this.#refuse('lacks a ]');
    const found = isInverse ? new Set([...SYMBOLS].filter((code) => !codes.has(code))) : codes;
    if (found.size === 0) this.#refuse('has [] that no digit fits');
    return found;
  }

  /** `-` and the end of a range that begins with `from`. */
  #range(from: ReadonlySet<number>, codes: Set<number>): void {
    this.#at += 1;
    const [first = 0] = from;
    const end = this.#member();
    const [last = 0] = end;
    if (end.size !== 1 || last < first) this.#refuse('has a range in [] that ends before it begins');
    else for (const code of codesBetween(first, last)) codes.add(code);
  }

  #member(): ReadonlySet<number> {
    const sign = this.#take();
    if (sign === '\\') return this.#escaped();
    if (!/[\x21-\x7e]/.test(sign) || sign === '[') this.#refuse(sign === '' ? 'lacks a ]' : `has ${sign} in []`);
    return new Set([sign.charCodeAt(0)]);
  }

  /** `node` with the quantifier that follows it, if one does. */
  #repeated(node: SetNode | GroupNode): ExpressionNode {
    const bounds = this.#bounds();
    if (bounds === null) return node;
    this.#takes('?'); // The shortest first: it tries as many.
    if ('*+?{'.includes(this.#next()) && this.#next() !== '') this.#refuse('repeats a repetition');
    return { kind: 'repeat', node, min: bounds[0], max: bounds[1] };
  }

  #bounds(): readonly [number, number] | null {
    if (this.#takes('*')) return [0, ENDLESS];
    if (this.#takes('+')) return [1, ENDLESS];
    if (this.#takes('?')) return [0, 1];
    if (this.#next() !== '{') return null;
    const match = /^\{(\d{1,2})(?:(,)(\d{1,2})?)?\}/.exec(this.#source.slice(this.#at));
    if (match === null) {
      this.#refuse('has a { that is not {n}, {n,} or {n,m}');
      return null;
    }
    this.#at += match[0].length;
    const min = Number(match[1]);
    const max = match[2] === undefined ? min : match[3] === undefined ? ENDLESS : Number(match[3]);
    if (max < min) this.#refuse(`has ${match[0]}, which ends before it begins`);
    return [min, max];
  }

  #next(): string {
    return this.refusal === '' ? (this.#source[this.#at] ?? '') : '';
  }

  #take(): string {
    const next = this.#next();
    this.#at += 1;
    return next;
  }

  #takes(sign: string): boolean {
    if (this.#next() !== sign) return false;
    this.#at += 1;
    return true;
  }

  #refuse(reason: string): void {
    if (this.refusal === '') this.refusal = reason;
  }
}

function codesBetween(first: number, last: number): Set<number> {
  const codes = new Set<number>();
  for (let code = first; code <= last; code++) codes.add(code);
  return codes;
}
