// The datagrams of one call as a ladder with virtual times: what a broken law is shown with.

import { type Passage, placeName } from './network.ts';
import { SWITCH_PLACE } from './switch.ts';

/** Collects the datagrams of one offered call, both legs, told by its number and its Call-IDs. */
export class Ladder {
  readonly #number: string;
  readonly #callIds = new Set<string>();
  readonly #passages: Passage[] = [];

  /** `number`: what the call's INVITEs ask for. */
  constructor(number: string) {
    this.#number = number;
  }

  readonly note = (passage: Passage): void => {
    const { text } = passage;
    const callId = callIdIn(text);
    const isInvite = text.startsWith(`INVITE sip:${this.#number}@`);
    if (isInvite) this.#callIds.add(callId);
    if (this.#callIds.has(callId)) this.#passages.push(passage);
  };

  /** One line a datagram: when, between whom, what, and when it arrives. */
  print(): string {
    return this.#passages.map(lineOf).join('\n');
  }
}

function lineOf({ sentAtMs, from, to, text, arrivalsMs }: Passage): string {
  const [peer, arrow] = from === SWITCH_PLACE ? [to, '<--'] : [from, '-->'];
  const first = text.slice(0, text.indexOf('\r\n'));
  const cseq = /\r\nCSeq: ([^\r]*)/.exec(text)?.[1] ?? '';
  const sdp = text.includes('application/sdp') ? ' +SDP' : '';
  const what = first.startsWith('SIP/2.0 ') ? `${first.slice(8)} (${cseq})` : `${first.split(' ')[0]} (${cseq})`;
  const fate = arrivalsMs.length === 0 ? 'lost' : arrivalsMs.map((atMs) => `at ${atMs.toFixed(1)}`).join(' and ');
  return `${sentAtMs.toFixed(1).padStart(11)}  ${placeName(peer).padEnd(18)} ${arrow} switch   ${what}${sdp}   ${fate}`;
}

function callIdIn(text: string): string {
  const start = text.indexOf('\r\nCall-ID: ') + 11;
  return text.slice(start, text.indexOf('\r\n', start));
}
