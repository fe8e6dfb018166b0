// The HTTP server of uWebSockets.js. Only this file knows it; it runs on the event loop of the control thread,
// cuts off a sender that is silent for ten seconds, and never holds more of a body than is allowed.

import type { TemplatedApp, HttpRequest as UwsRequest, HttpResponse as UwsResponse } from 'uWebSockets.js';
import { STATUS_CODES } from 'node:http';
import {
  BODY_TOO_LARGE,
  HTTP_BODY_BYTES_MAX,
  type HttpAnswer,
  type HttpRequest,
  type HttpServer,
  type HttpService,
  UwsUnavailable,
} from './http-server.ts';
import { managementPortTaken } from './node-server.ts';

/** The module, with a constant that its types leave out. */
type Uws = typeof import('uWebSockets.js') & { readonly LIBUS_LISTEN_EXCLUSIVE_PORT: number };

/** Starts the server. Rejects with UwsUnavailable, or with TANDEM_MANAGEMENT_PORT. */
export async function listenUws(address: string, port: number, service: HttpService): Promise<HttpServer> {
  const uws = await loadUws();
  const app = uws.App();
  app.any('/*', (response, request) => serve(response, requestWithoutBody(request), service));
  const boundPort = await listening(uws, app, address, port);
  return {
    maker: 'uws',
    port: boundPort,
    close: () => {
      app.close();
      return Promise.resolve();
    },
  };
}

async function loadUws(): Promise<Uws> {
  try {
    // A CommonJS module: its exports are the default of the namespace.
    const loaded = (await import('uWebSockets.js')) as unknown as { readonly default: Uws };
    return loaded.default;
  } catch (cause) {
    throw new UwsUnavailable('uWebSockets.js does not load', { cause });
  }
}

function listening(uws: Uws, app: TemplatedApp, address: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    // Exclusive: a second switch on the same port is an error, not a silent half of the requests.
    const listen = app.listen as unknown as (
      host: string,
      port: number,
      options: number,
      done: (socket: object | false) => void,
    ) => void;
    listen.call(app, address, port, uws.LIBUS_LISTEN_EXCLUSIVE_PORT, (socket) => {
      if (socket === false) reject(managementPortTaken(address, port));
      else resolve(uws.us_socket_local_port(socket));
    });
  });
}

/** The request object lives only during the call that brings it. */
function requestWithoutBody(request: UwsRequest): HttpRequest {
  return {
    method: request.getCaseSensitiveMethod(),
    path: request.getUrl(),
    query: new URLSearchParams(request.getQuery()),
    authorization: request.getHeader('authorization'),
    idempotencyKey: request.getHeader('idempotency-key'),
    body: Buffer.alloc(0),
  };
}

function serve(response: UwsResponse, request: HttpRequest, { answer, takesBody }: HttpService): void {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  let isOver = false;
  const finish = (made: HttpAnswer, closes = false): void => {
    if (isOver) return;
    isOver = true;
    response.cork(() => send(response, made, closes));
  };
  response.onAborted(() => {
    isOver = true;
  });
  const isByHead = !takesBody(request);
  // What was sent behind the head may still be under way when the answer is there.
  if (isByHead) void answer(request).then((made) => finish(made, request.method !== 'GET'));
  response.onData((chunk, isLast) => {
    if (isOver || isByHead) return;
    sizeBytes += chunk.byteLength;
    if (sizeBytes > HTTP_BODY_BYTES_MAX) {
      finish(BODY_TOO_LARGE, true);
      return;
    }
    chunks.push(Buffer.from(chunk.slice(0))); // The chunk is the server's again after this call.
    if (isLast) void answer({ ...request, body: Buffer.concat(chunks) }).then((made) => finish(made));
  });
}

function send(response: UwsResponse, { status, contentType, body }: HttpAnswer, closes: boolean): void {
  response.writeStatus(`${status} ${STATUS_CODES[status] ?? ''}`);
  response.writeHeader('content-type', contentType);
  response.writeHeader('cache-control', 'no-store');
  response.end(body, closes);
}
