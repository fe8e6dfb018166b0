// A request that a peer sent and what came back: RFC 3261 17.1 with the RFC's own intervals, and the ACKs of an INVITE.

import type { PeerMessage } from '../simulator/peer-message.ts';

const T1_MS = 500;
const T2_MS = 4_000;

/** 64*T1: who has heard nothing by then gives up. */
const LIFE_MS = 64 * T1_MS;

/** What an exchange needs of its peer. */
export interface ExchangePorts {
  /** Sends to where the request went. */
  send(text: string): void;
  /** Prints the ACK of `response`: of a failure with the INVITE's branch, of a success with a new one. */
  printAck(response: PeerMessage): string;
}

/** One client transaction. */
export class Exchange {
  readonly method: string;
  /** Everything that came back, repeats included. */
  readonly responses: PeerMessage[] = [];
  /** The final response; null when none came within the peer's patience. */
  readonly final: Promise<PeerMessage | null>;
  /** How often it was sent. */
  sentCount = 1;
  /** Hears of an answer that came after the peer had given up. */
  onLateSuccess: (answer: PeerMessage) => void = () => undefined;
  readonly #ports: ExchangePorts;
  readonly #text: string;
  readonly #lifetime: NodeJS.Timeout;
  #settle: (final: PeerMessage | null) => void = () => undefined;
  #repeat: NodeJS.Timeout | null = null;
  #waitMs = T1_MS;
  #isFinal = false;
  #hasGivenUp = false;
  #isLateTold = false;
  #ackText = '';

  /** Sends at once. `patienceMs`: when to give up, whatever came before. */
  constructor(ports: ExchangePorts, method: string, text: string, patienceMs = LIFE_MS) {
    this.#ports = ports;
    this.method = method;
    this.#text = text;
    this.final = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.#lifetime = setTimeout(() => this.#end(null), patienceMs);
    ports.send(text);
    this.#armRepeat();
  }

  receive(response: PeerMessage): void {
    this.responses.push(response);
    const { status } = response;
    if (this.method === 'INVITE') {
      clearTimeout(this.#repeat ?? undefined);
      if (status >= 200) this.#acknowledge(response);
    } else if (status < 200) {
      this.#waitMs = T2_MS;
    }
    if (status < 200) return;
    if (this.#hasGivenUp && !this.#isLateTold && status < 300) {
      this.#isLateTold = true;
      this.onLateSuccess(response);
    }
    this.#end(response);
  }

  /** Gives up: nothing is sent any more. */
  stop(): void {
    this.#end(null);
  }

  /** 13.2.2.4, 17.1.1.3: every copy of a final response gets the same ACK. */
  #acknowledge(response: PeerMessage): void {
    if (this.#ackText === '') this.#ackText = this.#ports.printAck(response);
    this.#ports.send(this.#ackText);
  }

  #armRepeat(): void {
    this.#repeat = setTimeout(() => {
      this.#ports.send(this.#text);
      this.sentCount += 1;
      this.#waitMs = this.method === 'INVITE' ? 2 * this.#waitMs : Math.min(2 * this.#waitMs, T2_MS);
      this.#armRepeat();
    }, this.#waitMs);
  }

  #end(final: PeerMessage | null): void {
    if (this.#isFinal) return;
    this.#isFinal = true;
    this.#hasGivenUp = final === null;
    clearTimeout(this.#repeat ?? undefined);
    clearTimeout(this.#lifetime);
    this.#settle(final);
  }
}
