// An attempt as its call sees it once it is made: a callee's leg, or what is left of one that was answered.

import type { AttemptLeft } from '../cdr/cdr.ts';
import type { Candidate } from '../routing/candidate.ts';
import type { RoutingGateway } from '../routing/snapshot.ts';
import type { DialogLeg } from './dialog-leg.ts';
import type { Renumber } from './parties.ts';

/** One attempt. */
export interface Attempt {
  readonly candidate: FoundGateway;
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

/** A gateway of a route plan, and by which prefix it was found. */
export type FoundGateway = Pick<Candidate, 'gateway' | 'prefix'>;

/** An answered attempt: its hunt is over, or was in an earlier life of the switch. It lasts as long as its call. */
export class AnsweredAttempt implements Attempt, FoundGateway {
  readonly gateway: RoutingGateway;
  readonly prefix: string;
  readonly leg: DialogLeg | null;
  readonly renumber: Renumber;
  hadRtp = true;

  /** `gateway`: where it was called. */
  constructor(gateway: RoutingGateway, prefix: string, leg: DialogLeg | null, renumber: Renumber) {
    this.gateway = gateway;
    this.prefix = prefix;
    this.leg = leg;
    this.renumber = renumber;
  }

  get candidate(): FoundGateway {
    return this;
  }

  get isOver(): boolean {
    return true;
  }

  get isRinging(): boolean {
    return false;
  }

  leave(): void {
    // There is nothing to give up.
  }
}
