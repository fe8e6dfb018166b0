// How V8 compiles while the switch starts. What runs then runs once, and a function that it would optimise on a thread
// of its own takes the core from the one that loads the next: the optimised code of a start costs as much as half of
// the rest, and nearly all of it is for nothing.

import { setFlagsFromString } from 'node:v8';

/** Until `endWarmUp` nothing is optimised, in any thread of this process. */
export function beginWarmUp(): void {
  setFlagsFromString('--no-opt');
}

/** What is hot is optimised from now on. */
export function endWarmUp(): void {
  setFlagsFromString('--opt');
}
