// A number group from CSV: one column, a number a row. A number that stands twice is in the group once.

import { packNumberGroup } from '../../core/routing/number-group.ts';
import type { CsvRow } from '../../operator-csv.ts';
import { numberDigits } from '../../operator-values.ts';
import type { ImportedTable } from '../tables/table-images.ts';
import type { TableReader } from './table-reader.ts';

export class NumberReader implements TableReader {
  readonly columns = { needed: ['number'], optional: [] };
  readonly #name: string;
  readonly #numbers: string[] = [];

  /** `name`: of the group. */
  constructor(name: string) {
    this.#name = name;
  }

  take(row: CsvRow): void {
    this.#numbers.push(row.need('number', numberDigits, ''));
  }

  finish(): ImportedTable {
    return { kind: 'numbers', name: this.#name, image: packNumberGroup(this.#numbers) };
  }
}
