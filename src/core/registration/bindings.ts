// Where registered gateways are (RFC 3261 10.3): one binding for each gateway, in memory that all shards share, so that
// what one shard grants the others know at once, and that outlives any of them.
//
//   header   sequence (odd while a shard writes), owner of the lock
//   heads    first row of each chain of one source, as slot + 1
//   rows     one a slot: numbers, then texts; the source's chain goes on in `next`
//
// One lock for all writers: registrations are rare beside calls. Readers take none, they look again when the sequence
// has moved meanwhile.

import { unmapped } from '../base/ip-address.ts';
import {
  ADMISSION_SLOTS_MAX,
  BINDING_CONTACT_MAX,
  BINDINGS_AT_ONE_PLACE_MAX,
  USER_AGENT_TEXT_MAX,
} from '../base/limits.ts';
import type { Target } from '../base/target.ts';

/** One binding. */
export interface Binding extends Target {
  /** Who registered it. */
  readonly user: string;
  /** URI of its Contact. */
  readonly contact: string;
  readonly userAgent: string;
  readonly isBehindNat: boolean;
  /** Of the REGISTER that made it: its Call-ID as a number, and its CSeq (10.3, 7). */
  readonly callMark: number;
  readonly cseq: number;
  /** Monotonic ms from which on it is none. */
  readonly expiresAtMs: number;
  readonly registeredAtWallMs: number;
  readonly refreshedAtWallMs: number;
}

const SEQUENCE = 0;
/** Shard + 1 that holds the lock; 0: nobody. */
const OWNER = 1;
const HEADS_AT = 2;
const HEADS = 65_536;

const ROW_BYTES = 512;
/** Words of a row. */
const IS_USED = 0;
const NEXT = 1;
const PLACE_HASH = 2;
const PORT = 3;
const LISTENER = 4;
const IS_BEHIND_NAT = 5;
const CALL_MARK = 6;
const CSEQ = 7;
const SIZES = 8;
const KEEPER = 12;
/** Doubles of a row. */
const EXPIRES = 7;
const REGISTERED = 8;
const REFRESHED = 9;
/** Texts, one after the other: address, user, contact, user agent. */
const TEXT_AT = 80;

const ROWS_AT_BYTES = Math.ceil(((HEADS_AT + HEADS) * 4) / ROW_BYTES) * ROW_BYTES;

const LOCK_TRIES = 1_000_000;
const READ_TRIES = 16;

/** The bindings as every shard and control see them. */
export class Bindings {
  readonly #words: Int32Array;
  readonly #doubles: Float64Array;
  readonly #bytes: Uint8Array;
  readonly #shard: number;

  /** `shard`: who writes; -1 only reads. */
  constructor(shared: SharedArrayBuffer, shard = -1) {
    this.#words = new Int32Array(shared);
    this.#doubles = new Float64Array(shared);
    this.#bytes = new Uint8Array(shared);
    this.#shard = shard;
  }

  /** Shared memory for all slots. Rows of gateways that never registered are never touched, so cost no memory. */
  static allocate(): SharedArrayBuffer {
    return new SharedArrayBuffer(ROWS_AT_BYTES + ADMISSION_SLOTS_MAX * ROW_BYTES);
  }

  /** The live binding of the gateway in `slot`; null when it has none. */
  at(slot: number, nowMs: number): Binding | null {
    for (let tries = 0; ; tries++) {
      const sequence = Atomics.load(this.#words, SEQUENCE);
      const binding = this.isLive(slot, nowMs) ? this.#read(slot) : null;
      if (this.#isUnmoved(sequence) || tries >= READ_TRIES) return binding;
    }
  }

  /** Whether the gateway in `slot` has a live binding. */
  isLive(slot: number, nowMs: number): boolean {
    const row = rowOf(slot);
    return Atomics.load(this.#words, row + IS_USED) === 1 && (this.#doubles[(row >> 1) + EXPIRES] as number) > nowMs;
  }

  /** Whether the gateway in `slot` is behind NAT, and it is this shard that made its binding. */
  isKeptAlive(slot: number, nowMs: number): boolean {
    const row = rowOf(slot);
    if (this.#words[row + IS_BEHIND_NAT] !== 1 || this.#words[row + KEEPER] !== this.#shard) return false;
    return this.isLive(slot, nowMs);
  }

  /** Puts the slots whose live bindings have this source into `found`; answers how many. */
  slotsFrom(address: string, port: number, nowMs: number, found: Int32Array): number {
    const hash = placeHash(address, port);
    for (let tries = 0; ; tries++) {
      const sequence = Atomics.load(this.#words, SEQUENCE);
      const count = this.#collect(hash, address, port, nowMs, found);
      if (this.#isUnmoved(sequence) || tries >= READ_TRIES) return count;
    }
  }

  /** Binds the gateway in `slot`; what it had before is gone. False when another shard never let go of the lock. */
  bind(slot: number, binding: Binding): boolean {
    if (!this.#lock()) return false;
    this.#unlink(slot);
    this.#write(slot, binding);
    this.#link(slot);
    this.#unlock();
    return true;
  }

  /** Takes the binding of the gateway in `slot` away. False as `bind`. */
  unbind(slot: number): boolean {
    if (Atomics.load(this.#words, rowOf(slot) + IS_USED) === 0) return true;
    if (!this.#lock()) return false;
    this.#unlink(slot);
    this.#unlock();
    return true;
  }

  /** After this shard's predecessor died, perhaps in the middle of writing: what was whole stays. */
  recover(): void {
    if (Atomics.load(this.#words, OWNER) !== this.#shard + 1) return;
    if ((Atomics.load(this.#words, SEQUENCE) & 1) === 0) Atomics.add(this.#words, SEQUENCE, 1);
    this.#words.fill(0, HEADS_AT, HEADS_AT + HEADS);
    for (let slot = 0; slot < ADMISSION_SLOTS_MAX; slot++) {
      if (this.#words[rowOf(slot) + IS_USED] === 1) this.#link(slot);
    }
    this.#unlock();
  }

  #isUnmoved(sequence: number): boolean {
    return (sequence & 1) === 0 && Atomics.load(this.#words, SEQUENCE) === sequence;
  }

  #lock(): boolean {
    for (let tries = 0; tries < LOCK_TRIES; tries++) {
      if (Atomics.compareExchange(this.#words, OWNER, 0, this.#shard + 1) !== 0) continue;
      Atomics.add(this.#words, SEQUENCE, 1);
      return true;
    }
    return false;
  }

  #unlock(): void {
    Atomics.add(this.#words, SEQUENCE, 1);
    Atomics.store(this.#words, OWNER, 0);
  }

  #collect(hash: number, address: string, port: number, nowMs: number, found: Int32Array): number {
    let count = 0;
    let link = this.#words[headOf(hash)] as number;
    for (let steps = 0; link !== 0 && steps < BINDINGS_AT_ONE_PLACE_MAX; steps++) {
      const slot = link - 1;
      if (count < found.length && this.isLive(slot, nowMs) && this.#isFrom(slot, hash, address, port)) {
        found[count] = slot;
        count += 1;
      }
      link = this.#words[rowOf(slot) + NEXT] as number;
    }
    return count;
  }

  #isFrom(slot: number, hash: number, address: string, port: number): boolean {
    const row = rowOf(slot);
    if (this.#words[row + PLACE_HASH] !== hash || this.#words[row + PORT] !== port) return false;
    const plain = unmapped(address);
    if (this.#words[row + SIZES] !== plain.length) return false;
    const at = row * 4 + TEXT_AT;
    for (let index = 0; index < plain.length; index++) {
      if (this.#bytes[at + index] !== plain.charCodeAt(index)) return false;
    }
    return true;
  }

  #unlink(slot: number): void {
    const row = rowOf(slot);
    if (this.#words[row + IS_USED] === 0) return;
    Atomics.store(this.#words, row + IS_USED, 0);
    let at = headOf(this.#words[row + PLACE_HASH] as number);
    for (let link = this.#words[at] as number; link !== 0 && link !== slot + 1; link = this.#words[at] as number) {
      at = rowOf(link - 1) + NEXT;
    }
    if (this.#words[at] === slot + 1) this.#words[at] = this.#words[row + NEXT] as number;
    this.#words[row + NEXT] = 0;
  }

  #link(slot: number): void {
    const row = rowOf(slot);
    const head = headOf(this.#words[row + PLACE_HASH] as number);
    this.#words[row + NEXT] = this.#words[head] as number;
    this.#words[head] = slot + 1;
    Atomics.store(this.#words, row + IS_USED, 1);
  }

  #write(slot: number, binding: Binding): void {
    const row = rowOf(slot);
    const { port, listener, isBehindNat, callMark, cseq, user, contact, userAgent } = binding;
    const address = unmapped(binding.address);
    this.#words[row + PLACE_HASH] = placeHash(address, port);
    this.#words[row + PORT] = port;
    this.#words[row + LISTENER] = listener;
    this.#words[row + IS_BEHIND_NAT] = isBehindNat ? 1 : 0;
    this.#words[row + CALL_MARK] = callMark;
    this.#words[row + CSEQ] = cseq;
    this.#words[row + KEEPER] = this.#shard;
    this.#doubles[(row >> 1) + EXPIRES] = binding.expiresAtMs;
    this.#doubles[(row >> 1) + REGISTERED] = binding.registeredAtWallMs;
    this.#doubles[(row >> 1) + REFRESHED] = binding.refreshedAtWallMs;
    let at = row * 4 + TEXT_AT;
    const texts = [address, user, contact.slice(0, BINDING_CONTACT_MAX), userAgent.slice(0, USER_AGENT_TEXT_MAX)];
    for (const [index, text] of texts.entries()) {
      this.#words[row + SIZES + index] = text.length;
      for (let char = 0; char < text.length; char++) this.#bytes[at + char] = text.charCodeAt(char);
      at += text.length;
    }
  }

  #read(slot: number): Binding {
    const row = rowOf(slot);
    let at = row * 4 + TEXT_AT;
    const texts: string[] = [];
    for (let index = 0; index < 4; index++) {
      const end = at + Math.min(ROW_BYTES - TEXT_AT, this.#words[row + SIZES + index] as number);
      texts.push(String.fromCharCode(...this.#bytes.subarray(at, end)));
      at = end;
    }
    const [address = '', user = '', contact = '', userAgent = ''] = texts;
    return {
      address,
      port: this.#words[row + PORT] as number,
      listener: this.#words[row + LISTENER] as number,
      user,
      contact,
      userAgent,
      isBehindNat: this.#words[row + IS_BEHIND_NAT] === 1,
      callMark: this.#words[row + CALL_MARK] as number,
      cseq: (this.#words[row + CSEQ] as number) >>> 0,
      expiresAtMs: this.#doubles[(row >> 1) + EXPIRES] as number,
      registeredAtWallMs: this.#doubles[(row >> 1) + REGISTERED] as number,
      refreshedAtWallMs: this.#doubles[(row >> 1) + REFRESHED] as number,
    };
  }
}

function rowOf(slot: number): number {
  return (ROWS_AT_BYTES + slot * ROW_BYTES) >> 2;
}

function headOf(hash: number): number {
  return HEADS_AT + ((hash >>> 0) % HEADS);
}

function placeHash(address: string, port: number): number {
  return markOf(unmapped(address)) ^ Math.imul(port, 0x9e3779b1);
}

/** A text as 32 bits (FNV-1a, its bits spread). */
export function markOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  const mixed = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return mixed ^ (mixed >>> 13);
}
