// One random run: a list of numbers, each of which says which of the steps that are possible just then is taken, and on
// what. The same numbers are the same run, so that fast-check can shorten a run that fails.

import { Ladder } from '../simulator/ladder.ts';
import type { Passage } from '../simulator/network.ts';
import type { ByeManner } from './party.ts';
import { type Coverage, Scene } from './scene.ts';
import { SET_UP_STEPS } from './set-up-steps.ts';
import type { Step } from './step.ts';
import { TALK_STEPS } from './talk-steps.ts';
import { WORLD_STEPS } from './world-steps.ts';

const STEPS: readonly Step[] = [...SET_UP_STEPS, ...TALK_STEPS, ...WORLD_STEPS];

/** Most numbers in a run. */
export const STEPS_MAX = 40;

/** Numbers are below this. */
export const CHOICE_BOUND = 0x3fff_ffff;

const BYE_MANNERS: readonly ByeManner[] = ['answers', 'answers', 'answers', 'silent', 'answers', 'knows nothing'];

/** Plays the run of `choices`; throws where switch and reference differ, or the switch owes a peer something. */
export function play(choices: readonly number[], coverage: Coverage): void {
  runOf(choices, coverage, null);
}

/** What happened in the run of `choices`: its steps, and a ladder of each call. */
export function describe(choices: readonly number[]): string {
  const ladders: Ladder[] = [];
  const note = (passage: Passage): void => {
    const index = /^INVITE sip:4930(\d+)@/.exec(passage.text)?.[1];
    if (index !== undefined) ladders[Number(index)] ??= new Ladder(`4930${index}`);
    for (const ladder of ladders) ladder?.note(passage);
  };
  const scene = sceneOf(choices, emptyCoverage(), note);
  try {
    playIn(scene, choices);
  } catch {
    // It is known to fail.
  }
  const shown = ladders.map((ladder, index) => `call ${index}\n${ladder.print()}`);
  return `${scene.log.join('\n')}\n\n${shown.join('\n\n')}`;
}

export function emptyCoverage(): Coverage {
  return { transitions: new Map(), rarities: new Map() };
}

function runOf(choices: readonly number[], coverage: Coverage, note: ((passage: Passage) => void) | null): void {
  playIn(sceneOf(choices, coverage, note), choices);
}

function sceneOf(choices: readonly number[], coverage: Coverage, note: ((passage: Passage) => void) | null): Scene {
  // How the peers treat a BYE begins somewhere in the list.
  const at = (choices[0] ?? 0) % BYE_MANNERS.length;
  return new Scene(coverage, [...BYE_MANNERS.slice(at), ...BYE_MANNERS.slice(0, at)], note);
}

function playIn(scene: Scene, choices: readonly number[]): void {
  for (const choice of choices) {
    // No two steps share a moment: what is due in between happens first, in both worlds.
    scene.advance(scene.nowMs + 1);
    take(scene, choice);
    scene.settle();
  }
  scene.finish();
}

function take(scene: Scene, choice: number): void {
  const offers = STEPS.map(({ among }) => among(scene));
  const weights = offers.map((subjects, i) => (subjects.length === 0 ? 0 : (STEPS[i]?.weight ?? 0)));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  let rest = choice % total;
  const at = weights.findIndex((weight) => (rest -= weight) < 0);
  const subjects = offers[at] ?? [];
  // A number of its own for each further choice.
  const spare = Math.imul(choice, 0x9e37_79b1) >>> 4;
  STEPS[at]?.take(scene, subjects[(spare >>> 12) % subjects.length], spare % 4096);
}
