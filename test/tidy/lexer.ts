// The eyes of the style tests: TypeScript text cut into tokens, so that a rule never mistakes a string, a template,
// a regular expression or a comment for code. It knows no grammar beyond what telling those apart needs.

/** What a token is. A template literal yields one `string` per piece of text, with `${` and `}` around its code. */
export type TokenKind = 'word' | 'number' | 'string' | 'regex' | 'mark';

/** One token. `text` of a string is its content without quotes; `line` counts from 1. */
export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly line: number;
}

/** One comment with its slashes; `line` is where it begins. */
export interface Comment {
  readonly text: string;
  readonly line: number;
}

/** A file's tokens in order, comments apart. */
export interface Lexed {
  readonly tokens: readonly Token[];
  readonly comments: readonly Comment[];
}

const WORD = /[#$A-Z_a-z\u0080-\uffff][$\w\u0080-\uffff]*/y;
const NUMBER = /0[bBoOxX][\da-fA-F_]+n?|\d[\d_]*(?:\.[\d_]+)?(?:[eE][+-]?\d+)?n?/y;
const LONG_MARKS = ['...', '=>', '?.', '++', '--'];

/** Words after which a slash begins a regular expression, since no value has ended. */
const BEFORE_OPERAND = new Set(
  'return typeof case in of delete void throw new else do yield await instanceof default'.split(' '),
);

/** Words whose parentheses are not a value: `if (x) /re/.test(y)`. */
const BEFORE_CONDITION = new Set(['if', 'while', 'for', 'with']);

/**
 * Cuts TypeScript source into tokens and comments.
 * Never fails: what it does not know becomes a mark of one character, and text that ends early ends the last token.
 */
export function lex(text: string): Lexed {
  const lexer = new Lexer(text);
  lexer.run();
  return { tokens: lexer.tokens, comments: lexer.comments };
}

class Lexer {
  readonly tokens: Token[] = [];
  readonly comments: Comment[] = [];
  private readonly text: string;
  private at = 0;
  private line = 1;
  /** One entry per open parenthesis: does it hold a condition? */
  private readonly conditions: boolean[] = [];
  /** Did the parenthesis closed last hold a condition? */
  private closedCondition = false;
  /** One entry per open brace: does it return into a template literal? */
  private readonly templateBraces: boolean[] = [];

  constructor(text: string) {
    this.text = text;
  }

  run(): void {
    while (this.at < this.text.length) this.step();
  }

  private step(): void {
    const char = this.text.charAt(this.at);
    if (char === '\n') this.line += 1;
    if (char <= ' ') {
      this.at += 1;
      return;
    }
    if (char === '/' && this.comment()) return;
    if (char === "'" || char === '"') this.quoted(char);
    else if (char === '`') this.template();
    else if (char === '/' && this.operandExpected()) this.regex();
    else if (!this.matched(WORD, 'word') && !this.matched(NUMBER, 'number')) this.mark(char);
  }

  private push(kind: TokenKind, text: string): void {
    this.tokens.push({ kind, text, line: this.line });
  }

  private matched(pattern: RegExp, kind: TokenKind): boolean {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found === undefined) return false;
    this.push(kind, found);
    this.at += found.length;
    return true;
  }

  private comment(): boolean {
    const next = this.text.charAt(this.at + 1);
    if (next !== '/' && next !== '*') return false;
    const closing = next === '/' ? '\n' : '*/';
    const found = this.text.indexOf(closing, this.at + 2);
    const end = found < 0 ? this.text.length : found + (next === '/' ? 0 : 2);
    const comment = this.text.slice(this.at, end);
    this.comments.push({ text: comment, line: this.line });
    this.advance(end);
    return true;
  }

  private quoted(quote: string): void {
    let end = this.at + 1;
    while (end < this.text.length && this.text.charAt(end) !== quote) {
      end += this.text.charAt(end) === '\\' ? 2 : 1;
    }
    this.push('string', this.text.slice(this.at + 1, end));
    this.advance(end + 1);
  }

  /** One piece of template text: from a backtick or from the brace that closes `${` to the next backtick or `${`. */
  private template(): void {
    let end = this.at + 1;
    while (end < this.text.length) {
      const char = this.text.charAt(end);
      if (char === '`' || (char === '$' && this.text.charAt(end + 1) === '{')) break;
      end += char === '\\' ? 2 : 1;
    }
    this.push('string', this.text.slice(this.at + 1, end));
    const isOpen = this.text.charAt(end) === '$';
    this.advance(end + 1);
    if (!isOpen) return;
    this.push('mark', '${');
    this.templateBraces.push(true);
    this.at += 1;
  }

  private regex(): void {
    let end = this.at + 1;
    let inClass = false;
    while (end < this.text.length) {
      const char = this.text.charAt(end);
      if (char === '\n' || (char === '/' && !inClass)) break;
      if (char === '[') inClass = true;
      if (char === ']') inClass = false;
      end += char === '\\' ? 2 : 1;
    }
    end += 1;
    while (/[a-z]/.test(this.text.charAt(end))) end += 1;
    this.push('regex', this.text.slice(this.at, end));
    this.at = end;
  }

  private mark(char: string): void {
    const mark = LONG_MARKS.find((long) => this.text.startsWith(long, this.at)) ?? char;
    if (mark === '(') this.conditions.push(BEFORE_CONDITION.has(this.tokens.at(-1)?.text ?? ''));
    if (mark === ')') this.closedCondition = this.conditions.pop() ?? false;
    if (mark === '{') this.templateBraces.push(false);
    this.push('mark', mark);
    if (mark === '}' && this.templateBraces.pop() === true) this.template();
    else this.at += mark.length;
  }

  /** Would a value come next? Then a slash here begins a regular expression, otherwise it divides. */
  private operandExpected(): boolean {
    const last = this.tokens.at(-1);
    if (last === undefined) return true;
    if (last.kind === 'word') return BEFORE_OPERAND.has(last.text);
    if (last.kind !== 'mark') return false;
    if (last.text === ')') return this.closedCondition;
    if (last.text === '!') return !this.isNonNullMark();
    return last.text !== ']' && last.text !== '++' && last.text !== '--';
  }

  /** `a[0]! / 2`: an exclamation mark right behind a value. */
  private isNonNullMark(): boolean {
    const before = this.tokens.at(-2);
    if (before === undefined || before.line !== this.line) return false;
    if (before.kind === 'word') return !BEFORE_OPERAND.has(before.text);
    return before.text === ')' || before.text === ']';
  }

  private advance(end: number): void {
    for (let i = this.at; i < end; i += 1) if (this.text.charAt(i) === '\n') this.line += 1;
    this.at = end;
  }
}
