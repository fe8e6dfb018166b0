// The parser under hostile bytes. Run from the repository root:
// node dist/test/fuzz/parser-fuzz.js --count 1000000 --seed 7
// An input that breaks a law is written to test/fuzz/corpus, and stays there as a seed.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

import { Prng } from '../../src/core/base/prng.ts';
import { heapBytes } from '../core/heap.ts';
import { Mutator } from './mutator.ts';
import { runParserTarget } from './parser-target.ts';
import { seeds } from './seeds.ts';

/** What a run found. */
export interface FuzzReport {
  readonly count: number;
  /** Texts by what became of them. */
  readonly outcomes: ReadonlyMap<string, number>;
  /** Heap after the run less heap after a tenth of it, both after a full collection. */
  readonly heapGrowthBytes: number;
  readonly elapsedMs: number;
}

/** Feeds `count` texts to the parser. Throws at the first broken law, with the text kept in the corpus. */
export function fuzzParser(count: number, seed: number): FuzzReport {
  const mutator = new Mutator(
    new Prng(seed),
    seeds().map((kept) => kept.text),
  );
  const outcomes = new Map<string, number>();
  const startedMs = performance.now();
  let earlyBytes = 0;
  for (let i = 0; i < count; i++) {
    if (i === Math.floor(count / 10)) earlyBytes = heapBytes();
    const outcome = runOne(mutator.next(), `parser-${seed}-${i}`);
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  }
  const elapsedMs = performance.now() - startedMs;
  return { count, outcomes, heapGrowthBytes: heapBytes() - earlyBytes, elapsedMs };
}

function runOne(text: string, name: string): string {
  try {
    return runParserTarget(text);
  } catch (cause) {
    const file = join(process.cwd(), 'test', 'fuzz', 'corpus', `${name}.dat`);
    writeFileSync(file, text, 'latin1');
    throw new Error(`a law is broken by ${file}`, { cause });
  }
}

function main(): void {
  const { values } = parseArgs({ options: { count: { type: 'string' }, seed: { type: 'string' } } });
  const count = Number(values.count ?? 1_000_000);
  const seed = Number(values.seed ?? 1);
  const report = fuzzParser(count, seed);
  const rate = Math.round((count / report.elapsedMs) * 1000);
  console.log(
    `${count} texts, seed ${seed}: ${rate} /s, heap growth ${(report.heapGrowthBytes / 1024).toFixed(0)} KiB`,
  );
  for (const [outcome, times] of [...report.outcomes].sort((a, b) => b[1] - a[1])) console.log(`${times}\t${outcome}`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) main();
