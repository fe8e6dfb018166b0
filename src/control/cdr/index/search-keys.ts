// What a CDR is found by: its numbers, gateways, account and end reason, each as a hash of 32 bits. A hash only says
// where to look; the record itself is asked afterwards.

import type { Cdr } from '../../../core/cdr/cdr.ts';

/** What is asked for; null where anything will do. */
export interface CdrQuestion {
  /** Any of the record's numbers, whole. */
  readonly number: string | null;
  /** Mapping gateway, or a routing gateway that was tried. */
  readonly gateway: string | null;
  readonly account: string | null;
  readonly endReason: string | null;
  /** Ended at or after, and before, wall clock ms. */
  readonly fromWallMs: number | null;
  readonly untilWallMs: number | null;
}

/** Kinds of key: a number and an account of the same digits are two keys. */
const NUMBER = 'n';
const GATEWAY = 'g';
const ACCOUNT = 'a';
const END_REASON = 'r';

/** Keys of one record, at most: numbers, gateways of ATTEMPTS_MAX attempts, and the rest. */
export const KEYS_OF_RECORD_MAX = 42;
/** Of those: what stands behind the gateways, and the numbers that prices went by. */
const LAST_KEYS = 4;

/** Writes the keys of `cdr` into `keys` from `at` on; answers where they end. A key may stand twice. */
export function writeKeys(cdr: Cdr, keys: Uint32Array, at: number): number {
  const { caller, callee, callerSent, calleeSent, callerBilled, calleeBilled } = cdr;
  let end = writeEarlierKeys(cdr, keys, at);
  if (callerBilled !== caller && callerBilled !== callerSent) keys[end++] = keyOf(NUMBER, callerBilled);
  if (calleeBilled !== callee && calleeBilled !== calleeSent) keys[end++] = keyOf(NUMBER, calleeBilled);
  return end;
}

/** The same as an earlier release did it: it knew no record by the numbers that prices went by. */
export function writeEarlierKeys(cdr: Cdr, keys: Uint32Array, at: number): number {
  let end = at;
  keys[end++] = keyOf(NUMBER, cdr.caller);
  keys[end++] = keyOf(NUMBER, cdr.callee);
  if (cdr.callerSent !== cdr.caller) keys[end++] = keyOf(NUMBER, cdr.callerSent);
  if (cdr.calleeSent !== cdr.callee) keys[end++] = keyOf(NUMBER, cdr.calleeSent);
  keys[end++] = keyOf(GATEWAY, cdr.mappingGateway);
  let last = '';
  for (const { gateway } of cdr.attempts) {
    if (gateway !== last && end < at + KEYS_OF_RECORD_MAX - LAST_KEYS) keys[end++] = keyOf(GATEWAY, gateway);
    last = gateway;
  }
  keys[end++] = keyOf(ACCOUNT, cdr.account);
  keys[end++] = keyOf(END_REASON, cdr.endReason ?? '');
  return end;
}

/** The keys that a record must have to answer `question`; none when only its time is asked for. */
export function keysOf({ number, gateway, account, endReason }: CdrQuestion): number[] {
  const keys: number[] = [];
  if (number !== null) keys.push(keyOf(NUMBER, number));
  if (gateway !== null) keys.push(keyOf(GATEWAY, gateway));
  if (account !== null) keys.push(keyOf(ACCOUNT, account));
  if (endReason !== null) keys.push(keyOf(END_REASON, endReason));
  return keys;
}

/** Whether `cdr` is what was asked for. */
export function answers(
  cdr: Cdr,
  { number, gateway, account, endReason, fromWallMs, untilWallMs }: CdrQuestion,
): boolean {
  const endedAtWallMs = endedAt(cdr);
  if (fromWallMs !== null && endedAtWallMs < fromWallMs) return false;
  if (untilWallMs !== null && endedAtWallMs >= untilWallMs) return false;
  if (account !== null && cdr.account !== account) return false;
  if (endReason !== null && cdr.endReason !== endReason) return false;
  if (number !== null && !numbersOf(cdr).includes(number)) return false;
  return (
    gateway === null || cdr.mappingGateway === gateway || cdr.attempts.some((attempt) => attempt.gateway === gateway)
  );
}

function numbersOf({ caller, callee, callerSent, calleeSent, callerBilled, calleeBilled }: Cdr): string[] {
  return [caller, callee, callerSent, calleeSent, callerBilled, calleeBilled];
}

/** When `cdr` ended, wall clock ms. */
export function endedAt(cdr: Cdr): number {
  return cdr.endedAtWallMs ?? cdr.setupAtWallMs;
}

/** FNV-1a over the characters, then mixed: its low bits alone would put numbers of one range into few buckets. */
function keyOf(kind: string, text: string): number {
  let hash = Math.imul(0x811c_9dc5 ^ kind.charCodeAt(0), 0x0100_0193);
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x0100_0193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}
