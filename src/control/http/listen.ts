// Picks the maker of the HTTP server: the fast one where its binary loads, else the one of Node.

import type { Log } from '../../log.ts';
import { sentenceOf } from '../../tandem-error.ts';
import { type HttpServer, type HttpService, UwsUnavailable } from './http-server.ts';
import { listenNode } from './node-server.ts';
import { listenUws } from './uws-server.ts';

/** Listens on `address` and `port` (0: any free one). Throws TANDEM_MANAGEMENT_PORT when they cannot be had. */
export async function listenHttp(address: string, port: number, service: HttpService, log: Log): Promise<HttpServer> {
  try {
    return await listenUws(address, port, service);
  } catch (error) {
    if (!(error instanceof UwsUnavailable)) throw error;
    log.warn({ why: sentenceOf(error.cause) }, 'uWebSockets.js does not load here: management is served by node:http');
    return listenNode(address, port, service);
  }
}
