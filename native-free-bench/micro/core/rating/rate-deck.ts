// What finding the rate of a number costs in a deck of a million rates.
// Run it: node dist/native-free-bench/micro/core/rating/rate-deck.js

import { pathToFileURL } from 'node:url';
import { RateDeck } from '../../../../src/core/rating/rate-deck.ts';
import { RateDeckBuilder, type RateRow } from '../../../../src/core/rating/rate-deck-builder.ts';
import { lookupNs, tellLookup } from '../routing/lookups.ts';
import { numbersFor, prefixesOf } from '../routing/prefix-tables.ts';

const COUNT = 1_000_000;
const NUMBERS = 262_144;
/** Destinations of a deck: each has its name and price, its prefixes share them. */
const DESTINATIONS = 800;

/** Prints the cost of `find`, and bytes a prefix. */
export function run(): void {
  const prefixes = prefixesOf('deck', COUNT);
  const builder = new RateDeckBuilder();
  for (const [index, prefix] of prefixes.entries()) builder.add(rateRow(prefix, (index * 7919) % DESTINATIONS));
  const begun = performance.now();
  const image = builder.build();
  const packMs = performance.now() - begun;
  if (!(image instanceof SharedArrayBuffer)) throw new Error('the deck has a prefix twice');
  const deck = new RateDeck(image);
  const size = `${(deck.sizeBytes / deck.prefixCount).toFixed(1)} bytes a prefix, packed in ${packMs.toFixed(0)} ms`;
  console.log(`rate deck of ${deck.rateCount}: ${size}`);
  const find = (digits: string): number => deck.find(digits, 0)?.terms.priceNanos ?? 0;
  console.log(`rate deck, find: ${tellLookup(lookupNs(numbersFor(prefixes, NUMBERS), find))}`);
}

function rateRow(prefix: string, destination: number): RateRow {
  return {
    prefix,
    area: `Destination ${destination}`,
    calendar: '',
    terms: {
      type: 'international',
      isBarred: false,
      priceNanos: 1_000_000 + destination * 100_000,
      priceSeconds: 60,
      periodSeconds: 60,
      sections: [],
      connectFeeNanos: 0,
      graceSeconds: 0,
      minimumSeconds: 0,
      taxMillionths: 0,
      validFromWallMs: Number.NEGATIVE_INFINITY,
      validUntilWallMs: Number.POSITIVE_INFINITY,
    },
  };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) run();
