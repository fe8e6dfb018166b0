// What a hunt has left to try: the route plan in its order, protect gateways first once the call has hunted for long
// enough, and before both the places that a gateway has sent the call to.

import type { Candidate } from '../routing/candidate.ts';
import type { Redirect } from './redirect.ts';

/** A gateway to try, and where it has sent the call; null for the gateway itself. */
export interface Try {
  readonly candidate: Candidate;
  readonly redirect: Redirect | null;
}

/** The hunt's list; each entry is given out once. */
export class HuntPlan {
  readonly #candidates: Candidate[];
  /** Where gateways have sent the call; the first `#followedCount` have been given out. */
  readonly #redirected: Try[] = [];
  #followedCount = 0;
  readonly #protectFromMs: number;

  /** `protectFromMs`: from when on protect gateways come first; Infinity for never. */
  constructor(candidates: readonly Candidate[], protectFromMs: number) {
    this.#candidates = [...candidates];
    this.#protectFromMs = protectFromMs;
  }

  /** `candidate` has sent the call to these places. 8.1.3.4: none is tried twice, or two could send it round. */
  redirect(candidate: Candidate, redirects: readonly Redirect[]): void {
    for (const redirect of redirects) {
      const isKnown = this.#redirected.some((other) => other.redirect?.uri === redirect.uri);
      if (!isKnown) this.#redirected.push({ candidate, redirect });
    }
  }

  /** Whether a gateway that was tried has sent the call to what is next. */
  get isRedirected(): boolean {
    return this.#followedCount < this.#redirected.length;
  }

  /** What to try next; null when nothing is left. */
  next(nowMs: number): Try | null {
    const redirected = this.#redirected[this.#followedCount];
    if (redirected !== undefined) {
      this.#followedCount += 1;
      return redirected;
    }
    const isLate = nowMs >= this.#protectFromMs;
    const index = isLate ? this.#candidates.findIndex(({ gateway }) => gateway.protect) : 0;
    const candidate = this.#candidates.splice(Math.max(0, index), 1)[0];
    return candidate === undefined ? null : { candidate, redirect: null };
  }
}
