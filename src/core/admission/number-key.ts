// The key of a number in shared memory: a word for its scope, then six bits a character. Numbers are compared as far as
// the key can tell them apart: 35 characters, letters without case. What is longer, or of other characters, may share
// a key with its like, and so a counter: it is counted too strictly then, never too loosely.

/** Words of a key; the first is the scope. */
export const KEY_WORDS = 8;

const CHARACTERS_A_WORD = 5;
const CHARACTER_BITS = 6;
const CHARACTER_MASK = (1 << CHARACTER_BITS) - 1;
const CHARACTERS_MAX = (KEY_WORDS - 1) * CHARACTERS_A_WORD;

/** Codes of characters; 0 stands for none. */
const LETTERS_FROM = 11;
const SIGNS = '*#+-._';
const SIGNS_FROM = 37;
const OTHERS_FROM = SIGNS_FROM + SIGNS.length;
const OTHERS_COUNT = 64 - OTHERS_FROM;

/** Writes the key of `number` in `scope` into `key`; answers its hash. */
export function readNumberKey(key: Int32Array, scope: number, number: string): number {
  key.fill(0);
  key[0] = scope;
  for (let place = 0; place < number.length; place++) {
    // Beyond the last place the characters are folded into the last word.
    const word = 1 + Math.min(Math.floor(place / CHARACTERS_A_WORD), KEY_WORDS - 2);
    const before = key[word] as number;
    const code = codeOf(number.charCodeAt(place));
    key[word] = place < CHARACTERS_MAX ? (before << CHARACTER_BITS) | code : Math.imul(before, 31) + code;
  }
  return hashOfKey(key);
}

/** The hash of `key`: buckets are its low bits. */
export function hashOfKey(key: Int32Array): number {
  return hashOf(key, HASH_SEED);
}

function codeOf(character: number): number {
  if (character >= 48 && character <= 57) return character - 47;
  const letter = (character | 32) - 97;
  if (letter >= 0 && letter < 26) return LETTERS_FROM + letter;
  const sign = SIGNS.indexOf(String.fromCharCode(character));
  return sign >= 0 ? SIGNS_FROM + sign : OTHERS_FROM + (character % OTHERS_COUNT);
}

/** A second hash of `key`, which has nothing to do with the first; never 0. */
export function markOfKey(key: Int32Array): number {
  return hashOf(key, MARK_SEED) | 0 || 1;
}

/** The number that `key` was read from, letters small; beyond 35 characters, and of other ones, it is not known. */
export function numberOfKey(key: Int32Array): string {
  let number = '';
  for (let word = 1; word < KEY_WORDS; word++) {
    let text = '';
    for (let rest = (key[word] as number) >>> 0; rest > 0; rest >>>= CHARACTER_BITS) {
      text = characterOf(rest & CHARACTER_MASK) + text;
    }
    number += text;
  }
  return number;
}

function characterOf(code: number): string {
  if (code < LETTERS_FROM) return String(code - 1);
  if (code < SIGNS_FROM) return String.fromCharCode(97 + code - LETTERS_FROM);
  return SIGNS[code - SIGNS_FROM] ?? '?';
}

const HASH_SEED = 0x811c9dc5;
const MARK_SEED = 0x2f0b4c47;

/** FNV-1a over words, with its bits mixed at the end (MurmurHash3). */
function hashOf(key: Int32Array, seed: number): number {
  let hash = seed;
  for (let word = 0; word < KEY_WORDS; word++) hash = Math.imul(hash ^ (key[word] as number), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
