// A gateway's sign of life on its way to the caller.

import type { MappingGateway } from '../routing/snapshot.ts';
import { Header } from '../sip/header-name.ts';
import type { SipMessage } from '../sip/message.ts';
import { hasOptionTag } from '../sip/option-tags.ts';
import { reasonPhraseOf } from '../sip/status.ts';
import { type Crossing, EMPTY_CROSSING, type Provisional, type Question } from './leg-events.ts';

/** `sipRemoteRingSignal`: early media reaches the caller under the status that it understands. */
export function ringSignalOf(
  { sipRemoteRingSignal }: MappingGateway,
  provisional: Provisional,
  crossing: Crossing,
): Provisional {
  const isForced = sipRemoteRingSignal !== 'auto' && crossing.hasSdp;
  if (!isForced && crossing === provisional.crossing) return provisional;
  const status = isForced ? Number(sipRemoteRingSignal) : provisional.status;
  const phrase = isForced ? reasonPhraseOf(status) : provisional.phrase;
  return { status, phrase, crossing, rack: provisional.rack };
}

/** A PRACK of our own, whose answer concerns nobody. */
export function prackOf(rack: string): Question {
  return { method: 'PRACK', crossing: EMPTY_CROSSING, rack, isRefresh: false, answer: () => undefined };
}

/** RSeq of a provisional response that wants a PRACK; 0 of any other (RFC 3262 4). */
export function reliableSequenceOf(response: SipMessage): number {
  const text = response.value(Header.RSeq);
  if (text === undefined || !/^\d{1,10}$/.test(text) || !hasOptionTag(response, 'Require', '100rel')) return 0;
  return Number(text);
}
