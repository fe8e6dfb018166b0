// What a lookup in a trie of a million prefixes costs, and what a prefix takes.
// Run it: node dist/native-free-bench/micro/core/routing/prefix-trie.js
//
// Numbers are asked in random order, so that the trie is as cold as a busy switch finds it. A figure is the median of
// batches of 64 lookups, with the batches at the tenth and the ninetieth in the hundred.

import { pathToFileURL } from 'node:url';
import { PrefixTrie } from '../../../../src/core/routing/prefix-trie.ts';
import { packTrie } from '../../../../src/core/routing/prefix-trie-packer.ts';
import { numbersFor, prefixesOf, type TableShape } from './prefix-tables.ts';

const PREFIXES = 1_000_000;
const NUMBERS = 262_144;
const BATCH = 64;
const ROUNDS = 4;

function trieOf(prefixes: readonly string[]): PrefixTrie {
  const bytes = packTrie(prefixes.map((prefix, row) => ({ prefix, row })));
  const image = new SharedArrayBuffer(bytes.length);
  new Uint8Array(image).set(bytes);
  return new PrefixTrie(image);
}

/** Nanoseconds of one call of `look`, for each batch. */
function batchesNs(numbers: readonly string[], look: (digits: string) => number): number[] {
  const batches: number[] = [];
  let sum = 0;
  for (let round = 0; round < ROUNDS; round++) {
    for (let start = 0; start + BATCH <= numbers.length; start += BATCH) {
      const begun = process.hrtime.bigint();
      for (let index = start; index < start + BATCH; index++) sum += look(numbers[index] as string);
      batches.push(Number(process.hrtime.bigint() - begun) / BATCH);
    }
  }
  if (Number.isNaN(sum)) batches.length = 0;
  return batches.sort((a, b) => a - b);
}

/** Prints one line for each shape of table and each way to look. */
export function run(): void {
  const rows = new Int32Array(33);
  const lengths = new Uint8Array(33);
  for (const shape of ['deck', 'blocks', 'numbers'] satisfies TableShape[]) {
    const prefixes = prefixesOf(shape, PREFIXES);
    const begun = performance.now();
    const trie = trieOf(prefixes);
    const packMs = performance.now() - begun;
    const size = `${(trie.sizeBytes / trie.prefixCount).toFixed(1)} bytes a prefix, packed in ${packMs.toFixed(0)} ms`;
    console.log(`prefix trie, ${shape} of ${trie.prefixCount}: ${size}`);
    const numbers = numbersFor(prefixes, NUMBERS);
    const looks: [string, (digits: string) => number][] = [
      ['longest', (digits) => trie.longest(digits)],
      ['exact', (digits) => trie.exact(digits)],
      ['matches', (digits) => trie.matches(digits, rows, lengths)],
    ];
    for (const [name, look] of looks) {
      const batches = batchesNs(numbers, look);
      const at = (share: number) => (batches[Math.floor(share * batches.length)] ?? 0).toFixed(0);
      console.log(`prefix trie, ${shape}, ${name}: ${at(0.5)} ns (${at(0.1)} - ${at(0.9)})`);
    }
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) run();
