// The parser's promises under hostile input: no throw, no growth, time linear in the length.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { fuzzParser } from './parser-fuzz.ts';
import { runParserTarget } from './parser-target.ts';
import { seeds } from './seeds.ts';
import { WORST_CASES } from './worst-cases.ts';

const COUNT = 50_000;
const SEED = 20_030_601;
const GROWTH_BYTES_MAX = 4 * 1024 * 1024;

// Eight times the length may cost eight times the time, and would cost 64 times were it quadratic; between them lies
// the noise of a busy machine.
const SHORT = 8_000;
const LONG = 64_000;
const RATIO_MAX = 24;
const LONG_MS_MAX = 25;
// Below this the clock and the collector are what is measured.
const NOISE_MS = 0.15;

test('50 000 mutated messages break no law, and leave nothing behind', () => {
  const report = fuzzParser(COUNT, SEED);
  assert.ok(report.heapGrowthBytes < GROWTH_BYTES_MAX, `the heap grew by ${report.heapGrowthBytes} bytes`);
  for (const reached of REACHED) assert.ok(report.outcomes.has(reached), `no text came to: ${reached}`);
});

test('every kept input breaks no law', () => {
  for (const seed of seeds()) runParserTarget(seed.text);
});

test('the same seed makes the same run', () => {
  assert.deepEqual(fuzzParser(500, 3).outcomes, fuzzParser(500, 3).outcomes);
});

test('time is linear in the length of the datagram, whatever it repeats', () => {
  for (const [name, make] of Object.entries(WORST_CASES)) {
    const long = fastestMs(make(LONG));
    const short = fastestMs(make(SHORT));
    assert.ok(long < LONG_MS_MAX, `${name}: ${long.toFixed(2)} ms for ${LONG} characters`);
    const ratio = long / Math.max(short, NOISE_MS / (LONG / SHORT));
    assert.ok(
      ratio < RATIO_MAX,
      `${name}: ${short.toFixed(3)} ms became ${long.toFixed(3)} ms, ${ratio.toFixed(1)} fold`,
    );
  }
});

// Each way a datagram can end at this layer, proved to be walked. Size limits have tests of their own.
const REACHED: readonly string[] = [
  'request',
  'response',
  'startLine',
  'version',
  'headerLine',
  'unterminated',
  'missingHeader',
  'duplicateHeader',
  'headerSyntax',
  'methodMismatch',
  'contentLength',
  'checkRequest: Bad Via',
  'checkRequest: Bad From',
  'checkRequest: Bad To',
  'checkRequest: Bad Call-ID',
  'checkRequest: Bad Max-Forwards',
  'checkRequest: Bad Contact',
  'checkRequest: Bad Route',
  'checkRequest: Bad Request-URI',
  'checkRequest: Unsupported URI Scheme',
];

function fastestMs(text: string): number {
  const bytes = Buffer.from(text, 'latin1');
  let fastest = Number.POSITIVE_INFINITY;
  for (let run = 0; run < 12; run++) {
    const fresh = bytes.toString('latin1');
    const startedMs = performance.now();
    runParserTarget(fresh);
    fastest = Math.min(fastest, performance.now() - startedMs);
  }
  return fastest;
}
