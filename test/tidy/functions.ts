// Finds every function that has a block for a body (declarations, methods, accessors, arrows) and the lines it spans.
// A brace is a body when it follows an arrow, or a parameter list with or without a return type.

import type { Token } from './lexer.ts';

/** A function with its first line (name or parameter list) and its last (closing brace), both counted from 1. */
export interface FunctionSpan {
  readonly name: string;
  readonly firstLine: number;
  readonly lastLine: number;
  /** The callback of `describe`, `test` and their like. */
  readonly isTestBody: boolean;
}

const OPENERS = new Set(['(', '[', '{', '${']);
const CLOSERS = new Set([')', ']', '}']);
const CONTROL = new Set(['if', 'for', 'while', 'switch', 'catch', 'with', 'await']);
const TEST_CALLS = new Set('describe suite test it before after beforeEach afterEach'.split(' '));
const TYPE_PREFIXES = new Set(['keyof', 'readonly', 'typeof', 'unique', 'infer', 'asserts', 'new', 'abstract']);
const TYPE_JOINTS = new Set(['is', 'extends', '|', '&', '?']);
const STATEMENTS = new Set(
  'return if for do while switch throw try const let var break continue class function case default'.split(' '),
);

/** Every function with a block body, in the order the bodies open. */
export function functionsOf(tokens: readonly Token[]): readonly FunctionSpan[] {
  return new FunctionFinder(tokens).find();
}

class FunctionFinder {
  private readonly tokens: readonly Token[];
  /** For a bracket: the index of its partner; -1 for anything else. */
  private readonly partner: number[];
  /** The innermost bracket open at a token; -1 at the top. */
  private readonly enclosing: number[] = [];
  /** Index of a body's brace, or of an arrow, to the index of the parenthesis that opens its parameters. */
  private readonly heads = new Map<number, number>();

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
    this.partner = tokens.map(() => -1);
    this.pairBrackets();
  }

  find(): readonly FunctionSpan[] {
    const spans: FunctionSpan[] = [];
    for (let i = 0; i < this.tokens.length; i += 1) if (this.isMark(i, ')')) this.noteHead(i);
    for (let i = 0; i < this.tokens.length; i += 1) {
      const head = this.isMark(i, '{') ? this.headOf(i) : -1;
      if (head >= 0) spans.push(this.span(head, i));
    }
    return spans;
  }

  private pairBrackets(): void {
    const open: number[] = [];
    this.tokens.forEach((token, i) => {
      this.enclosing.push(open.at(-1) ?? -1);
      if (token.kind !== 'mark') return;
      if (OPENERS.has(token.text)) open.push(i);
      if (!CLOSERS.has(token.text)) return;
      const opener = open.pop() ?? -1;
      this.partner[i] = opener;
      if (opener >= 0) this.partner[opener] = i;
    });
  }

  /** A closed parameter list, then perhaps a return type, then a brace or an arrow: that is a function's head. */
  private noteHead(close: number): void {
    const open = this.partner[close] ?? -1;
    if (open < 0 || this.isControl(open)) return;
    const end = this.isMark(close + 1, ':') ? this.skipType(close + 2) : close + 1;
    if (this.isMark(end, '{') || this.isMark(end, '=>')) this.heads.set(end, open);
  }

  private isControl(open: number): boolean {
    if (this.tokens[open - 2]?.text === 'extends') return true;
    const before = this.tokens[open - 1];
    return before?.kind === 'word' && CONTROL.has(before.text) && !this.isMark(open - 2, '.');
  }

  /** Where the function begins whose body this brace opens, or -1 when it opens no body. */
  private headOf(brace: number): number {
    const direct = this.heads.get(brace);
    if (direct !== undefined) return direct;
    if (!this.isMark(brace - 1, '=>')) return -1;
    return this.heads.get(brace - 1) ?? brace - 2;
  }

  private span(head: number, brace: number): FunctionSpan {
    const end = this.partner[brace] ?? -1;
    const closing = end < 0 ? this.tokens.at(-1) : this.tokens[end];
    const named = this.nameIndex(head, brace);
    return {
      name: this.tokens[named]?.text ?? 'a function',
      firstLine: Math.min(this.lineOf(head), named < 0 ? Number.POSITIVE_INFINITY : this.lineOf(named)),
      lastLine: closing?.line ?? 1,
      isTestBody: this.isInTestCall(brace),
    };
  }

  /** The word a function is known by: before its parameters, or what an arrow is assigned to; -1 when it has none. */
  private nameIndex(head: number, brace: number): number {
    if (this.heads.get(brace) === head) {
      const before = this.isMark(head - 1, '>') ? this.angleStart(head - 1) - 1 : head - 1;
      return this.tokens[before]?.kind === 'word' ? before : -1;
    }
    const assigned = this.tokens[head - 1]?.text === 'async' ? head - 2 : head - 1;
    const isAssigned = this.isMark(assigned, '=') || this.isMark(assigned, ':');
    return isAssigned && this.tokens[assigned - 1]?.kind === 'word' ? assigned - 1 : -1;
  }

  private isInTestCall(brace: number): boolean {
    const open = this.enclosing[brace] ?? -1;
    if (open < 0 || !this.isMark(open, '(')) return false;
    let i = open - 1;
    while (this.tokens[i]?.kind === 'word') {
      if (TEST_CALLS.has(this.tokens[i]?.text ?? '')) return true;
      if (!this.isMark(i - 1, '.')) return false;
      i -= 2;
    }
    return false;
  }

  /** Index behind the type that begins at `start`. Text that is no type ends it where it stops making sense. */
  private skipType(start: number): number {
    let i = start;
    let conditions = 0;
    for (;;) {
      const isGroup = this.isMark(this.skipPrefixes(i), '(');
      const end = this.skipOperand(this.skipPrefixes(i));
      if (end < 0) return i;
      i = this.skipSuffixes(end);
      const joint = this.tokens[i]?.text ?? '';
      if (joint === '?') conditions += 1;
      const isElse = joint === ':' && conditions > 0;
      if (isElse) conditions -= 1;
      if (!isElse && !TYPE_JOINTS.has(joint) && !(joint === '=>' && isGroup)) return i;
      i += 1;
    }
  }

  private skipPrefixes(start: number): number {
    let i = start;
    while (TYPE_PREFIXES.has(this.tokens[i]?.text ?? '') || this.isMark(i, '|') || this.isMark(i, '-')) i += 1;
    return this.isMark(i, '<') ? this.skipAngle(i) : i;
  }

  private skipOperand(i: number): number {
    const token = this.tokens[i];
    if (token === undefined) return -1;
    if (token.kind === 'mark') return OPENERS.has(token.text) ? this.behind(i) : -1;
    if (token.kind === 'word' && STATEMENTS.has(token.text)) return -1;
    let end = i + 1;
    while (this.isMark(end, '${')) end = this.behind(end) + 1;
    return end;
  }

  private skipSuffixes(start: number): number {
    let i = start;
    for (;;) {
      if (this.isMark(i, '.')) i += 2;
      else if (this.isMark(i, '[')) i = this.behind(i);
      else if (this.isMark(i, '<')) i = this.skipAngle(i);
      else return i;
    }
  }

  private skipAngle(start: number): number {
    let depth = 0;
    for (let i = start; i < this.tokens.length; i += 1) {
      if (this.isMark(i, '<')) depth += 1;
      if (this.isMark(i, '>')) depth -= 1;
      if (depth === 0) return i + 1;
      if (OPENERS.has(this.tokens[i]?.text ?? '')) i = this.behind(i) - 1;
    }
    return this.tokens.length;
  }

  private angleStart(end: number): number {
    let depth = 0;
    for (let i = end; i >= 0; i -= 1) {
      if (this.isMark(i, '>')) depth += 1;
      if (this.isMark(i, '<')) depth -= 1;
      if (depth === 0) return i;
    }
    return 0;
  }

  private behind(open: number): number {
    const close = this.partner[open] ?? -1;
    return close < 0 ? this.tokens.length : close + 1;
  }

  private isMark(i: number, text: string): boolean {
    const token = this.tokens[i];
    return token?.kind === 'mark' && token.text === text;
  }

  private lineOf(i: number): number {
    return this.tokens[i]?.line ?? 1;
  }
}
