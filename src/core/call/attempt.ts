// An attempt as its call sees it once it is made: a callee's leg, or what is left of one after a restart.

import type { AttemptLeft } from '../cdr/cdr.ts';
import type { Candidate } from '../routing/candidate.ts';
import type { RoutingGateway } from '../routing/snapshot.ts';
import type { DialogLeg } from './dialog-leg.ts';
import type { Renumber } from './parties.ts';

/** One attempt. */
export interface Attempt {
  readonly candidate: Pick<Candidate, 'gateway' | 'prefix'>;
  readonly gateway: RoutingGateway;
  /** The dialog, once answered. */
  readonly leg: DialogLeg | null;
  /** Answered, failed or given up: nothing more of it concerns the hunt. */
  readonly isOver: boolean;
  /** The called party was alerted, and has not answered since. */
  readonly isRinging: boolean;
  /** What numbers in identities become toward it. */
  readonly renumber: Renumber;
  /** Media has come from this gateway. */
  hadRtp: boolean;
  /** Gives it up. `reason`: value of Reason. */
  leave(left: AttemptLeft, reason?: string): void;
}
