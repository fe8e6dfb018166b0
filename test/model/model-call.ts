// What the reference knows of a call, and of its attempts.

import type { CALLERS, Phase, Terms } from './rules.ts';

/** An attempt, under way or over. */
export interface ModelAttempt {
  /** Index in VENDORS. */
  readonly vendor: number;
  /** The vendor has sent the call to another host of its own. */
  readonly isRedirected: boolean;
  phase: Phase;
  hadSdp: boolean;
  hasSpoken: boolean;
  /** Challenges that its INVITE has answered, and whether a 422 has raised its interval. */
  challengeCount: number;
  isRaised: boolean;
  isOver: boolean;
}

/** A reliable provisional response toward the caller. */
export interface Reliable {
  readonly hasSdp: boolean;
  /** Names its early dialog within the attempt. */
  readonly dialog: string;
}

/** A sign of life of an attempt. `isReliable`: it wants a PRACK; `fork`: who says it. */
export interface Sign {
  readonly phase: Phase;
  readonly hasSdp: boolean;
  readonly isReliable: boolean;
  readonly fork: string;
}

export type Side = 'caller' | 'callee';

/** A call, alive or over. */
export interface ModelCall {
  readonly index: number;
  readonly kind: (typeof CALLERS)[number];
  /** Vendors that were open when it was placed, as they are to be tried. */
  readonly plan: number[];
  /** Vendors whose 3xx named another host, which comes first. */
  readonly redirects: number[];
  readonly placedAtMs: number;
  readonly attempts: ModelAttempt[];
  attempt: ModelAttempt | null;
  /** Whose early dialog the caller was shown last. */
  speaker: ModelAttempt | null;
  /** A vendor has answered; the caller has been told; it has acknowledged. */
  isAnswered: boolean;
  isTold: boolean;
  /** The caller's answer to an offer of the vendor has gone with a PRACK. */
  isDescribed: boolean;
  isAcknowledged: boolean;
  isOver: boolean;
  reason: string;
  /** What the caller is told when nothing more is tried. */
  word: number | Silence | null;
  outstanding: Reliable | null;
  waiting: Reliable[];
  /** Terms of the callee's answer, then of both sides; undefined before a side's timer could run. */
  readonly terms: Record<Side, Terms | null | undefined>;
}

/** How an attempt fails without a final response. */
export type Silence = 'timeout' | 'unanswered' | 'unreachable';

/** Each INVITE of an attempt has dialogs of its own. */
export function dialogOf({ challengeCount, isRaised }: ModelAttempt, fork: string): string {
  return `${challengeCount + (isRaised ? 1 : 0)}${fork}`;
}

/** RFC 3262 3: the answer may not overtake a description that is not acknowledged. */
export function holdsAnswer({ outstanding, waiting }: ModelCall): boolean {
  return outstanding?.hasSdp === true || waiting.length > 0;
}

/** Whether a failure says something of the call: not silence, another place (3xx) or a question for credentials. */
export function tells(failure: number | Silence): boolean {
  if (typeof failure === 'number') return failure >= 400 && failure !== 401 && failure !== 407;
  return failure === 'unanswered';
}

/** The end of a call that failed so. */
export function reasonOf(failure: number | Silence): string {
  switch (failure) {
    case 'timeout':
      return 'GatewayTimeout';
    case 'unanswered':
    case 480:
      return 'NoAnswer';
    case 'unreachable':
      return 'GatewayUnreachable';
    case 407:
      return 'AuthenticationFailed';
    case 486:
    case 600:
      return 'Busy';
    case 404:
      return 'NumberNotFound';
    case 603:
      return 'Rejected';
    default:
      return 'AllGatewaysFailed';
  }
}
