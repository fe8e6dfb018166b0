// The caller of the drills: an open loop of calls, some of them refreshed in the middle, with the times of each.

import { setTimeout as sleep } from 'node:timers/promises';
import { respond } from './caller.ts';
import type { Exchange } from './exchange.ts';
import type { Peer, Place } from './peer.ts';

/** What the caller offers. */
export interface DrillLoad {
  /** Calls begun a second, and how long they talk: their product is established at any time. */
  readonly callsPerSecond: number;
  readonly holdMs: number;
  /** How long a caller waits for an answer: one whose 100 came before a kill gets none. */
  readonly patienceMs?: number | undefined;
}

/** What became of a call, with times by performance.now(). */
export interface DrillStory {
  readonly callId: string;
  /** Final status of the INVITE; 0 when none came. */
  readonly status: number;
  /** When the INVITE was first sent, and when its final answer came. */
  readonly askedAtMs: number;
  readonly answeredAtMs: number;
  /** Of the UPDATE; null where there was none. */
  readonly refreshStatus: number | null;
  /** When the first BYE was sent and one was answered, with what, and how many were sent. */
  readonly byeAtMs: number;
  readonly overAtMs: number;
  readonly byeStatus: number;
  readonly byeCount: number;
}

/** Every so manieth call refreshes. */
const REFRESH_EVERY = 5;

const LOOK_MS = 5;

/** Places calls until it is told to end. */
export class DrillCaller {
  readonly peer: Peer;
  readonly #stories: Promise<DrillStory>[] = [];
  /** Calls that were refused, or got no answer in time: nobody here knows them any more. */
  readonly #givenUp = new Set<string>();
  #isEnding = false;
  #isOffering: Promise<void> = Promise.resolve();

  constructor(peer: Peer) {
    this.peer = peer;
    peer.onRequest = (request, from) => {
      if (request.method === 'ACK') return;
      const isKnown = request.method === 'BYE' || !this.#givenUp.has(request.callId);
      peer.send(isKnown ? respond(request, 200, 'OK') : respond(request, 481, 'Call Does Not Exist'), from);
    };
  }

  begin(to: Place, load: DrillLoad): void {
    this.#isOffering = this.#offer(to, load);
  }

  /** No more calls; the stories of all there were. Rejects after `patienceMs`. */
  async end(patienceMs: number): Promise<DrillStory[]> {
    this.#isEnding = true;
    await this.#isOffering;
    const late = sleep(patienceMs, null, { ref: false }).then(() => {
      throw new Error('calls of the drill do not end');
    });
    return Promise.race([Promise.all(this.#stories), late]);
  }

  async #offer(to: Place, { callsPerSecond, holdMs, patienceMs }: DrillLoad): Promise<void> {
    const sinceMs = performance.now();
    while (!this.#isEnding) {
      const dueCount = ((performance.now() - sinceMs) * callsPerSecond) / 1000;
      while (this.#stories.length < dueCount)
        this.#stories.push(this.#place(to, { holdMs, patienceMs }, this.#stories.length));
      await sleep(LOOK_MS);
    }
  }

  async #place(
    to: Place,
    { holdMs, patienceMs }: Omit<DrillLoad, 'callsPerSecond'>,
    index: number,
  ): Promise<DrillStory> {
    const callId = this.peer.mint();
    const uri = `sip:4989100@${to.address}:${to.port}`;
    const headers = `Contact: <sip:caller@${this.peer.hostPort}>\r\n`;
    const from = `<sip:4930555000@${this.peer.place.address}>;tag=from-${callId}`;
    const body = this.peer.sdp();
    const askedAtMs = performance.now();
    const parts = { method: 'INVITE', uri, from, to: `<${uri}>`, callId, cseq: 1, headers, body };
    const invite = this.peer.ask(parts, to, patienceMs);
    invite.onLateSuccess = ({ contact, to: callee }) => {
      this.peer.ask({ method: 'BYE', uri: contact, from, to: callee, callId, cseq: 3 }, to);
    };
    const answer = await invite.final;
    const answeredAtMs = performance.now();
    const none = { askedAtMs, answeredAtMs, refreshStatus: null, byeAtMs: 0, overAtMs: 0, byeStatus: 0, byeCount: 0 };
    if (answer === null || answer.status >= 300) {
      this.#givenUp.add(callId);
      return { callId, status: answer?.status ?? 0, ...none };
    }
    const dialog = { uri: answer.contact, from, to: answer.to, callId };
    await sleep(holdMs / 2);
    let refresh: Exchange | null = null;
    if (index % REFRESH_EVERY === 0) {
      refresh = this.peer.ask({ ...dialog, method: 'UPDATE', cseq: 2, headers }, to);
    }
    const refreshStatus = refresh === null ? null : ((await refresh.final)?.status ?? 0);
    await sleep(Math.max(0, answeredAtMs + holdMs - performance.now()));
    const byeAtMs = performance.now();
    const bye = this.peer.ask({ ...dialog, method: 'BYE', cseq: 3 }, to);
    const byeStatus = (await bye.final)?.status ?? 0;
    const ended = { byeAtMs, overAtMs: performance.now(), byeStatus, byeCount: bye.sentCount };
    return { callId, status: 200, askedAtMs, answeredAtMs, refreshStatus, ...ended };
  }
}
