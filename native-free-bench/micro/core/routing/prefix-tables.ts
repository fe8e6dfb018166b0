// Tables of a million prefixes, made from a seed: the three shapes that tables have in the field.

import { Prng } from '../../../../src/core/base/prng.ts';

/** A shape by name. */
export type TableShape = 'deck' | 'blocks' | 'numbers';

/**
 * `count` prefixes, sorted. `deck`: an A-Z deck, 2 to 12 digits, many beside each other; `blocks`: thousands blocks of
 * a numbering plan, 7 to 8 digits, nearly all of some areas; `numbers`: single numbers of 11 digits, anywhere.
 */
export function prefixesOf(shape: TableShape, count: number): string[] {
  const prng = new Prng(1);
  const found = new Set<string>();
  while (found.size < count) {
    if (shape === 'numbers') found.add(digits(prng, 11));
    else if (shape === 'blocks')
      found.add(`1${200 + prng.below(200)}${200 + prng.below(800)}${digits(prng, prng.below(2))}${prng.below(10)}`);
    else addDestination(prng, found);
  }
  return [...found].slice(0, count).sort();
}

/** A destination of a deck: some base and most of what lies under it, one or two digits longer. */
function addDestination(prng: Prng, found: Set<string>): void {
  const base = digits(prng, 2 + prng.below(8));
  found.add(base);
  for (let last = 0; last < 100; last++) {
    if (prng.chance(0.3)) found.add(`${base}${String(last).padStart(2, '0')}`);
    if (last < 10 && prng.chance(0.5)) found.add(`${base}${last}`);
  }
}

/** `count` random digits, the first no zero. */
function digits(prng: Prng, count: number): string {
  let text = count === 0 ? '' : String(1 + prng.below(9));
  while (text.length < count) text += String(prng.below(10));
  return text;
}

/** Numbers to look up: most begin with one of `prefixes`, some with none. */
export function numbersFor(prefixes: readonly string[], count: number): string[] {
  const prng = new Prng(2);
  return Array.from({ length: count }, () => {
    const begun = prng.chance(0.9) ? (prefixes[prng.below(prefixes.length)] ?? '') : '';
    // Flat text, as it comes out of a datagram.
    return Buffer.from(begun + digits(prng, 15), 'latin1').toString('latin1', 0, 15);
  });
}
