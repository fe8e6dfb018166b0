// Rules of a dial plan, from the text that operators write to what a call looks up.
//
//   pattern:target[;target...]        00*:*     *:88*     0044???*:44???*     1??:2$$
//   /expression/target[;target...]/   /^0(\d+)$/44$1/
//
// In a pattern `?` is any one digit, `*` at its end any rest, none included. In its targets `*` is that rest, the first
// `?` the digit at the first `?`, and `$` the digit at its own place. In the targets of an expression `$1` to `$9` are
// its groups and `$0` all that matched. A backslash takes any meaning from the sign behind it.

import { ExpressionRefusal, readExpression } from './dial-expression.ts';
import type { DialPlan, ExpressionRule, PatternForm, PatternRule, Target, TargetPiece } from './dial-plan.ts';
import { REST } from './dial-plan.ts';
import { costFault } from './expression-cost.ts';
import {
  DIAL_DIGITS_MAX,
  DIAL_EXPRESSIONS_MAX,
  DIAL_FORMS_MAX,
  DIAL_RULES_MAX,
  DIAL_TARGETS_MAX,
} from './number-limits.ts';

/** A rule that cannot be taken, as it was written, and what is wrong with it. */
export interface DialFault {
  readonly rule: string;
  readonly reason: string;
}

/** What became of a list of rules. Where there are faults the plan lacks those rules. */
export interface CompiledDialPlan {
  readonly plan: DialPlan;
  readonly faults: readonly DialFault[];
}

/** Compiles `rules`, one text each. */
export function compileDialPlan(rules: readonly string[]): CompiledDialPlan {
  const compiler = new Compiler();
  for (const rule of rules.slice(0, DIAL_RULES_MAX)) compiler.add(rule);
  const tooMany = rules[DIAL_RULES_MAX];
  if (tooMany !== undefined) compiler.refuse(tooMany, `is one of more than ${DIAL_RULES_MAX} rules`);
  return compiler.result();
}

/** The rules of `text`, which has commas between them. */
export function splitRules(text: string): string[] {
  const rules: string[] = [];
  for (let at = 0; at <= text.length; at++) {
    const start = at;
    while (text[at] === ' ') at += 1;
    // The commas of an expression, such as those of {2,3}, are its own.
    if (text[at] === '/') at = firstPlain(text, '/', firstPlain(text, '/', at + 1) + 1);
    at = firstPlain(text, ',', at);
    rules.push(text.slice(start, at).trim());
  }
  return rules;
}

class Compiler {
  readonly #faults: DialFault[] = [];
  readonly #expressions: ExpressionRule[] = [];
  readonly #forms = new Map<string, PatternForm & { readonly rules: Map<string, PatternRule> }>();

  add(rule: string): void {
    const reason = rule.startsWith('/') ? this.#addExpression(rule) : this.#addPattern(rule);
    if (reason !== '') this.refuse(rule, reason);
  }

  refuse(rule: string, reason: string): void {
    this.#faults.push({ rule, reason });
  }

  result(): CompiledDialPlan {
    const forms = [...this.#forms.values()].sort(bySearchOrder);
    return { plan: { expressions: this.#expressions, forms }, faults: this.#faults };
  }

  #addPattern(rule: string): string {
    const colon = firstPlain(rule, ':', 0);
    if (colon === rule.length) return 'lacks the : between pattern and target';
    const pattern = readPattern(rule.slice(0, colon));
    if (typeof pattern === 'string') return pattern;
    const targets: Target[] = [];
    for (const text of splitTargets(rule.slice(colon + 1))) {
      const target = readPatternTarget(text, pattern);
      if (typeof target === 'string') return target;
      targets.push(target);
    }
    if (targets.length > DIAL_TARGETS_MAX) return `has more than ${DIAL_TARGETS_MAX} targets`;
    return this.#enter(pattern, { text: rule, length: pattern.length, targets });
  }

  #enter({ length, wildcards, hasRest, key }: Pattern, rule: PatternRule): string {
    const name = `${length}${hasRest ? '*' : ''} ${wildcards.join(' ')}`;
    const form = this.#forms.get(name) ?? { length, wildcards, hasRest, rules: new Map<string, PatternRule>() };
    const twin = form.rules.get(key);
    if (twin !== undefined) return `has the pattern of ${twin.text}`;
    if (!this.#forms.has(name)) {
      if (this.#forms.size === DIAL_FORMS_MAX) return `makes more than ${DIAL_FORMS_MAX} forms of patterns`;
      this.#forms.set(name, form);
    }
    form.rules.set(key, rule);
    return '';
  }

  #addExpression(rule: string): string {
    const middle = firstPlain(rule, '/', 1);
    const last = firstPlain(rule, '/', middle + 1);
    if (last !== rule.length - 1) return 'is not of the form /expression/target/';
    const source = rule.slice(1, middle);
    const expression = readExpression(source);
    if (expression instanceof ExpressionRefusal) return expression.reason;
    const fault = costFault(expression);
    if (fault !== '') return `${fault}: on some numbers it would take too long`;
    const targets: Target[] = [];
    for (const text of splitTargets(rule.slice(middle + 1, last))) {
      const target = readExpressionTarget(text, expression.groupCount);
      if (typeof target === 'string') return target;
      targets.push(target);
    }
    if (targets.length > DIAL_TARGETS_MAX) return `has more than ${DIAL_TARGETS_MAX} targets`;
    if (this.#expressions.length === DIAL_EXPRESSIONS_MAX)
      return `is one of more than ${DIAL_EXPRESSIONS_MAX} expressions`;
    this.#expressions.push({ text: rule, expression: new RegExp(source), targets });
    return '';
  }
}

/** Long before short; then, from the left, a digit before `?`; then without rest before with one. */
function bySearchOrder(one: PatternForm, other: PatternForm): number {
  if (one.length !== other.length) return other.length - one.length;
  for (let i = 0; i < one.wildcards.length || i < other.wildcards.length; i++) {
    const difference = (other.wildcards[i] ?? one.length) - (one.wildcards[i] ?? one.length);
    if (difference !== 0) return difference;
  }
  return Number(one.hasRest) - Number(other.hasRest);
}

/** A pattern, read. */
interface Pattern {
  readonly length: number;
  readonly wildcards: readonly number[];
  readonly hasRest: boolean;
  /** Its digits, without those at its wildcards. */
  readonly key: string;
}

function readPattern(text: string): Pattern | string {
  const signs = signsOf(text);
  const last = signs.at(-1);
  if (last === undefined) return 'has no pattern before the :';
  const hasRest = last.isPlain && last.sign === '*';
  const length = hasRest ? signs.length - 1 : signs.length;
  if (length > DIAL_DIGITS_MAX) return `has a pattern of more than ${DIAL_DIGITS_MAX} digits`;
  const wildcards: number[] = [];
  let key = '';
  for (const [place, { sign, isPlain }] of signs.slice(0, length).entries()) {
    if (isPlain && sign === '?') {
      wildcards.push(place);
      continue;
    }
    const fault = isPlain && sign === '*' ? 'has * before the end of its pattern' : faultOf(sign, isPlain);
    if (fault !== '') return fault;
    key += sign;
  }
  return { length, wildcards, hasRest, key };
}

function readPatternTarget(text: string, { length, wildcards, hasRest }: Pattern): Target | string {
  const pieces: TargetPiece[] = [];
  let wildcardCount = 0;
  let place = 0;
  let hasOwnRest = false;
  for (const { sign, isPlain } of signsOf(text)) {
    if (isPlain && sign === '?') {
      const wildcard = wildcards[wildcardCount];
      if (wildcard === undefined) return `has more ? in ${text} than in its pattern`;
      pieces.push(wildcard);
      wildcardCount += 1;
    } else if (isPlain && sign === '$') {
      if (hasOwnRest) return `has $ behind the * of ${text}, where it has no place`;
      if (place >= length) return `has $ in ${text} at a place that its pattern does not reach`;
      pieces.push(place);
    } else if (isPlain && sign === '*') {
      if (!hasRest) return `has * in ${text} and none in its pattern`;
      if (hasOwnRest) return `has * in ${text} twice`;
      hasOwnRest = true;
      pieces.push(REST);
    } else {
      const fault = faultOf(sign, isPlain);
      if (fault !== '') return fault;
      append(pieces, sign);
    }
    place += 1;
  }
  return place > DIAL_DIGITS_MAX ? `has a target of more than ${DIAL_DIGITS_MAX} digits` : pieces;
}

function readExpressionTarget(text: string, groupCount: number): Target | string {
  const pieces: TargetPiece[] = [];
  const signs = signsOf(text);
  for (let at = 0; at < signs.length; at++) {
    const { sign, isPlain } = signs[at] as Sign;
    if (isPlain && sign === '$') {
      at += 1;
      const group = /^\d$/.test(signs[at]?.sign ?? '') ? Number(signs[at]?.sign) : Number.NaN;
      if (Number.isNaN(group)) return `has $ in ${text} without the number of a group`;
      if (group > groupCount) return `has $${group} in ${text}, a group that the expression lacks`;
      pieces.push(group);
      continue;
    }
    const fault = faultOf(sign, isPlain);
    if (fault !== '') return fault;
    append(pieces, sign);
  }
  return signs.length > DIAL_DIGITS_MAX ? `has a target of more than ${DIAL_DIGITS_MAX} digits` : pieces;
}

function append(pieces: TargetPiece[], sign: string): void {
  const last = pieces.at(-1);
  if (typeof last === 'string') pieces[pieces.length - 1] = last + sign;
  else pieces.push(sign);
}

/** '' when `sign` may be a digit of a number. */
function faultOf(sign: string, isPlain: boolean): string {
  if (isPlain ? /[0-9A-Za-z+#._-]/.test(sign) : /[!-~]/.test(sign)) return '';
  if (!isPlain) return 'ends in a backslash, or has one before no visible sign';
  return /[!-~]/.test(sign) ? `has ${sign}, which is written \\${sign}` : 'has a sign that is in no number';
}

interface Sign {
  readonly sign: string;
  /** Without a backslash before it. */
  readonly isPlain: boolean;
}

function signsOf(text: string): Sign[] {
  const signs: Sign[] = [];
  for (let at = 0; at < text.length; at++) {
    const isPlain = text[at] !== '\\';
    if (!isPlain) at += 1;
    signs.push({ sign: text[at] ?? '', isPlain });
  }
  return signs;
}

/** Where `sign` stands in `text` without a backslash, from `from` on; the text's length when nowhere. */
function firstPlain(text: string, sign: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === sign) return at;
  }
  return text.length;
}

function splitTargets(text: string): string[] {
  const targets: string[] = [];
  for (let at = 0; at <= text.length; ) {
    const end = firstPlain(text, ';', at);
    targets.push(text.slice(at, end));
    at = end + 1;
  }
  return targets;
}
