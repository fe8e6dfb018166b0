// One contract, two makers of the HTTP server.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import {
  type Answer,
  HTTP_BODY_BYTES_MAX,
  type HttpRequest,
  type HttpServer,
  type Listen,
} from '../../../src/control/http/http-server.ts';
import { listenNode } from '../../../src/control/http/node-server.ts';
import { listenUws } from '../../../src/control/http/uws-server.ts';
import { TandemError } from '../../../src/tandem-error.ts';
import { raw } from './raw.ts';

const MAKERS: Readonly<Record<string, Listen>> = { uws: listenUws, node: listenNode };

const echo: Answer = async ({ method, path, query, authorization, idempotencyKey, body }: HttpRequest) => ({
  status: 200,
  contentType: 'application/json',
  body: JSON.stringify({ method, path, query: [...query], authorization, idempotencyKey, body: body.toString('utf8') }),
});

const TAKES_ALL = (): boolean => true;

async function open(context: TestContext, listen: Listen, answer: Answer = echo): Promise<HttpServer> {
  const server = await listen('127.0.0.1', 0, { answer, takesBody: TAKES_ALL });
  context.after(() => server.close());
  return server;
}

for (const [maker, listen] of Object.entries(MAKERS)) {
  test(`${maker}: a request arrives whole: method, path, query, token, body`, async (context) => {
    const server = await open(context, listen);
    assert.equal(server.maker, maker);
    assert.ok(server.port > 0);
    const response = await fetch(`http://127.0.0.1:${server.port}/a/b?x=1&y=%C3%A4+b&x=2`, {
      method: 'POST',
      headers: { authorization: 'Bearer t', 'idempotency-key': 'k' },
      body: 'größe',
    });
    assert.equal(response.status, 200);
    assert.equal(response.headers.get('content-type'), 'application/json');
    assert.equal(response.headers.get('cache-control'), 'no-store');
    assert.deepEqual(await response.json(), {
      method: 'POST',
      path: '/a/b',
      query: [
        ['x', '1'],
        ['y', 'ä b'],
        ['x', '2'],
      ],
      authorization: 'Bearer t',
      idempotencyKey: 'k',
      body: 'größe',
    });
  });

  test(`${maker}: status, type and text of the answer are what was answered`, async (context) => {
    const server = await open(context, listen, async () => ({
      status: 503,
      contentType: 'text/plain',
      body: 'später',
    }));
    const response = await fetch(`http://127.0.0.1:${server.port}/`);
    assert.equal(response.status, 503);
    assert.equal(await response.text(), 'später');
  });

  test(`${maker}: a body of several chunks is put together`, async (context) => {
    const server = await open(context, listen, async ({ body }) => ({
      status: 200,
      contentType: 'text/plain',
      body: `${body.length} ${body.subarray(-3).toString('latin1')}`,
    }));
    const body = Buffer.alloc(2_000_000, 'x');
    body.write('end', body.length - 3);
    const response = await fetch(`http://127.0.0.1:${server.port}/`, { method: 'POST', body });
    assert.equal(await response.text(), '2000000 end');
  });

  test(`${maker}: a body above HTTP_BODY_BYTES_MAX is answered with 413 and not with more memory`, async (context) => {
    let wasAsked = false;
    const server = await open(context, listen, async () => {
      wasAsked = true;
      return { status: 200, contentType: 'text/plain', body: '' };
    });
    const head = `POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${HTTP_BODY_BYTES_MAX + 1}\r\n\r\n`;
    const received = await raw(
      server.port,
      head + 'x'.repeat(HTTP_BODY_BYTES_MAX + 1),
      /"TANDEM_API_TOO_LARGE","refusals":\[\]/,
    );
    assert.match(received, /^HTTP\/1\.1 413 /);
    assert.equal(wasAsked, false);
  });

  test(`${maker}: what takes no body is answered by its head, before any of the body has come`, async (context) => {
    const takesBody = ({ authorization }: HttpRequest): boolean => authorization === 'Bearer t';
    const server = await listen('127.0.0.1', 0, { answer: echo, takesBody });
    context.after(() => server.close());
    const head = `POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: ${HTTP_BODY_BYTES_MAX}\r\n\r\n`;
    const received = await raw(server.port, head, /"body":/);
    assert.match(received, /^HTTP\/1\.1 200 /);
    assert.match(received, /connection: close/i);
    const url = `http://127.0.0.1:${server.port}/a`;
    const response = await fetch(url, { method: 'POST', headers: { authorization: 'Bearer t' }, body: 'b' });
    assert.match(await response.text(), /"body":"b"/);
  });

  test(`${maker}: a peer that leaves before the answer harms nobody`, async (context) => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const server = await open(context, listen, async ({ path }) => {
      if (path === '/slow') await held;
      return { status: 200, contentType: 'text/plain', body: 'done' };
    });
    const gone = new AbortController();
    const slow = fetch(`http://127.0.0.1:${server.port}/slow`, { signal: gone.signal });
    await fetch(`http://127.0.0.1:${server.port}/quick`);
    gone.abort();
    await assert.rejects(slow);
    release();
    assert.equal(await (await fetch(`http://127.0.0.1:${server.port}/quick`)).text(), 'done');
  });

  test(`${maker}: a port that is taken is refused with a sentence`, async (context) => {
    const server = await open(context, listen);
    await assert.rejects(
      listen('127.0.0.1', server.port, { answer: echo, takesBody: TAKES_ALL }),
      (error) => error instanceof TandemError && error.code === 'TANDEM_MANAGEMENT_PORT',
    );
  });

  test(`${maker}: after close nobody answers`, async () => {
    const server = await listen('127.0.0.1', 0, { answer: echo, takesBody: TAKES_ALL });
    await server.close();
    await assert.rejects(fetch(`http://127.0.0.1:${server.port}/`));
  });
}
