// What a random run is made of.

import type { Scene } from './scene.ts';

/** One kind of step. `Subject`: what it may be taken on. */
export interface StepRule<Subject> {
  /** How often it is wanted, beside the others that are possible just now. */
  readonly weight: number;
  readonly among: (scene: Scene) => readonly Subject[];
  /** Takes it in both worlds. `spare`: a random number for what else is to be chosen. */
  readonly take: (scene: Scene, subject: Subject, spare: number) => void;
}

/** A kind of step whose subjects are its own affair. */
export interface Step {
  readonly weight: number;
  readonly among: (scene: Scene) => readonly unknown[];
  readonly take: (scene: Scene, subject: unknown, spare: number) => void;
}

export function step<Subject>({ weight, among, take }: StepRule<Subject>): Step {
  return { weight, among, take: (scene, subject, spare) => take(scene, subject as Subject, spare) };
}

/** One of `choices`, by a random number. */
export function pick<Choice>(choices: readonly Choice[], spare: number): Choice {
  return choices[spare % choices.length] as Choice;
}
