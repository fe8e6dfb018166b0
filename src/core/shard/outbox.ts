// Everything that leaves a shard. The host implements it; the shard calls it while it runs one input, and the host
// passes on what it collected before the next.

import type { Target } from '../base/target.ts';
import type { LiveRecord } from '../call/call-record.ts';
import type { LrnQuestion } from '../call/lrn-dips.ts';

/** The one way out. */
export interface Outbox {
  /** A datagram, as a latin1 string. */
  transmit(text: string, target: Target): void;
  /** A live call's record is new or changed; its `cdr` may change further before the host looks at it. */
  recordChanged(record: LiveRecord): void;
  /** The 200 of a live call was acknowledged; its checkpoint may say so, and need not. */
  recordAcknowledged(record: LiveRecord): void;
  /** A call of an earlier life goes on; its checkpoint is what it was. */
  recordResumed(record: LiveRecord): void;
  /** A call is over: its CDR comes once, and is complete when the input has run. */
  recordEnded(record: LiveRecord): void;
  /** Ask the LRN source; the answer goes to `Shard.lrnAnswered`. */
  askLrn(id: number, question: LrnQuestion, timeoutMs: number): void;
  /** Somebody at `address` has failed to prove that he is `user`. */
  authFailed(address: string, user: string): void;
  /** A defect of the switch: what failed, and the input that led there ('' for a timer). */
  defect(sentence: string, input: string): void;
}
