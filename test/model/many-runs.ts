// Many random runs by fast-check, and what they have reached.

import fc from 'fast-check';
import { CHOICE_BOUND, describe, emptyCoverage, play, STEPS_MAX } from './play.ts';
import type { Coverage } from './scene.ts';

/** Which runs. */
export interface ManyRuns {
  readonly runCount: number;
  readonly seed: number;
  /** fast-check's path to one failing run; '' for all. */
  readonly path?: string;
}

/** Plays them; throws an error with seed, path, steps and ladders of the shortest run that fails. */
export function runMany({ runCount, seed, path = '' }: ManyRuns): Coverage {
  const coverage = emptyCoverage();
  const choices = fc.array(fc.nat(CHOICE_BOUND), { minLength: 1, maxLength: STEPS_MAX, size: 'max' });
  const property = fc.property(choices, (numbers) => play(numbers, coverage));
  const { failed, counterexample, counterexamplePath, errorInstance, numRuns } = fc.check(property, {
    ...{ numRuns: runCount, seed, path, endOnFailure: path !== '' },
  });
  if (!failed) return coverage;
  const why = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
  const again = `node dist/test/model/run.js --seed ${seed} --path ${counterexamplePath}`;
  throw new Error(
    `run ${numRuns} of seed ${seed} fails: ${why}\n\n${describe(counterexample?.[0] ?? [])}\n\nagain: ${again}`,
  );
}

/** Those of `wanted` that no run has reached. */
export function missedOf({ rarities }: Coverage, wanted: readonly string[]): string[] {
  return wanted.filter((line) => !rarities.has(line));
}

/** What all of `parts` have reached. */
export function merge(parts: readonly Coverage[]): Coverage {
  const all = emptyCoverage();
  for (const part of parts) {
    for (const [name, count] of part.transitions) all.transitions.set(name, (all.transitions.get(name) ?? 0) + count);
    for (const [name, count] of part.rarities) all.rarities.set(name, (all.rarities.get(name) ?? 0) + count);
  }
  return all;
}

/** Two tables of what was reached: states by steps, and the rare lines. */
export function report({ transitions, rarities }: Coverage): string {
  return `${transitions.size} transitions\n${tableOf(transitions)}\n${rarities.size} rare lines\n${tableOf(rarities)}`;
}

function tableOf(counts: ReadonlyMap<string, number>): string {
  const sorted = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([name, count]) => `${String(count).padStart(10)}  ${name}`).join('\n');
}
