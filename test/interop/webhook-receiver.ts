// A receiver of CDRs by HTTP on loopback.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Cdr } from '../../src/core/cdr/cdr.ts';
import type { SinkSettings } from '../../src/sink-settings.ts';
import type { Scope } from '../hosts/scope.ts';
import { type StoredCall, storedCall } from './stored-calls.ts';

const ADDRESS = '127.0.0.1';
const AUTHORIZATION = 'Bearer of-the-drill';

/** One receiver; it can go away, and come back at the same place with what it has. */
export class WebhookReceiver {
  readonly #calls = new Map<string, StoredCall>();
  #server: Server | null = null;
  #port = 0;

  /** Starts one; it ends with `scope`. */
  static async start(scope: Scope): Promise<WebhookReceiver> {
    const receiver = new WebhookReceiver();
    await receiver.startAgain();
    scope.after(() => receiver.kill());
    return receiver;
  }

  get settings(): SinkSettings {
    const url = `http://${ADDRESS}:${this.#port}/cdr`;
    return { kind: 'webhook', name: 'webhook', url, authorization: AUTHORIZATION };
  }

  get calls(): StoredCall[] {
    return [...this.#calls.values()];
  }

  async startAgain(): Promise<void> {
    const server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const isAllowed = request.headers.authorization === AUTHORIZATION;
      if (isAllowed) this.#take(JSON.parse(Buffer.concat(chunks).toString()) as Cdr[]);
      response.writeHead(isAllowed ? 204 : 401).end();
    });
    await new Promise<void>((resolve) => server.listen(this.#port, ADDRESS, resolve));
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  kill(): void {
    this.#server?.close();
    this.#server?.closeAllConnections();
    this.#server = null;
  }

  #take(cdrs: readonly Cdr[]): void {
    for (const cdr of cdrs) this.#calls.set(cdr.id, storedCall(cdr));
  }
}
