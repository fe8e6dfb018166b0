// How many ways a backtracking matcher may try before it gives an expression up: an upper bound, for numbers of
// EXPRESSION_DIGITS_MAX digits. Repetitions of what already repeats, and of what can be read in two ways, make it grow
// without bound and are refused as such; all else is a product.
//
// A way goes on only if the next symbol fits what follows. So a repetition whose symbols none of what follows can begin
// with has one way to end; any other may end after each of its times.

import type { Expression, ExpressionNode, GroupNode, RepeatNode, Sequence, SetNode } from './dial-expression.ts';
import { EXPRESSION_DIGITS_MAX, EXPRESSION_TRIES_MAX } from './number-limits.ts';

/** What the next symbol may be. END stands for none: the number is over. */
type Symbols = ReadonlySet<number>;
const END = 0;
const NONE: Symbols = new Set();

/** '' when `expression` is cheap on every number, else what is wrong with it. */
export function costFault({ sequence, isWhole }: Expression): string {
  const cost = new Cost();
  const ways = cost.ofSequence(sequence, isWhole ? new Set([END]) : NONE);
  if (cost.fault !== '') return cost.fault;
  return ways <= EXPRESSION_TRIES_MAX ? '' : 'has repetitions beside each other that can share the same digits';
}

/** Ways to try `expression` on a number, at most. For the test that holds this against a matcher that counts. */
export function waysToTry({ sequence, isWhole }: Expression): number {
  return new Cost().ofSequence(sequence, isWhole ? new Set([END]) : NONE);
}

class Cost {
  /** What can be tried in too many ways, whatever surrounds it. */
  fault = '';

  /** Ways through `sequence`, which `follow` comes after. */
  ofSequence(sequence: Sequence, follow: Symbols): number {
    let ways = 1;
    for (let at = sequence.length - 1; at >= 0; at--) {
      const node = sequence[at] as ExpressionNode;
      ways *= this.#of(node, firstOf(sequence.slice(at + 1), follow));
    }
    return ways;
  }

  #of(node: ExpressionNode, follow: Symbols): number {
    switch (node.kind) {
      case 'set':
        return 1;
      case 'group':
        return this.#ofGroup(node, follow);
      case 'repeat':
        return this.#ofRepeat(node, follow);
    }
  }

  #ofGroup({ alternatives }: GroupNode, follow: Symbols): number {
    const ways = alternatives.map((sequence) => this.ofSequence(sequence, follow));
    const isExclusive = areExclusive(alternatives.map((sequence) => firstOf(sequence, follow)));
    return isExclusive ? Math.max(...ways) : ways.reduce((sum, way) => sum + way, 0);
  }

  #ofRepeat({ node, min, max }: RepeatNode, follow: Symbols): number {
    const first = firstOf([node], NONE);
    const isFree = areExclusive([first, follow]);
    if (max <= 1) {
      // Once, or left out: one of two.
      if (max === 0) return 1;
      const once = this.#of(node, follow);
      return min === 1 || (isFree && !isEmptyable(node)) ? once : once + 1;
    }
    const around = new Set([...first, ...follow]);
    const body = this.#of(node, around);
    if (min === max) return body ** min;
    if (isEmptyable(node)) this.fault = 'repeats what may be empty';
    else if (hasVariable(node)) this.fault = 'repeats what itself repeats';
    else if (body > 1) this.fault = 'repeats alternatives that can begin alike';
    return isFree ? 1 : Math.min(max, EXPRESSION_DIGITS_MAX) - Math.min(min, EXPRESSION_DIGITS_MAX) + 1;
  }
}

/** What `sequence` may begin with, `follow` being what comes after it. */
function firstOf(sequence: Sequence, follow: Symbols): Symbols {
  const first = new Set<number>();
  for (const node of sequence) {
    for (const code of firstOfNode(node)) first.add(code);
    if (!isEmptyable(node)) return first;
  }
  for (const code of follow) first.add(code);
  return first;
}

function firstOfNode(node: ExpressionNode): Symbols {
  switch (node.kind) {
    case 'set':
      return node.codes;
    case 'group':
      return new Set(node.alternatives.flatMap((sequence) => [...firstOf(sequence, NONE)]));
    case 'repeat':
      return node.max === 0 ? NONE : firstOfNode(node.node);
  }
}

function isEmptyable(node: ExpressionNode): boolean {
  switch (node.kind) {
    case 'set':
      return false;
    case 'group':
      return node.alternatives.some((sequence) => sequence.every(isEmptyable));
    case 'repeat':
      return node.min === 0 || isEmptyable(node.node);
  }
}

/** Whether something in `node` may be there more or less often. */
function hasVariable(node: SetNode | GroupNode): boolean {
  if (node.kind === 'set') return false;
  return node.alternatives.some((sequence) =>
    sequence.some((inner) => {
      if (inner.kind === 'repeat') return inner.min !== inner.max || hasVariable(inner.node);
      return hasVariable(inner);
    }),
  );
}

/** Whether no symbol is in two of `sets`. */
function areExclusive(sets: readonly Symbols[]): boolean {
  const seen = new Set<number>();
  for (const codes of sets) {
    for (const code of codes) if (seen.has(code)) return false;
    for (const code of codes) seen.add(code);
  }
  return true;
}
