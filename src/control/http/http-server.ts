// What control asks of an HTTP server: whole requests in, whole answers out. Two makers: uws-server.ts, and
// node-server.ts for platforms where that binary does not load. One contract test runs against both.

/** One request, read to its end. */
export interface HttpRequest {
  readonly method: string;
  /** Path without query, as sent. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** The Authorization header; '' when absent. */
  readonly authorization: string;
  /** The Idempotency-Key header; '' when absent. */
  readonly idempotencyKey: string;
  readonly body: Buffer;
}

/** One answer. */
export interface HttpAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** Makes the answer to a request. It does not reject: what goes wrong is an answer as well. */
export type Answer = (request: HttpRequest) => Promise<HttpAnswer>;

/** Whoever answers. */
export interface HttpService {
  readonly answer: Answer;
  /**
   * Asked as soon as the head is there, `body` is empty then. What takes none is answered at once, and what comes of a
   * body is thrown away: nobody fills memory who has not shown a token.
   */
  readonly takesBody: (head: HttpRequest) => boolean;
}

/** A server that listens. */
export interface HttpServer {
  readonly maker: 'uws' | 'node';
  readonly port: number;
  /** Stops listening and ends what is open. */
  close(): Promise<void>;
}

/** Starts a server. Rejects when the address or port cannot be had. */
export type Listen = (address: string, port: number, service: HttpService) => Promise<HttpServer>;

/** Bytes of a request's body; a longer one is answered with 413. A network of 10 000 gateways has about 3 MB. */
export const HTTP_BODY_BYTES_MAX = 16 * 1024 * 1024;

/** The binary of uWebSockets.js does not load on this platform. */
export class UwsUnavailable extends Error {
  override readonly name = 'UwsUnavailable';
}

/** The answer to a body above HTTP_BODY_BYTES_MAX. */
export const BODY_TOO_LARGE: HttpAnswer = {
  status: 413,
  contentType: 'application/problem+json',
  body: JSON.stringify({
    type: 'about:blank',
    title: 'Content Too Large',
    status: 413,
    detail: 'At most 16 MB are taken.',
    code: 'TANDEM_API_TOO_LARGE',
    refusals: [],
  }),
};
