// Placement: which shard a Call-ID belongs to. The edge peeks at the Call-ID without parsing, the shard mints
// Call-IDs that come home, and so both legs of a call live in one shard and nothing is ever looked up across threads.

import { flat } from '../base/flat.ts';

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
const LF = 10;
const CR = 13;
const TAB = 9;
const SPACE = 32;
const COLON = 58;
const LOWER = 32;

/** Suffixes tried when minting: with any sane number of shards the first few suffice. */
const SUFFIXES = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** Shard of the Call-ID in bytes[start, end), among `shardCount`. */
export function shardOfBytes(bytes: Uint8Array, start: number, end: number, shardCount: number): number {
  let hash = FNV_OFFSET;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ (bytes[at] as number), FNV_PRIME);
  return finish(hash) % shardCount;
}

/** Shard of `callId`, a latin1 string. */
export function shardOfText(callId: string, shardCount: number): number {
  return finish(hashOf(callId)) % shardCount;
}

/** `stem` with a suffix that places it in `shard`. `stem` must be unique; `shard` below `shardCount`. */
export function mintCallId(stem: string, shard: number, shardCount: number): string {
  if (shardCount === 1) return stem;
  const hash = hashOf(stem);
  for (let first = 0; first < SUFFIXES.length; first++) {
    const once = Math.imul(hash ^ SUFFIXES.charCodeAt(first), FNV_PRIME);
    if (finish(once) % shardCount === shard) return flat(stem + SUFFIXES[first]);
  }
  return mintCallId(`${stem}z`, shard, shardCount);
}

/** What `peekCallId` found: set by it, read at once. */
export const peeked = { start: 0, end: 0 };

/**
 * Finds the Call-ID's value in a datagram's bytes without parsing it: the first line that begins with Call-ID or i, any
 * case. Sets `peeked` and answers true; false when there is none before the empty line, and any shard may refuse it.
 */
export function peekCallId(bytes: Uint8Array, length: number): boolean {
  let line = pastEmptyLines(bytes, length);
  while (line < length) {
    const end = lineEndOf(bytes, line, length);
    const nameEnd = nameLength(bytes, line, end);
    if (nameEnd > 0) {
      let colon = nameEnd;
      while (colon < end && isBlank(bytes[colon] as number)) colon++;
      if (bytes[colon] === COLON) return trimInto(bytes, colon + 1, pastFolds(bytes, end, length));
    }
    if (end - line <= 1) return false;
    line = end + 1;
  }
  return false;
}

/** 7.5: empty lines before the start line mean nothing. */
function pastEmptyLines(bytes: Uint8Array, length: number): number {
  let at = 0;
  while (at + 1 < length && bytes[at] === CR && bytes[at + 1] === LF) at += 2;
  return at;
}

/** Where the line at `line` ends, its LF not included. */
function lineEndOf(bytes: Uint8Array, line: number, length: number): number {
  const lineEnd = bytes.indexOf(LF, line);
  return lineEnd === -1 || lineEnd > length ? length : lineEnd;
}

/** 7.3.1: a line that begins with a blank goes on the one before it, which ends at `end`. */
function pastFolds(bytes: Uint8Array, end: number, length: number): number {
  let at = end;
  while (at + 1 < length && isBlank(bytes[at + 1] as number) && bytes[at + 1] !== CR)
    at = lineEndOf(bytes, at + 1, length);
  return at;
}

/** Where the name ends when the line at `at` begins with `Call-ID` or `i`; 0 when it does not. */
function nameLength(bytes: Uint8Array, at: number, end: number): number {
  const first = (bytes[at] as number) | LOWER;
  if (first === 0x69) return at + 1;
  if (first !== 0x63 || end - at < 7) return 0;
  const isCallId =
    ((bytes[at + 1] as number) | LOWER) === 0x61 &&
    ((bytes[at + 2] as number) | LOWER) === 0x6c &&
    ((bytes[at + 3] as number) | LOWER) === 0x6c &&
    bytes[at + 4] === 0x2d &&
    ((bytes[at + 5] as number) | LOWER) === 0x69 &&
    ((bytes[at + 6] as number) | LOWER) === 0x64;
  return isCallId ? at + 7 : 0;
}

function trimInto(bytes: Uint8Array, from: number, to: number): boolean {
  let start = from;
  let end = to;
  while (start < end && isBlank(bytes[start] as number)) start++;
  while (end > start && isBlank(bytes[end - 1] as number)) end--;
  peeked.start = start;
  peeked.end = end;
  return end > start;
}

function isBlank(code: number): boolean {
  return code === SPACE || code === TAB || code === CR || code === LF;
}

function hashOf(text: string): number {
  let hash = FNV_OFFSET;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), FNV_PRIME);
  return hash;
}

/** Spreads the low bits, which FNV leaves alike for texts that differ in their last character only. */
function finish(hash: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (mixed ^ (mixed >>> 13)) >>> 0;
}
