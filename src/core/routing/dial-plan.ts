// Dial plans: what a gateway makes of a number. Rules are compiled when they are saved (`dial-plan-compiler.ts`); a
// call only looks one up. Regular expressions come first, in the order they were written; then patterns, the longest
// first.
//
// Two patterns of one form (the same length, `?` at the same places, with or without `*`) match one number only when
// they are the same, so a form is a table of its digits, and a look-up costs one step for each form in use.

import { EXPRESSION_DIGITS_MAX } from './number-limits.ts';

/** A piece of a target: text, or the place of a digit in the number, or one of the marks below. */
export type TargetPiece = string | number;

/** Stands for what the pattern's `*` has matched. */
export const REST = -1;

/** Text and groups of an expression's target: a number is that group. */
export type Target = readonly TargetPiece[];

/** A pattern with its targets; several are drawn from. */
export interface PatternRule {
  /** As the operator wrote it. */
  readonly text: string;
  /** Digits before the `*`. */
  readonly length: number;
  readonly targets: readonly Target[];
}

/** All rules whose patterns have one form. */
export interface PatternForm {
  /** Digits of the pattern, without its `*`. */
  readonly length: number;
  /** Places of `?`, ascending. */
  readonly wildcards: readonly number[];
  /** Whether more digits may follow. */
  readonly hasRest: boolean;
  /** By the pattern's digits, those at its wildcards left out. */
  readonly rules: ReadonlyMap<string, PatternRule>;
}

/** A regular expression with its targets. It begins with `^`, and cannot take long (`dial-expression.ts`). */
export interface ExpressionRule {
  readonly text: string;
  readonly expression: RegExp;
  readonly targets: readonly Target[];
}

/** The rules of one field, compiled. */
export interface DialPlan {
  readonly expressions: readonly ExpressionRule[];
  /** In the order in which they are looked up. */
  readonly forms: readonly PatternForm[];
}

/** A plan that leaves every number as it is. */
export const EMPTY_DIAL_PLAN: DialPlan = { expressions: [], forms: [] };

export function isEmptyPlan({ expressions, forms }: DialPlan): boolean {
  return expressions.length === 0 && forms.length === 0;
}

/** A whole number from 0 to `bound` - 1, by the shard's generator. */
export type Draw = (bound: number) => number;

/** A rule that matches a number. */
export type DialRule = PatternRule | ExpressionRule;

/** `number` as `plan` translates it; as it is when no rule matches. */
export function translate(plan: DialPlan, number: string, draw: Draw): string {
  const rule = ruleFor(plan, number);
  return rule === null ? number : translateBy(rule, number, draw);
}

/** The rule of `plan` that decides about `number`; null when it stays as it is. */
export function ruleFor({ expressions, forms }: DialPlan, number: string): DialRule | null {
  if (expressions.length > 0 && number.length <= EXPRESSION_DIGITS_MAX) {
    for (const rule of expressions) if (rule.expression.test(number)) return rule;
  }
  for (const form of forms) {
    const { length, hasRest } = form;
    if (hasRest ? number.length < length : number.length !== length) continue;
    const key = keyOf(form, number);
    if (key === null) continue;
    const rule = form.rules.get(key);
    if (rule !== undefined) return rule;
  }
  return null;
}

/** What `rule`, which matches `number`, makes of it. Draws only where there is a choice. */
export function translateBy(rule: DialRule, number: string, draw: Draw): string {
  const { targets } = rule;
  const target = targets[targets.length === 1 ? 0 : draw(targets.length)] as Target;
  return 'expression' in rule ? replaced(rule.expression, number, target) : rewritten(rule, number, target);
}

/** The digits of `number` that a rule of `form` fixes; null when a wildcard stands where there is no digit. */
function keyOf({ length, wildcards }: PatternForm, number: string): string | null {
  if (wildcards.length === 0) return length === number.length ? number : number.slice(0, length);
  let key = '';
  let from = 0;
  for (const place of wildcards) {
    if (!isDigit(number.charCodeAt(place))) return null;
    key += number.slice(from, place);
    from = place + 1;
  }
  return key + number.slice(from, length);
}

function isDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

function rewritten({ length }: PatternRule, number: string, target: Target): string {
  let text = '';
  for (const piece of target) {
    if (typeof piece === 'string') text += piece;
    else text += piece === REST ? number.slice(length) : number.charAt(piece);
  }
  return text;
}

/** What has matched gives way to the target; what follows it stays. */
function replaced(expression: RegExp, number: string, target: Target): string {
  const match = expression.exec(number);
  if (match === null) return number;
  let text = '';
  for (const piece of target) text += typeof piece === 'string' ? piece : (match[piece] ?? '');
  return text + number.slice(match[0].length);
}
