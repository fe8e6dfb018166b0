// A UDP socket of the generator, with what may happen to datagrams on the way: loss, repetition, disorder, in both
// directions, drawn from a seed.

import type { RemoteInfo } from 'node:dgram';
import { once } from 'node:events';
import { loadSocket } from '../load-socket.ts';
import type { Chance } from './chance.ts';
import type { Impairment } from './traffic-messages.ts';

/** A datagram out of its order comes so much later, ms. */
const REORDER_MS = 20;

/** A bound socket. */
export class EndSocket {
  readonly #socket = loadSocket();
  #impairment: Impairment | null = null;
  #chance: Chance | null = null;
  sendFailures = 0;

  /** Binds; `onMessage` hears every datagram that gets through. Answers the port; 0 takes any. */
  async bind(
    { address, port = 0 }: { readonly address: string; readonly port?: number },
    onMessage: (text: string, from: RemoteInfo) => void,
  ): Promise<number> {
    this.#socket.on('message', (bytes, from) => {
      const text = bytes.toString('latin1');
      if (this.#impairment === null) onMessage(text, from);
      else this.#impair(() => onMessage(text, from));
    });
    // Waited for before it is asked for: with a lookup that answers at once, it listens before bind returns.
    const listening = once(this.#socket, 'listening');
    this.#socket.bind({ address, port });
    await listening;
    this.#socket.on('error', () => {
      this.sendFailures += 1;
    });
    return this.#socket.address().port;
  }

  /** From now on datagrams suffer so; null for not at all. */
  impair(impairment: Impairment | null, chance: Chance): void {
    this.#impairment = impairment;
    this.#chance = chance;
  }

  send(text: string, port: number, address: string): void {
    const bytes = Buffer.from(text, 'latin1');
    if (this.#impairment === null) this.#socket.send(bytes, port, address, this.#onSent);
    else this.#impair(() => this.#socket.send(bytes, port, address, this.#onSent));
  }

  readonly #onSent = (error: Error | null): void => {
    if (error !== null) this.sendFailures += 1;
  };

  #impair(pass: () => void): void {
    const chance = this.#chance as Chance;
    const { loss, duplicate, reorder } = this.#impairment as Impairment;
    if (chance.next() < loss) return;
    if (chance.next() < reorder) setTimeout(pass, REORDER_MS * chance.next());
    else pass();
    if (chance.next() < duplicate) setTimeout(pass, REORDER_MS * chance.next());
  }
}
