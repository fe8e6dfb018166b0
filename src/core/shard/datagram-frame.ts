// A datagram in a ring: a fixed head, the peer's address as text, the payload.
//
//   0  listener      1 byte   index of the local socket
//   1  address size  1 byte
//   2  port          2 bytes
//   4  stamp         4 bytes  microseconds of the monotonic clock when it was put in (mod 2^32)
//   8  address, then the payload up to the end of the frame

/** Bytes before the address. */
export const FRAME_HEAD_BYTES = 8;

/** Longest address text: an IPv6 address with an IPv4 tail. */
export const ADDRESS_BYTES_MAX = 45;

/** Sockets that fit the head; start files with more are refused. */
export const LISTENERS_MAX = 256;

/** What a head says. One object is filled again and again. */
export interface FrameHead {
  listener: number;
  port: number;
  /** Offset of the payload in the ring's bytes; the address ends there. */
  payloadStart: number;
  addressStart: number;
  stampMicros: number;
}

/** The stamp of `nowMs`, monotonic. Stamps wrap after 71 minutes; their difference, taken mod 2^32, does not mind. */
export function stampOf(nowMs: number): number {
  return ((nowMs * 1000) % 0x1_0000_0000) >>> 0;
}

/** Writes the head of the frame at `offset`; the address text of `addressSize` bytes follows it. */
export function writeHead(
  bytes: Uint8Array,
  offset: number,
  head: Omit<FrameHead, 'payloadStart' | 'addressStart'>,
  addressSize: number,
): void {
  const { listener, port, stampMicros } = head;
  bytes[offset] = listener;
  bytes[offset + 1] = addressSize;
  bytes[offset + 2] = port >>> 8;
  bytes[offset + 3] = port;
  bytes[offset + 4] = stampMicros >>> 24;
  bytes[offset + 5] = stampMicros >>> 16;
  bytes[offset + 6] = stampMicros >>> 8;
  bytes[offset + 7] = stampMicros;
}

/** Reads the head of the frame at `offset` into `head`. */
export function readHead(bytes: Uint8Array, offset: number, head: FrameHead): void {
  head.listener = bytes[offset] as number;
  head.port = ((bytes[offset + 2] as number) << 8) | (bytes[offset + 3] as number);
  head.stampMicros =
    (((bytes[offset + 4] as number) << 24) |
      ((bytes[offset + 5] as number) << 16) |
      ((bytes[offset + 6] as number) << 8) |
      (bytes[offset + 7] as number)) >>>
    0;
  head.addressStart = offset + FRAME_HEAD_BYTES;
  head.payloadStart = head.addressStart + (bytes[offset + 1] as number);
}
