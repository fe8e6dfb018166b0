// The rate tables of a network file, written out in it; and the deck of any table, imported or not.

import { assert } from '../../core/base/assert.ts';
import { RateDeckBuilder } from '../../core/rating/rate-deck-builder.ts';
import type { RateTableImage } from '../../core/routing/snapshot.ts';
import type { Table } from '../../operator-file.ts';
import type { RateTable } from '../../store/network.ts';
import { RATE_FIELDS, readRateRow } from '../rates/rate-row.ts';
import type { NameReferences } from './name-references.ts';
import { currency, uniqueName } from './names.ts';
import type { ImageOf } from './table-images.ts';

/** The list `rateTables`. */
export function readRateTables(root: Table, references: NameReferences): RateTable[] {
  const seen = new Set<string>();
  return root.rows('rateTables', ['name', 'currency', 'rates'], (row) => {
    const name = uniqueName(row, 'name', seen);
    const table = {
      name,
      currency: row.need('currency', currency, ''),
      rates: row.rows('rates', RATE_FIELDS, (line) => {
        const rate = readRateRow(line);
        references.add(line, 'calendar', 'calendars', [rate.calendar]);
        return rate;
      }),
      image: null,
    };
    const built = deckOf(table);
    if (!(built instanceof SharedArrayBuffer)) row.refuse('rates', `has prefix "${built.repeated[0]?.prefix}" twice`);
    return table;
  });
}

/** Decks by table; one that is the same as before is not packed again. */
const packed = new WeakMap<RateTable, SharedArrayBuffer>();

/** The table with its deck in shared memory. */
export function rateTableImage(table: RateTable, imageOf: ImageOf): RateTableImage {
  if (table.image !== null) return { name: table.name, image: imageOf(table.image) };
  const image = packed.get(table) ?? deckOf(table);
  assert(image instanceof SharedArrayBuffer, 'a stored table has no rate twice');
  packed.set(table, image);
  return { name: table.name, image };
}

function deckOf({ rates }: RateTable): ReturnType<RateDeckBuilder['build']> {
  const builder = new RateDeckBuilder();
  for (const rate of rates) builder.add(rate);
  return builder.build();
}
