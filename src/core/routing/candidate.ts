// A routing gateway whose prefix fits one call, and what becomes of it: passed by, waiting in the plan, or tried.

import type { Pass } from './pass.ts';
import type { Price } from './route-conditions.ts';
import type { RoutingGateway } from './snapshot.ts';

/** One gateway of one plan. Its ranks are what it is ordered by, the lower the earlier. */
export class Candidate {
  readonly gateway: RoutingGateway;
  /** The prefix it was found by. */
  readonly prefix: string;
  /** What held it back; null as long as nothing did. */
  pass: Pass | null = null;
  isTried = false;
  /** What it is paid; null when it has no rate, or was never asked for it. */
  buy: Price | null = null;
  /** By the first and the second policy of the mapping gateway; 0 without one. */
  firstRank = 0;
  secondRank = 0;
  /** By answer rate and cost, where they stand in the order of all calls. */
  thirdRank = 0;
  fourthRank = 0;
  /** Its priority now, and its present calls over its capacity now. */
  priority = 0;
  load = 0;
  /** Calls offered to it so far. */
  offered = 0;

  constructor(gateway: RoutingGateway, prefix: string) {
    this.gateway = gateway;
    this.prefix = prefix;
  }
}
