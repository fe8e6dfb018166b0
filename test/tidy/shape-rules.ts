// How large a file, a function and a line may be, and how a file begins.

import { functionsOf } from './functions.ts';
import type { Finding, SourceFile } from './source-file.ts';

/** Bounds of size. Files aim at 130 lines and functions at 15: these are where the tree refuses. */
export const FILE_LINES_MAX = 400;
export const FUNCTION_LINES_MAX = 60;
export const COLUMNS_MAX = 120;

/** Files longer than FILE_LINES_MAX. */
export function longFiles(files: readonly SourceFile[]): Finding[] {
  return files
    .filter((file) => file.path.endsWith('.ts') && file.lines.length > FILE_LINES_MAX)
    .map((file) => ({
      path: file.path,
      line: FILE_LINES_MAX + 1,
      text: `has ${file.lines.length} lines, ${FILE_LINES_MAX} are allowed: move one of its things to its own file`,
    }));
}

/** Functions longer than FUNCTION_LINES_MAX; the callbacks of `describe` and `test` under test/ may be longer. */
export function longFunctions(files: readonly SourceFile[]): Finding[] {
  return files.flatMap((file) =>
    functionsOf(file.tokens)
      .map((span) => ({ ...span, length: span.lastLine - span.firstLine + 1 }))
      .filter((span) => span.length > FUNCTION_LINES_MAX && !(span.isTestBody && file.path.startsWith('test/')))
      .map(({ name, firstLine, length }) => ({
        path: file.path,
        line: firstLine,
        text: `${name} has ${length} lines, ${FUNCTION_LINES_MAX} are allowed: give its parts names of their own`,
      })),
  );
}

/** TypeScript and Markdown lines wider than COLUMNS_MAX, but for an address (URL) or a row of a Markdown table. */
export function wideLines(files: readonly SourceFile[]): Finding[] {
  return files
    .filter(({ path }) => path.endsWith('.ts') || (path.startsWith('src/') && path.endsWith('.md')))
    .flatMap((file) =>
      file.lines.flatMap((line, i) => {
        const width = [...line].length;
        if (width <= COLUMNS_MAX || line.includes('://') || line.startsWith('|')) return [];
        return [
          { path: file.path, line: i + 1, text: `is ${width} columns wide, ${COLUMNS_MAX} are allowed: break it` },
        ];
      }),
    );
}

/** Files of the core that do not open with a comment. */
export function coreFilesWithoutTitle(files: readonly SourceFile[]): Finding[] {
  return files
    .filter(({ path, text }) => path.startsWith('src/core/') && path.endsWith('.ts') && !/^\/[/*]/.test(text))
    .map(({ path }) => ({
      path,
      line: 1,
      text: 'opens without a comment: say in one what the file is and which section of which RFC it answers to',
    }));
}

/** Notes of unfinished work, which belong into an issue and not into the tree. */
export function unfinishedNotes(files: readonly SourceFile[]): Finding[] {
  return files.flatMap(({ path, comments }) =>
    comments
      .filter(({ text }) => /\b(TODO|FIXME|HACK)\b/.test(text))
      .map(({ line }) => ({
        path,
        line,
        text: 'notes unfinished work: finish it, or write the issue and drop the note',
      })),
  );
}

/** Markdown under src/ that has not exactly one `#` title. Fenced code does not count. */
export function pagesWithoutOneTitle(files: readonly SourceFile[]): Finding[] {
  return files
    .filter(({ path }) => path.startsWith('src/') && path.endsWith('.md'))
    .map((file) => ({ path: file.path, titles: titleLines(file.lines) }))
    .filter(({ titles }) => titles.length !== 1)
    .map(({ path, titles }) => ({
      path,
      line: titles[1] ?? 1,
      text: `has ${titles.length} titles (lines that begin with "# "): a page has one, its parts begin with "## "`,
    }));
}

function titleLines(lines: readonly string[]): readonly number[] {
  const titles: number[] = [];
  let inFence = false;
  lines.forEach((line, i) => {
    if (line.startsWith('```')) inFence = !inFence;
    if (!inFence && line.startsWith('# ')) titles.push(i + 1);
  });
  return titles;
}
