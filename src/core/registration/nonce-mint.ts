// Nonces that nobody has to remember (RFC 7616 5.4, 5.12): what they say is signed with a key that all shards have.
//
//   issued second (8) | answers so far (2) | mark of the Call-ID (8) | chance (8) | signature (24)    hexadecimal
//
// The source address is signed along: a nonce is good where it was sent only, so that nobody can fail in the name of
// another address.

import type { Digest } from '../sip/digest.ts';
import { markOf } from './bindings.ts';

const SIGNED_LENGTH = 26; // 8 + 2 + 8 + 8
const SIGNATURE_LENGTH = 24;
const ANSWERS_MAX = 255;

/** What a nonce of ours says. */
export interface Nonce {
  readonly issuedAtSecond: number;
  /** Wrong or stale answers that the same Call-ID has given before. */
  readonly answerCount: number;
  readonly callMark: number;
  /** Two numbers that stand for it. */
  readonly mark: number;
  readonly spread: number;
}

/** Makes nonces and knows its own. */
export class NonceMint {
  readonly #digest: Digest;
  readonly #secret: string;

  constructor(digest: Digest, secret: string) {
    this.#digest = digest;
    this.#secret = secret;
  }

  /** A nonce for a request with `callId` from `address`. `chance`: 32 random bits. */
  mint(parts: {
    readonly second: number;
    readonly answerCount: number;
    readonly callId: string;
    readonly address: string;
    readonly chance: number;
  }): string {
    const { second, answerCount, callId, address, chance } = parts;
    const count = Math.min(ANSWERS_MAX, answerCount);
    const signed = hex(second, 8) + hex(count, 2) + hex(markOf(callId), 8) + hex(chance, 8);
    return signed + this.#signatureOf(signed, address);
  }

  /** What `text` says; null when it is no nonce that this switch has sent to `address`. */
  read(text: string, address: string): Nonce | null {
    const signed = text.slice(0, SIGNED_LENGTH);
    if (text.length !== SIGNED_LENGTH + SIGNATURE_LENGTH || text !== signed + this.#signatureOf(signed, address)) {
      return null;
    }
    const word = (start: number, length: number): number => Number.parseInt(text.slice(start, start + length), 16);
    return {
      issuedAtSecond: word(0, 8),
      answerCount: word(8, 2),
      callMark: word(10, 8) | 0,
      mark: word(SIGNED_LENGTH, 8),
      spread: word(SIGNED_LENGTH + 8, 8),
    };
  }

  /** A number for a name or an address: always the same one, and nobody else can know it or find another of it. */
  keyedMark(kind: 'user' | 'address', text: string): number {
    return Number.parseInt(this.#digest('SHA-256', `${this.#secret}:${kind}:${text}`).slice(0, 8), 16);
  }

  /** The key before and around: no one who has many of them can lengthen one. */
  #signatureOf(signed: string, address: string): string {
    const inner = this.#digest('SHA-256', `${this.#secret}:${signed}:${address}`);
    return this.#digest('SHA-256', `${this.#secret}:${inner}`).slice(0, SIGNATURE_LENGTH);
  }
}

function hex(value: number, length: number): string {
  return (value >>> 0).toString(16).padStart(length, '0');
}
