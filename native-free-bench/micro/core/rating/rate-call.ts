// What the price of a call costs: its rate among a million prefixes, its fee, and the slices of a prepaid one.
// Run it: node dist/native-free-bench/micro/core/rating/rate-call.js
//
// Numbers are asked in random order, so that the deck is as cold as a busy switch finds it. A figure is the median of
// batches of 64, with the batches at the tenth and the ninetieth in the hundred.

import { pathToFileURL } from 'node:url';
import { Balances } from '../../../../src/core/rating/balances.ts';
import { chargeOf } from '../../../../src/core/rating/charge.ts';
import { RateDeck } from '../../../../src/core/rating/rate-deck.ts';
import { RateDeckBuilder } from '../../../../src/core/rating/rate-deck-builder.ts';
import type { RateTerms } from '../../../../src/core/rating/rate-terms.ts';
import { extendReserve } from '../../../../src/core/rating/reserve.ts';
import { numbersFor, prefixesOf } from '../routing/prefix-tables.ts';

const PREFIXES = 1_000_000;
const NUMBERS = 262_144;
const BATCH = 64;
const ROUNDS = 4;
/** Prices that the prefixes of a deck share. */
const PRICES = 500;
const WALL_MS = Date.UTC(2026, 0, 1);
const SLOT = 1;
const SLICE = { sliceSeconds: 60, advanceSeconds: 0 };

function termsOf(price: number): Omit<RateTerms, 'calendar'> {
  return {
    type: 'international',
    isBarred: false,
    priceNanos: 1_000_000 + 1_000 * price,
    priceSeconds: 60,
    periodSeconds: 6,
    connectFeeNanos: 0,
    graceSeconds: 0,
    minimumSeconds: 0,
    taxMillionths: 190_000,
    validFromWallMs: Number.NEGATIVE_INFINITY,
    validUntilWallMs: Number.POSITIVE_INFINITY,
    sections: [{ priceNanos: 500_000, seconds: 30 }],
  };
}

function deckOf(prefixes: readonly string[]): RateDeck {
  const builder = new RateDeckBuilder();
  for (const [row, prefix] of prefixes.entries()) {
    builder.add({ prefix, area: `area ${row % PRICES}`, calendar: '', terms: termsOf(row % PRICES) });
  }
  const image = builder.build();
  if (!(image instanceof SharedArrayBuffer)) throw new Error('a prefix comes twice');
  return new RateDeck(image);
}

/** Prints the nanoseconds of one call of `work` with each of 262 144 places. */
function measure(name: string, work: (place: number) => number): void {
  const batches: number[] = [];
  let sum = 0;
  for (let round = 0; round < ROUNDS; round++) {
    for (let start = 0; start + BATCH <= NUMBERS; start += BATCH) {
      const begun = process.hrtime.bigint();
      for (let place = start; place < start + BATCH; place++) sum += work(place);
      batches.push(Number(process.hrtime.bigint() - begun) / BATCH);
    }
  }
  if (Number.isNaN(sum)) batches.length = 0;
  batches.sort((one, other) => one - other);
  const at = (share: number): string => (batches[Math.floor(share * batches.length)] ?? 0).toFixed(0);
  console.log(`rating, ${name}: ${at(0.5)} ns (${at(0.1)} - ${at(0.9)})`);
}

/** Prints one line for each part of what a call's price is made of. */
export function run(): void {
  const prefixes = prefixesOf('deck', PREFIXES);
  const deck = deckOf(prefixes);
  console.log(`rating, deck of ${deck.prefixCount}: ${(deck.sizeBytes / deck.prefixCount).toFixed(1)} bytes a prefix`);
  const numbers = numbersFor(prefixes, NUMBERS);
  measure('rate of a number', (place) => deck.find(numbers[place] as string, WALL_MS)?.terms.periodSeconds ?? 0);
  const terms: RateTerms = { ...termsOf(7), calendar: -1 };
  measure('fee and tax of a call', (place) => chargeOf(terms, place % 3_600).billedSeconds);
  const balances = new Balances(Balances.allocate(2), Balances.allocateHeld(2));
  balances.open(SLOT, 10n ** 15n);
  measure('a slice reserved, charged, kept', () => {
    const reserve = { floorNanos: 0n, grantedSeconds: 0, reservedNanos: 0n };
    extendReserve(reserve, { slot: SLOT, terms }, balances, SLICE);
    balances.charge(SLOT, reserve.reservedNanos, 1n);
    balances.recorded(SLOT, 1n);
    return reserve.grantedSeconds;
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) run();
