// Many random runs by fast-check, and what they have reached.

import fc from 'fast-check';
import { CHOICE_BOUND, describe, emptyCoverage, play, STEPS_MAX } from './play.ts';
import type { Coverage } from './scene.ts';

export interface ManyRuns {
  readonly runCount: number;
  readonly seed: number;
  /** Path of fast-check to one failing run; '' for all. */
  readonly path?: string;
}

/** Plays them; throws an error with seed, path, steps and ladders for the shortest run that fails. */
export function runMany({ runCount, seed, path = '' }: ManyRuns): Coverage {
  const coverage = emptyCoverage();
  const choices = fc.array(fc.nat(CHOICE_BOUND), { minLength: 1, maxLength: STEPS_MAX, size: 'max' });
  const property = fc.property(choices, (numbers) => play(numbers, coverage));
  const result = fc.check(property, { numRuns: runCount, seed, path, endOnFailure: path !== '', interruptAfterTimeLimit: 600_000 });
  if (!result.failed) return coverage;
  const [numbers] = result.counterexample ?? [[]];
  const { counterexamplePath, numRuns, errorInstance } = result;
  const why = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
  throw new Error(
    `run ${numRuns} of seed ${seed} fails: ${why}\n\n${describe(numbers ?? [])}\n\n` +
      `again: node dist/test/model/run.js --seed ${seed} --path ${counterexamplePath}`,
  );
}

/** Tables of what was reached: states by steps, and the rare lines. */
export function report({ transitions, rarities }: Coverage): string {
  const sorted = (counts: ReadonlyMap<string, number>): string =>
    [...counts]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, count]) => `  ${String(count).padStart(8)}  ${name}`)
      .join('\n');
  return `${transitions.size} transitions\n${sorted(transitions)}\n${rarities.size} rare lines\n${sorted(rarities)}`;
}
