// The socket and the clock of one simulated peer.

import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { TandemError } from '../../tandem-error.ts';
import { readSip, type SipText } from './sip-text.ts';

/** 3261 17.1.1.1: the estimate of a round trip, ms, and where doubling ends. */
const T1_MS = 500;
const T2_MS = 4_000;

/** 3261 17: 64 * T1, after which nothing more is to come. */
export const PATIENCE_MS = 64 * T1_MS;

/** Where a message goes or came from. */
export interface Place {
  readonly address: string;
  readonly port: number;
}

/** A UDP socket that speaks SIP, and timers that end with it. */
export class PeerSocket {
  readonly address: string;
  readonly #socket: Socket;
  readonly #timers = new Set<NodeJS.Timeout>();

  private constructor(socket: Socket, address: string) {
    this.#socket = socket;
    this.address = address;
  }

  /** Binds a free port of `address`. Throws TANDEM_DEMO_ADDRESS when this machine does not have that address. */
  static async bind(address: string, onMessage: (message: SipText, from: Place) => void): Promise<PeerSocket> {
    const socket = createSocket({ type: 'udp4', recvBufferSize: 1024 * 1024 });
    socket.on('message', (bytes, from) => {
      const message = readSip(bytes.toString('latin1'));
      if (message !== null) onMessage(message, from);
    });
    const listening = once(socket, 'listening');
    socket.bind({ address, port: 0, exclusive: true });
    try {
      await listening;
    } catch (cause) {
      const sentence = `The demo needs ${address}: Linux has it, elsewhere add it to the loopback interface.`;
      throw new TandemError('TANDEM_DEMO_ADDRESS', sentence, { cause });
    }
    return new PeerSocket(socket, address);
  }

  get port(): number {
    return this.#socket.address().port;
  }

  send(text: string, to: Place): void {
    this.#socket.send(Buffer.from(text, 'latin1'), to.port, to.address);
  }

  /** Sends now and again, T1 apart and doubling, until the answer is called; `onSilence` when 64 * T1 pass first. */
  sendUntilStopped(text: string, to: Place, onSilence: () => void): () => void {
    let waitMs = T1_MS;
    const again = (): void => {
      this.send(text, to);
      waitMs = Math.min(2 * waitMs, T2_MS);
      cancelNext = this.after(waitMs, again);
    };
    let cancelNext = this.after(waitMs, again);
    const cancelEnd = this.after(PATIENCE_MS, () => {
      cancelNext();
      onSilence();
    });
    this.send(text, to);
    return () => {
      cancelNext();
      cancelEnd();
    };
  }

  /** Runs `work` in `delayMs`, unless the answer is called or the socket closed before. */
  after(delayMs: number, work: () => void): () => void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      work();
    }, delayMs);
    this.#timers.add(timer);
    return () => {
      clearTimeout(timer);
      this.#timers.delete(timer);
    };
  }

  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    this.#socket.close();
  }
}
