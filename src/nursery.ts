// How V8 collects garbage, and when; what is young above all. Each collection copies what is left of the calls since
// the one before, and the switch stands still meanwhile: a large nursery pauses long, a small one copies much of a
// call's set-up twice, into the old generation in the end (decision 8 has the figures).

import { setFlagsFromString } from 'node:v8';

/** Half of it, MiB; V8's own has 1 to 16, as it sees fit. */
const NURSERY_MIB = 8;

const SIZE = [`--min-semi-space-size=${NURSERY_MIB}`, `--max-semi-space-size=${NURSERY_MIB}`] as const;

/**
 * When little is going on V8 collects garbage to the last byte, and drops the shapes of objects that there are none of:
 * with no call there, nearly all. The code that was optimised for them goes too, and costs a second of compiling when
 * calls come.
 */
const KEEPS_CODE = '--no-memory-reducer';

/**
 * What the command line of node has to say, as that of `tandem` and of its service does: the thread that it begins with
 * reads these nowhere else. Without the size V8 makes the nursery a sixteenth of itself in quiet minutes.
 */
export const START_OPTIONS: readonly string[] = [KEEPS_CODE, ...SIZE];

/**
 * What V8 would do on threads of its own. They take the core from the one thread that has to answer: where that has
 * half a core, it was left a fifth of it while the old generation was marked.
 */
const HELP = ['parallel-scavenge', 'concurrent-marking', 'parallel-compaction', 'concurrent-sweeping'];

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
  for (const option of START_OPTIONS) setFlagsFromString(option);
  setFlagsFromString(`--heap-growing-percent=${OLD_GROWTH_PERCENT}`);
  if (isAlone) for (const help of HELP) setFlagsFromString(`--no-${help}`);
}
