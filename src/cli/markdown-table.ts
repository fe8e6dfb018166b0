// Tables of the pages that commands print for the repository: columns as wide as their widest cell.

/** `rows` under `heads`, as lines of Markdown. */
export function markdownTable(heads: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const all = [heads, ...rows].map((cells) => cells.map((cell) => cell.replaceAll('|', '\\|')));
  const widths = heads.map((_, column) => Math.max(...all.map((cells) => cells[column]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [head = '', ...lines] = all.map(line);
  return [head, line(widths.map((width) => '-'.repeat(width))), ...lines];
}
