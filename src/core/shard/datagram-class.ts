// What a datagram is for, by a peek at its first bytes: enough to say what may wait under load, and what may not.
// RFC 3261 7.1: methods are case-sensitive and end with one space; 7.5: empty lines before the start line mean nothing.

/** `other`: responses, other requests, and whatever is no message. */
export type DatagramClass = 'invite' | 'ack' | 'bye' | 'cancel' | 'other';

const CR = 13;
const LF = 10;
const LETTER_A = 0x41;
const LETTER_B = 0x42;
const LETTER_C = 0x43;
const LETTER_I = 0x49;
const INVITE = [0x49, 0x4e, 0x56, 0x49, 0x54, 0x45, 0x20];
const ACK = [0x41, 0x43, 0x4b, 0x20];
const BYE = [0x42, 0x59, 0x45, 0x20];
const CANCEL = [0x43, 0x41, 0x4e, 0x43, 0x45, 0x4c, 0x20];

/** The class of a datagram. */
export function classOf(bytes: Uint8Array): DatagramClass {
  let at = 0;
  while (bytes[at] === CR || bytes[at] === LF) at++;
  if (bytes[at] === LETTER_I && beginsWith(bytes, at, INVITE)) return 'invite';
  if (bytes[at] === LETTER_A && beginsWith(bytes, at, ACK)) return 'ack';
  if (bytes[at] === LETTER_B && beginsWith(bytes, at, BYE)) return 'bye';
  if (bytes[at] === LETTER_C && beginsWith(bytes, at, CANCEL)) return 'cancel';
  return 'other';
}

function beginsWith(bytes: Uint8Array, from: number, word: readonly number[]): boolean {
  for (let index = 0; index < word.length; index++) if (bytes[from + index] !== word[index]) return false;
  return true;
}
