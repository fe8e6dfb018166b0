// One socket of each family, and one that carries both.

import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { test } from 'node:test';
import { UdpListener } from '../../src/edge/udp-listener.ts';

for (const address of ['127.0.0.1', '::ffff:127.0.0.1']) {
  test(`IPv4 through a socket on ${address}: it is known, and reached, by its IPv4 address`, async (context) => {
    const heard: [text: string, address: string, port: number][] = [];
    const options = {
      onDatagram: (bytes: Buffer, from: string, port: number) => {
        heard.push([bytes.toString(), from, port]);
        listener.send(Buffer.from('back'), 0, 4, from, port, true);
      },
      onUnreachable: (to: string) => assert.fail(to),
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
