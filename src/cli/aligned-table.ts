// Tables for people: columns wide enough, numbers to the right, no lines drawn.

import { visible } from './visible.ts';

const GAP = '  ';

/** `cells` under `heads`, as lines. Columns whose index is in `numeric` are aligned to the right. */
export function alignedTable(
  heads: readonly string[],
  cells: readonly (readonly string[])[],
  numeric: readonly number[] = [],
): string[] {
  const rows = cells.map((row) => row.map(visible));
  const widths = heads.map((head, column) =>
    rows.reduce((widest, row) => Math.max(widest, width(row[column] ?? '')), width(head)),
  );
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => {
        const padding = ' '.repeat(Math.max(0, (widths[column] ?? 0) - width(cell)));
        return numeric.includes(column) ? padding + cell : cell + padding;
      })
      .join(GAP)
      .trimEnd();
  return [line(heads), ...rows.map(line)];
}

/** Columns a text takes: characters, with the wide ones of East Asia counted twice. */
function width(text: string): number {
  let columns = 0;
  for (const character of text)
    columns += /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\uff00-\uff60]/.test(character) ? 2 : 1;
  return columns;
}
