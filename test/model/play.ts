// One random run: a list of numbers, each of which says which of the steps that are possible just then is taken, and on
// what. The same numbers are the same run, so that fast-check can shorten a run that fails.

import { Ladder } from '../simulator/ladder.ts';
import type { Passage } from '../simulator/network.ts';
import type { ByeManner } from './party.ts';
import { type Coverage, Scene } from './scene.ts';
import { ANSWER, PLACE, SET_UP_STEPS } from './set-up-steps.ts';
import type { Step } from './step.ts';
import { ACKNOWLEDGE, TALK_STEPS } from './talk-steps.ts';
import { WORLD_STEPS } from './world-steps.ts';

const STEPS: readonly Step[] = [...SET_UP_STEPS, ...TALK_STEPS, ...WORLD_STEPS];

/** What every other run begins with, for most of what can happen happens in a talk. */
const ANSWERED_CALL: readonly Step[] = [PLACE, ANSWER, ACKNOWLEDGE];

/** Most numbers in a run. */
export const STEPS_MAX = 30;

/** Numbers are below this. */
export const CHOICE_BOUND = 0x3fff_ffff;

const BYE_MANNERS: readonly ByeManner[] = ['answers', 'answers', 'answers', 'silent', 'answers', 'knows nothing'];

/** Plays the run of `choices`; throws where switch and reference differ, or the switch owes a peer something. */
export function play(choices: readonly number[], coverage: Coverage): void {
  playIn(sceneOf(choices, coverage, null), choices);
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

function sceneOf(choices: readonly number[], coverage: Coverage, note: ((passage: Passage) => void) | null): Scene {
  // The first number sets the mood: how the run begins, and where in the list of manners.
  const at = (choices[0] ?? 0) % BYE_MANNERS.length;
  return new Scene(coverage, [...BYE_MANNERS.slice(at), ...BYE_MANNERS.slice(0, at)], note);
}

function playIn(scene: Scene, [mood = 0, ...choices]: readonly number[]): void {
  const prelude = mood % 2 === 0 ? [] : ANSWERED_CALL;
  for (const step of prelude) playStep(scene, step, mood >>> 1);
  for (const choice of choices) playStep(scene, null, choice);
  scene.finish();
}

/** Takes `step`, or one of those that are possible. */
function playStep(scene: Scene, step: Step | null, choice: number): void {
  // No two steps share a moment: what is due in between happens first, in both worlds.
  scene.advance(scene.nowMs + 1);
  const offers = step === null ? STEPS : [step];
  const subjects = offers.map(({ among }) => among(scene));
  const weights = offers.map(({ weight }, at) => (subjects[at]?.length === 0 ? 0 : weight));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const at = indexAt(weights, choice % total);
  // Bits that the choice of the step has not used up.
  const spare = Math.imul(choice, 0x9e37_79b1) >>> 4;
  const possible = subjects[at] ?? [];
  offers[at]?.take(scene, possible[(spare >>> 12) % possible.length], spare % 4096);
  scene.settle();
}

/** Which of `weights` lies at `point` when they are laid in a row. */
function indexAt(weights: readonly number[], point: number): number {
  let end = 0;
  return weights.findIndex((weight) => {
    end += weight;
    return point < end;
  });
}
