// One call of the calling end, or one request outside of calls.

import type { CallFace } from './call-text.ts';
import type { RefreshedCall } from './refresh-watch.ts';
import type { CallKind } from './traffic-messages.ts';

/** How far a call is. */
export type CallStage = 'inviting' | 'proceeding' | 'cancelling' | 'talking' | 'leaving' | 'over';

/** What the caller remembers of it. */
export interface TrafficCall extends CallFace, RefreshedCall {
  readonly kind: CallKind;
  readonly sentAtMs: number;
  branch: string;
  stage: CallStage;
  sequence: number;
  hasRung: boolean;
  /** The request that waits for an answer, and how often it was repeated. */
  request: string;
  resends: number;
  ack: string;
}

/** The statuses by which a call of its kind comes to the end it should have; 200 is answered, then hung up. */
export function isExpectedFailure({ kind }: TrafficCall, status: number): boolean {
  if (kind.cancelAfterMs !== null) return status === 487;
  switch (kind.callee) {
    case 'busy':
      return status === 486;
    case 'unavailable':
      return status === 500;
    case 'ringOn':
    case 'silent':
      return status === 408 || status === 480;
    default:
      return false;
  }
}
