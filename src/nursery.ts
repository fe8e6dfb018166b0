// How V8 collects garbage, and when; what is young above all. Each collection copies what is left of the calls since
// the one before, and the switch stands still meanwhile: a large nursery pauses long, a small one copies much of a
// call's set-up twice, into the old generation in the end (decision 8 has the figures).

import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** Half of it, MiB; V8's usual most is 16. */
const NURSERY_MIB = 8;

/**
 * What it is filled by, values; how much of that between two looks at its size; and the most of these, four times what
 * fills it: one that a command line holds smaller never grows.
 */
const FILLING_LENGTH = 4_096;
const FILLING_COUNT = 8;
const LOOKS_MAX = 128;

/**
 * What V8 would do on threads of its own. They take the core from the one thread that has to answer: where that has
 * half a core, it was left a fifth of it while the old generation was marked.
 */
const HELP = ['parallel-scavenge', 'concurrent-marking', 'parallel-compaction', 'concurrent-sweeping'];

/**
 * When little is going on V8 collects garbage to the last byte, and drops the shapes of objects that there are none of:
 * with no call there, nearly all. The code that was optimised for them goes too, and costs a second of compiling when
 * calls come. The main thread is told by the command line alone, as `tandem` and its service do.
 */
export const KEEPS_CODE = '--no-memory-reducer';

/**
 * The old generation is collected when it has grown by so much, percent. V8 takes 10 to 20 where a collection seems
 * cheap to it: every two seconds at 500 calls a second, a sixteenth of what a call cost.
 */
const OLD_GROWTH_PERCENT = 100;

/**
 * For threads that are begun from now on; the one that runs takes the growth of the old generation alone. `isAlone`:
 * no shard has a thread of its own; then nobody is woken to help.
 */
export function holdNursery(isAlone: boolean): void {
  setFlagsFromString(`--min-semi-space-size=${NURSERY_MIB}`);
  setFlagsFromString(`--max-semi-space-size=${NURSERY_MIB}`);
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString(KEEPS_CODE);
  setFlagsFromString(`--heap-growing-percent=${OLD_GROWTH_PERCENT}`);
  if (isAlone) for (const help of HELP) setFlagsFromString(`--no-${help}`);
}

/**
 * Gives this thread the same nursery, before its program is loaded: V8 doubles that of a thread that runs when much in
 * it is alive, at no one's word, and never makes it smaller.
 */
export function growNursery(): void {
  setFlagsFromString('--semi-space-growth-factor=2');
  const alive: number[][] = [];
  for (let look = 0; look < LOOKS_MAX && nurseryBytes() < 2 * NURSERY_MIB * 2 ** 20; look++) {
    for (let count = 0; count < FILLING_COUNT; count++) alive.push(new Array<number>(FILLING_LENGTH).fill(0));
  }
  setFlagsFromString('--semi-space-growth-factor=1');
}

function nurseryBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space')?.space_size ?? Number.NaN;
}
