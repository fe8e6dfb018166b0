// The HTTP server of node:http, for platforms where the fast one does not load. Slow senders are cut off early:
// the defaults of Node would hold a socket for minutes.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { sentenceOf, TandemError } from '../../tandem-error.ts';
import {
  BODY_TOO_LARGE,
  HTTP_BODY_BYTES_MAX,
  type HttpAnswer,
  type HttpRequest,
  type HttpServer,
  type HttpService,
} from './http-server.ts';

const HEADERS_TIMEOUT_MS = 5_000;
const REQUEST_TIMEOUT_MS = 10_000;
const CHECK_INTERVAL_MS = 1_000;

/** Starts the server. Rejects with TANDEM_MANAGEMENT_PORT. */
export async function listenNode(address: string, port: number, service: HttpService): Promise<HttpServer> {
  const server = createServer({
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    keepAliveTimeout: HEADERS_TIMEOUT_MS,
    connectionsCheckingInterval: CHECK_INTERVAL_MS,
  });
  server.on('request', (incoming: IncomingMessage, outgoing: ServerResponse) => {
    serve(incoming, outgoing, service).catch(() => incoming.destroy()); // The peer went away.
  });
  await listening(server, address, port);
  const bound = server.address();
  return {
    maker: 'node',
    port: typeof bound === 'object' && bound !== null ? bound.port : port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listening(server: Server, address: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => reject(managementPortTaken(address, port, cause)));
    server.listen(port, address, resolve);
  });
}

/** TANDEM_MANAGEMENT_PORT: the address and port cannot be had. */
export function managementPortTaken(address: string, port: number, cause?: unknown): TandemError {
  const why = cause === undefined ? '' : ` (${sentenceOf(cause)})`;
  const todo = 'Change management in the start file, or stop what listens there.';
  const sentence = `Management cannot listen on ${address} port ${port}${why}. ${todo}`;
  return new TandemError('TANDEM_MANAGEMENT_PORT', sentence, { cause });
}

async function serve(incoming: IncomingMessage, outgoing: ServerResponse, service: HttpService): Promise<void> {
  const head = requestOf(incoming, Buffer.alloc(0));
  if (!service.takesBody(head)) {
    incoming.resume();
    if (head.method !== 'GET') outgoing.setHeader('connection', 'close');
    send(outgoing, await service.answer(head));
    return;
  }
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    sizeBytes += chunk.length;
    if (sizeBytes > HTTP_BODY_BYTES_MAX) {
      outgoing.setHeader('connection', 'close');
      send(outgoing, BODY_TOO_LARGE);
      return;
    }
    chunks.push(chunk);
  }
  send(outgoing, await service.answer({ ...head, body: Buffer.concat(chunks) }));
}

function requestOf(incoming: IncomingMessage, body: Buffer): HttpRequest {
  const target = incoming.url ?? '/';
  const mark = target.indexOf('?');
  return {
    method: incoming.method ?? 'GET',
    path: mark < 0 ? target : target.slice(0, mark),
    query: new URLSearchParams(mark < 0 ? '' : target.slice(mark + 1)),
    authorization: incoming.headers.authorization ?? '',
    idempotencyKey: String(incoming.headers['idempotency-key'] ?? ''),
    body,
  };
}

function send(outgoing: ServerResponse, { status, contentType, body }: HttpAnswer): void {
  outgoing.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
  });
  outgoing.end(body);
}
