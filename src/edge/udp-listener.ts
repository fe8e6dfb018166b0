// One UDP socket: receives and sends, and knows nothing of SIP. The only file that touches node:dgram.

import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { MAPPED_PREFIX, unmapped } from '../core/base/ip-address.ts';
import { TandemError } from '../tandem-error.ts';

/**
 * Kernel buffers, bytes. The default 212 KB overflows within some ten milliseconds of a burst; Linux grants up to
 * net.core.rmem_max.
 */
const KERNEL_BUFFER_BYTES = 4 * 1024 * 1024;

/** Where to bind, and who hears. */
export interface UdpListenerOptions {
  readonly address: string;
  readonly port: number;
  /** A datagram; `bytes` are the receiver's. */
  readonly onDatagram: (bytes: Buffer, address: string, port: number) => void;
  /** The platform refused to send to this place (no route, not permitted ...). */
  readonly onUnreachable: (address: string, port: number) => void;
  /** The platform could not hand over a datagram (no memory ...), and goes on with the next one. */
  readonly onReadError: () => void;
}

/** A bound socket. One on `::` carries IPv4 as well; nobody else sees mapped addresses. */
export class UdpListener {
  readonly #socket: Socket;
  readonly #isIp6: boolean;
  readonly #onSent: (error: (NodeJS.ErrnoException & { address?: string; port?: number }) | null) => void;

  private constructor(options: UdpListenerOptions) {
    // Addresses are always numeric: nothing is looked up, so no promise, no tick, no allocation for it.
    this.#isIp6 = options.address.includes(':');
    const type = this.#isIp6 ? 'udp6' : 'udp4';
    this.#socket = createSocket({
      type,
      lookup: (hostname, _options, callback) => callback(null, hostname, type === 'udp6' ? 6 : 4),
      recvBufferSize: KERNEL_BUFFER_BYTES,
      sendBufferSize: KERNEL_BUFFER_BYTES,
    });
    this.#socket.on('message', (bytes: Buffer, { address, port }: RemoteInfo) =>
      options.onDatagram(bytes, this.#known(address), port),
    );
    // One function for all sends: the error names the place. A datagram that is too large says nothing of it.
    this.#onSent = (error) => {
      const { address, port, code } = error ?? {};
      if (code !== 'EMSGSIZE' && address !== undefined && port !== undefined)
        options.onUnreachable(this.#known(address), port);
    };
  }

  /** Binds. Throws TANDEM_PORT_IN_USE or TANDEM_LISTEN_FAILED. */
  static async bind(options: UdpListenerOptions): Promise<UdpListener> {
    const listener = new UdpListener(options);
    // Waited for before it is asked for: with a lookup that answers at once, bind fails before it returns.
    const listening = once(listener.#socket, 'listening');
    listener.#socket.bind({ address: options.address, port: options.port, exclusive: true });
    try {
      await listening;
    } catch (cause) {
      throw bindError(options, cause as NodeJS.ErrnoException);
    }
    // Nobody hears it otherwise, which ends the process.
    listener.#socket.on('error', options.onReadError);
    return listener;
  }

  /** The port that was bound. */
  get port(): number {
    return this.#socket.address().port;
  }

  /** Datagrams the kernel has not yet taken; their bytes must not change. */
  get unsentCount(): number {
    return this.#socket.getSendQueueCount();
  }

  /** Sends bytes[start, end). `isTold`: whether a refusal of the platform is worth hearing. */
  send(bytes: Buffer, start: number, end: number, address: string, port: number, isTold: boolean): void {
    const onSent = isTold ? this.#onSent : undefined;
    const to = this.#isIp6 && !address.includes(':') ? MAPPED_PREFIX + address : address;
    // Without a range nothing is cut out of the buffer, which is an object less.
    if (start === 0 && end === bytes.length) this.#socket.send(bytes, port, to, onSent);
    else this.#socket.send(bytes, start, end - start, port, to, onSent);
  }

  /** `address` as the others know it. A socket of IPv4 has no mapped ones: who names one means no IPv4 address. */
  #known(address: string): string {
    return this.#isIp6 ? unmapped(address) : address;
  }

  close(): void {
    this.#socket.close();
  }
}

function bindError({ address, port }: UdpListenerOptions, cause: NodeJS.ErrnoException): TandemError {
  if (cause.code === 'EADDRINUSE') {
    const sentence = `Another program listens on UDP ${address} port ${port}; stop it, or give listeners another port.`;
    return new TandemError('TANDEM_PORT_IN_USE', sentence, { cause });
  }
  const why = cause.code ?? cause.message;
  const sentence = `UDP ${address} port ${port} cannot be listened on (${why}); is it an address of this machine?`;
  return new TandemError('TANDEM_LISTEN_FAILED', sentence, { cause });
}
