// Delays by a capture: of what came in at the system's socket and went out there, by the kernel's time.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { delaysOf } from '../../native-free-bench/capture.ts';

const [CALLER, SYSTEM, CALLEE] = [5070, 5060, 5080];

/** A file of datagrams, [at, us; from; to; first line; stamp]. */
function pcapOf(datagrams: readonly (readonly [number, number, number, string, number])[]): Buffer {
  const head = Buffer.alloc(24);
  head.writeUInt32LE(0xa1b2c3d4, 0);
  const packets = datagrams.map(([atMicros, from, to, line, stamp]) => {
    const text = `${line}\r\nCSeq: 1 INVITE\r\nX-Stamp: ${stamp}\r\n\r\n`;
    const packet = Buffer.alloc(16 + 14 + 20 + 8 + text.length);
    packet.writeUInt32LE(7, 0);
    packet.writeUInt32LE(atMicros, 4);
    packet.writeUInt32LE(packet.length - 16, 8);
    packet.writeUInt16BE(0x0800, 16 + 12);
    packet.writeUInt8(0x45, 16 + 14);
    packet.writeUInt16BE(from, 16 + 34);
    packet.writeUInt16BE(to, 16 + 36);
    packet.write(text, 16 + 42, 'latin1');
    return packet;
  });
  return Buffer.concat([head, ...packets]);
}

test('each kind of message has its own delay, from the socket in to the socket out', () => {
  const bytes = pcapOf([
    [1_000, CALLER, SYSTEM, 'INVITE sip:1@127.0.0.1 SIP/2.0', 11],
    [1_100, SYSTEM, CALLER, 'SIP/2.0 100 Trying', 11],
    [1_350, SYSTEM, CALLEE, 'INVITE sip:1@127.0.0.1 SIP/2.0', 11],
    [2_000, CALLEE, SYSTEM, 'SIP/2.0 180 Ringing', 12],
    [2_125, SYSTEM, CALLER, 'SIP/2.0 180 Ringing', 12],
    [3_000, CALLEE, SYSTEM, 'SIP/2.0 200 OK', 13],
    [3_500, SYSTEM, CALLER, 'SIP/2.0 200 OK', 13],
  ]);
  const { inviteAdded, ringingAdded, answerAdded } = delaysOf(bytes, SYSTEM);
  assert.deepEqual([inviteAdded.count, inviteAdded.max], [1, 0.35]);
  assert.deepEqual([ringingAdded.count, ringingAdded.max], [1, 0.125]);
  assert.deepEqual([answerAdded.count, answerAdded.max], [1, 0.5]);
});

test('what comes again counts from the first, what goes out again does not count', () => {
  const bytes = pcapOf([
    [1_000, CALLER, SYSTEM, 'INVITE sip:1@127.0.0.1 SIP/2.0', 11],
    [1_400, CALLER, SYSTEM, 'INVITE sip:1@127.0.0.1 SIP/2.0', 11],
    [1_500, SYSTEM, CALLEE, 'INVITE sip:1@127.0.0.1 SIP/2.0', 11],
    [1_900, SYSTEM, CALLEE, 'INVITE sip:1@127.0.0.1 SIP/2.0', 11],
    [2_000, CALLER, SYSTEM, 'INVITE sip:1@127.0.0.1 SIP/2.0', 14],
  ]);
  const { inviteAdded, answerAdded } = delaysOf(bytes, SYSTEM);
  assert.deepEqual([inviteAdded.count, inviteAdded.max, answerAdded.count], [1, 0.5, 0]);
});

test('another kind of file is refused', () => {
  assert.throws(() => delaysOf(Buffer.alloc(40), SYSTEM), /no pcap file/);
});
