// What a lookup in a trie of a million prefixes costs, and what a prefix takes.
// Run it: node dist/native-free-bench/micro/core/routing/prefix-trie.js

import { pathToFileURL } from 'node:url';
import { PrefixTrie } from '../../../../src/core/routing/prefix-trie.ts';
import { packTrie } from '../../../../src/core/routing/prefix-trie-packer.ts';
import { lookupNs, tellLookup } from './lookups.ts';
import { numbersFor, prefixesOf, type TableShape } from './prefix-tables.ts';

const PREFIXES = 1_000_000;
const NUMBERS = 262_144;

function trieOf(prefixes: readonly string[]): PrefixTrie {
  const bytes = packTrie(prefixes.map((prefix, row) => ({ prefix, row })));
  const image = new SharedArrayBuffer(bytes.length);
  new Uint8Array(image).set(bytes);
  return new PrefixTrie(image);
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
      console.log(`prefix trie, ${shape}, ${name}: ${tellLookup(lookupNs(numbers, look))}`);
    }
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) run();
