// The UDP socket of a load peer: buffers that hold a burst, and no name service, for addresses are all it is given.

import { createSocket, type Socket } from 'node:dgram';

/** Bytes each way: the platform's own overflow within some ten milliseconds of a burst. */
const BUFFER_BYTES = 4 * 1024 * 1024;

/** An unbound socket. */
export function loadSocket(): Socket {
  return createSocket({
    type: 'udp4',
    recvBufferSize: BUFFER_BYTES,
    sendBufferSize: BUFFER_BYTES,
    lookup: (hostname, _options, callback) => callback(null, hostname, 4),
  });
}
