// What a peer keeps of its dialogs and of the requests each way.

import type { PeerMessage } from '../simulator/peer-message.ts';

const SDP = 'v=0\r\no=- 1 1 IN IP4 10.99.0.1\r\ns=-\r\nc=IN IP4 10.99.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8\r\n';

/** One dialog at this end, early or confirmed. */
export interface DialogEnd {
  readonly localTag: string;
  /** From or To of this end and of the other, tags included. */
  readonly local: string;
  readonly remote: string;
  readonly remoteTag: string;
  isConfirmed: boolean;
  /** A BYE went from here, or came. */
  byeSent: boolean;
  byeReceived: boolean;
  /** The switch has given it up, or told this peer so: the reference knows. */
  isGone: boolean;
  remoteCseq: number;
}

/** A request of this peer, but for ACK. */
export interface Asked {
  readonly method: string;
  readonly branch: string;
  readonly cseq: number;
  readonly text: string;
  readonly dialog: DialogEnd | null;
  readonly atMs: number;
  /** Names it where it crosses to the other side. */
  readonly mark: string;
  /** Final response; 0 before. */
  status: number;
  responseText: string;
  responseTo: string;
  answeredAtMs: number;
  ackText: string;
  /** The network failed meanwhile: it may go without an answer. */
  isExcused: boolean;
}

/** One final response of this peer. */
export interface Final {
  readonly status: number;
  readonly text: string;
  /** The switch was there to hear it. */
  readonly isHeard: boolean;
  ackCount: number;
}

/** A request of the switch. */
export interface Served {
  readonly request: PeerMessage;
  readonly dialog: DialogEnd | null;
  readonly atMs: number;
  /** The mark of the other side's request that it carries; '' for one of the switch's own. */
  readonly mark: string;
  provisionalCount: number;
  isCancelled: boolean;
  /** From when on nobody hears an answer. */
  deadAtMs: number;
  /** By tag; a fork has several. */
  readonly finals: Map<string, Final>;
  lastText: string;
  /** RSeq of the last reliable provisional response of each fork. */
  readonly rseqs: Map<string, number>;
}

/** A dialog that begins. */
export function newEnd(localTag: string, remoteTag: string) {
  const flags = { isConfirmed: false, byeSent: false, byeReceived: false, isGone: false };
  return { localTag, remoteTag, local: '', remote: '', remoteCseq: -1, ...flags };
}

/** Type, length and description, or none. */
export function bodyOf(hasSdp: boolean): string {
  return hasSdp
    ? `Content-Type: application/sdp\r\nContent-Length: ${SDP.length}\r\n\r\n${SDP}`
    : 'Content-Length: 0\r\n\r\n';
}
