// What sending over another thread's socket needs of Node and Node does not offer: the descriptor of a socket, and a
// way to bind without receiving. Both are reached through its internals, for the send-path benchmark only.

import type { Socket } from 'node:dgram';

/** The part of Node's UDP wrap that is used here. */
export interface UdpWrap {
  readonly fd: number;
  recvStop(): void;
}

/** The wrap inside `socket`. Throws when this Node keeps it elsewhere. */
export function udpWrapOf(socket: Socket): UdpWrap {
  const symbol = Object.getOwnPropertySymbols(socket).find(({ description }) => description === 'state symbol');
  const state = symbol === undefined ? undefined : (socket as unknown as Record<symbol, { handle?: UdpWrap }>)[symbol];
  if (state?.handle === undefined) throw new Error(`Node ${process.version} keeps the wrap of a socket elsewhere`);
  return state.handle;
}
