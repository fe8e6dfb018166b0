// What the caller is told when nothing more is tried: of all attempts of a hunt, the most telling.

import type { AttemptOutcome } from './hunt.ts';
import type { Crossing } from './leg-events.ts';

/** What an attempt came to. */
export interface LastWord {
  readonly outcome: AttemptOutcome;
  readonly phrase: string;
  readonly crossing: Crossing;
}

/** The word for the caller: the last that a gateway said of the call, whatever silence came after it. */
export function moreTelling(last: LastWord, before: LastWord | null): LastWord {
  return before === null || isTelling(last.outcome) || !isTelling(before.outcome) ? last : before;
}

/** Not silence, nor what is said of us (401, 407) or of another place (3xx). */
function isTelling({ how, status }: AttemptOutcome): boolean {
  return how === 'ringingTimeout' || (how === 'failure' && status >= 400 && status !== 401 && status !== 407);
}
