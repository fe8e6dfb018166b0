// The server of a store whose host hangs: it may answer at first as PostgreSQL does, then it takes what comes, says
// nothing and never closes a connection.

import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import type { DatabaseSinkSettings } from '../../src/sink-settings.ts';

const AUTHENTICATED = [0x52, 0, 0, 0, 8, 0, 0, 0, 0];
const NO_ROWS = [0x43, 0, 0, 0, 5, 0];
const READY = [0x5a, 0, 0, 0, 5, 0x49];

/** Answers to a sink that finds no table: to its greeting, the question for the table, the table, its index. */
export const ANSWERS_UNTIL_OPEN = 4;

/** A server that hangs after so many answers on a connection. */
export class SilentServer {
  readonly #server: Server;
  readonly #answersMax: number;
  readonly #sockets: Socket[] = [];
  /** Of all connections. */
  answerCount = 0;

  private constructor(answersMax: number) {
    this.#answersMax = answersMax;
    this.#server = createServer({ allowHalfOpen: true }, (socket) => this.#serve(socket));
  }

  /** With no answers it is silent from the first byte on. */
  static async open(context: TestContext, answersMax: number): Promise<SilentServer> {
    const silent = new SilentServer(answersMax);
    silent.#server.listen(0, '127.0.0.1');
    await once(silent.#server, 'listening');
    context.after(() => silent.#close());
    return silent;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get socketCount(): number {
    return this.#sockets.length;
  }

  get postgresql(): DatabaseSinkSettings {
    const place = { host: '127.0.0.1', port: this.port, database: 'tandem', user: 'tandem', table: 'tandem_cdr' };
    return { kind: 'postgresql', name: 'postgresql', ...place, password: '', tls: null };
  }

  #serve(socket: Socket): void {
    let answers = 0;
    this.#sockets.push(socket);
    socket.on('error', () => undefined); // Whoever is under test let go of it.
    socket.on('data', () => {
      // The client sends a statement whole and waits: what comes at once is one.
      if (answers >= this.#answersMax) return;
      socket.write(Buffer.from([...(answers === 0 ? AUTHENTICATED : NO_ROWS), ...READY]));
      answers++;
      this.answerCount++;
    });
  }

  #close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }
}
