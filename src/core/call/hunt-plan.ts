// What a hunt has left to try: the route plan in its order, protect gateways first once the call has hunted for long
// enough, and before both the places that a gateway has sent the call to.

import type { Candidate } from '../routing/route-plan.ts';
import type { Redirect } from './redirect.ts';

/** A gateway to try, and where it has sent the call; null for the gateway itself. */
export interface Try {
  readonly candidate: Candidate;
  readonly redirect: Redirect | null;
}

/** The hunt's list; each entry is given out once. */
export class HuntPlan {
  readonly #candidates: Candidate[];
  readonly #redirected: Try[] = [];
  readonly #protectFromMs: number;

  /** `protectFromMs`: from when on protect gateways come first; Infinity for never. */
  constructor(candidates: readonly Candidate[], protectFromMs: number) {
    this.#candidates = [...candidates];
    this.#protectFromMs = protectFromMs;
  }

  /** `candidate` has sent the call to these places. */
  redirect(candidate: Candidate, redirects: readonly Redirect[]): void {
    for (const redirect of redirects) this.#redirected.push({ candidate, redirect });
  }

  /** What to try next; null when nothing is left. */
  next(nowMs: number): Try | null {
    const redirected = this.#redirected.shift();
    if (redirected !== undefined) return redirected;
    const isLate = nowMs >= this.#protectFromMs;
    const index = isLate ? this.#candidates.findIndex(({ gateway }) => gateway.protect) : 0;
    const candidate = this.#candidates.splice(Math.max(0, index), 1)[0];
    return candidate === undefined ? null : { candidate, redirect: null };
  }
}
