// Answered calls of an earlier life that are not made again yet. To make thousands takes tenths of a second, for which
// no peer shall wait: a call is made again in its turn, or when a message in one of its dialogs comes.

import type { CallCheckpoint } from '../call/checkpoint.ts';

/** One of them. `isSameClock`: whether its times are of the clock that still runs. */
export interface FormerCall {
  readonly checkpoint: CallCheckpoint;
  readonly isSameClock: boolean;
}

/** They wait in the order in which they came. */
export class FormerCalls {
  readonly #waiting = new Set<FormerCall>();
  /** By our tags, which no two dialogs share. */
  readonly #byTag = new Map<string, FormerCall>();

  get size(): number {
    return this.#waiting.size;
  }

  add(former: FormerCall): void {
    this.#waiting.add(former);
    for (const tag of tagsOf(former)) this.#byTag.set(tag, former);
  }

  /** Takes out the one that has `tag` for one of its dialogs; null: there is none. */
  takeOf(tag: string): FormerCall | null {
    return this.#take(this.#byTag.get(tag));
  }

  /** Takes out the next one; null: there is none. */
  takeNext(): FormerCall | null {
    const [next] = this.#waiting;
    return this.#take(next);
  }

  #take(former: FormerCall | undefined): FormerCall | null {
    if (former === undefined) return null;
    this.#waiting.delete(former);
    for (const tag of tagsOf(former)) this.#byTag.delete(tag);
    return former;
  }
}

function tagsOf({ checkpoint }: FormerCall): readonly string[] {
  return [checkpoint.caller.dialog.localTag, checkpoint.callee.dialog.localTag];
}
