// A rate table from CSV: a rate a row, its fields those of a rate in a network file.

import { RateDeckBuilder, type RateRow } from '../../core/rating/rate-deck-builder.ts';
import type { CsvRow } from '../../operator-csv.ts';
import { RATE_FIELDS, ratePrefix, readRateRow } from '../rates/rate-row.ts';
import type { ImportedTable } from '../tables/table-images.ts';
import type { ImportTask, RefuseLine, TableReader } from './table-reader.ts';

type RateTask = Extract<ImportTask, { kind: 'rates' }>;

/** Rows that differ in more than their prefix and are remembered. */
const ROWS_KNOWN_MAX = 10_000;

export class RateReader implements TableReader {
  readonly columns = { needed: ['prefix'], optional: RATE_FIELDS.filter((field) => field !== 'prefix') };
  readonly #task: Omit<RateTask, 'kind'>;
  readonly #builder = new RateDeckBuilder();
  readonly #lines: number[] = [];
  /** Places of rates by what their rows say beside the prefix: a deck of a million has a few hundred such texts. */
  readonly #known = new Map<string, number>();

  constructor(task: Omit<RateTask, 'kind'>) {
    this.#task = task;
  }

  take(row: CsvRow): void {
    const text = row.textBeside('prefix');
    const known = this.#known.get(text);
    if (known === undefined) {
      const place = this.#builder.add(this.#rateIn(row));
      if (!row.isRefused && this.#known.size < ROWS_KNOWN_MAX) this.#known.set(text, place);
    } else {
      this.#builder.addLike(known, row.need('prefix', ratePrefix, ''));
    }
    this.#lines.push(row.line);
  }

  #rateIn(row: CsvRow): RateRow {
    const rate = readRateRow(row);
    const isKnown = rate.calendar === '' || this.#task.calendars.includes(rate.calendar);
    if (!isKnown) row.refuse('calendar', `names "${rate.calendar}", which is not in calendars of the network`);
    return rate;
  }

  finish(refuse: RefuseLine): ImportedTable | null {
    const built = this.#builder.build();
    if (built instanceof SharedArrayBuffer) {
      const { name, currency } = this.#task;
      return { kind: 'rates', name, currency, image: built };
    }
    for (const { prefix, place, earlierPlace } of built.repeated) {
      const reason = `"${prefix}" stands in line ${this.#lines[earlierPlace]} already, for the same time`;
      refuse(this.#lines[place] as number, 'prefix', reason);
    }
    return null;
  }
}
