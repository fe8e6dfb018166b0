// What a simulated peer may do to its world.

import type { Prng } from '../../src/core/base/prng.ts';
import type { Agenda } from './agenda.ts';
import type { Place } from './network.ts';

/** Rare things worth knowing that they were reached. */
export type Rarity =
  | 'cancelCrossed200'
  | 'secondFork'
  | 'lateAnswer'
  | 'byeCrossed'
  | 'glare'
  | 'byeBeforeAck'
  | 'neverAcknowledged'
  | 'refusedInCall'
  | 'answerNotWanted'
  | 'requestAfterEnd'
  | 'reInvited'
  | 'requestUnanswered'
  | 'cancelled'
  | 'cancelBeforeProvisional'
  | 'lateOffer'
  | 'probed'
  | 'inviteUnanswered';

/** The world of one peer. */
export interface PeerPorts {
  /** Digits in which the numbers of callers differ. */
  readonly callerDigits: number;
  readonly place: Place;
  readonly agenda: Agenda;
  readonly prng: Prng;
  /** Sends a datagram to the switch. */
  send(text: string): void;
  /** The switch did what it must not do. `callIndex`: in which offered call. */
  complain(callIndex: number, sentence: string): void;
  note(rarity: Rarity): void;
}
