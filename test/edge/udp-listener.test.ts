// One socket of each family, and one that carries both.

import assert from 'node:assert/strict';
import { createSocket, type Socket } from 'node:dgram';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { UdpListener } from '../../src/edge/udp-listener.ts';

test('what a socket of IPv4 cannot send to a mapped address says nothing of the IPv4 one in it', async (context) => {
  const refused: string[] = [];
  const onUnreachable = (to: string, port: number): void => void refused.push(`${to} ${port}`);
  const options = {
    address: '127.0.0.1',
    port: 0,
    onDatagram: () => undefined,
    onReadError: () => assert.fail(),
    onUnreachable,
  };
  const listener = await UdpListener.bind(options);
  context.after(() => listener.close());
  listener.send(Buffer.from('BYE'), 0, 3, '::ffff:127.0.0.3', 5060, true);
  await setImmediate();
  assert.deepEqual(refused, ['::ffff:127.0.0.3 5060']);
});

for (const address of ['127.0.0.1', '::ffff:127.0.0.1']) {
  test(`IPv4 through a socket on ${address}: it is known, and reached, by its IPv4 address`, async (context) => {
    const heard: [text: string, address: string, port: number][] = [];
    const options = {
      onDatagram: (bytes: Buffer, from: string, port: number) => {
        heard.push([bytes.toString(), from, port]);
        listener.send(Buffer.from('back'), 0, 4, from, port, true);
      },
      onUnreachable: (to: string) => assert.fail(to),
      onReadError: () => assert.fail(),
    };
    const listener = await UdpListener.bind({ address, port: 0, ...options });
    context.after(() => listener.close());
    const peer = createSocket('udp4').bind(0, '127.0.0.1');
    context.after(() => peer.close());
    await once(peer, 'listening');
    peer.send('out', listener.port, '127.0.0.1');
    const [bytes] = (await once(peer, 'message')) as [Buffer];
    assert.equal(bytes.toString(), 'back');
    assert.deepEqual(heard, [['out', '127.0.0.1', peer.address().port]]);
  });
}

test('a datagram that cannot be read is told, and the next one is heard', async (context) => {
  const sockets: Socket[] = [];
  const noteSocket = (message: unknown): unknown => sockets.push((message as { readonly socket: Socket }).socket);
  subscribe('udp.socket', noteSocket);
  context.after(() => unsubscribe('udp.socket', noteSocket));
  const told: string[] = [];
  const listener = await UdpListener.bind({
    address: '127.0.0.1',
    port: 0,
    onDatagram: (bytes) => told.push(bytes.toString()),
    onUnreachable: (to) => assert.fail(to),
    onReadError: () => told.push('error'),
  });
  context.after(() => listener.close());
  const [socket] = sockets;
  assert.ok(socket !== undefined);
  socket.emit('error', Object.assign(new Error('recvmsg ENOMEM'), { code: 'ENOMEM', syscall: 'recvmsg' }));
  const peer = createSocket('udp4').bind(0, '127.0.0.1');
  context.after(() => peer.close());
  peer.send('next', listener.port, '127.0.0.1');
  await once(socket, 'message');
  assert.deepEqual(told, ['error', 'next']);
});
