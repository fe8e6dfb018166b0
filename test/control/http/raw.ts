// HTTP byte by byte, for requests that no client sends.

import { connect } from 'node:net';

/** Sends `text` as it is and answers what comes back until the server closes or `enough` is seen. */
export function raw(port: number, text: string, enough: RegExp): Promise<string> {
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    const finish = () => {
      socket.destroy();
      resolve(received);
    };
    socket.on('data', (chunk) => {
      received += chunk.toString('latin1');
      if (enough.test(received)) finish();
    });
    socket.on('close', finish);
    socket.on('error', reject);
  });
}
