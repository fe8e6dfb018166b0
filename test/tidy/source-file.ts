// The repository as the style tests see it: every file read once, every TypeScript file cut into tokens, its imports
// resolved to paths from the repository root.

import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { type Comment, lex, type Token } from './lexer.ts';

/** One import, export-from or dynamic import. */
export interface Import {
  /** As written: `node:fs`, `../base/ring.ts`, `yaml`. */
  readonly specifier: string;
  /** Path from the root for a relative specifier, otherwise ''. */
  readonly target: string;
  /** Does only its type side exist? */
  readonly isType: boolean;
  /** The names between the braces, before any `as`. */
  readonly names: readonly string[];
  readonly line: number;
}

/** One file. `tokens`, `comments` and `imports` are empty unless it is TypeScript. */
export interface SourceFile {
  /** From the repository root, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly lines: readonly string[];
  readonly tokens: readonly Token[];
  readonly comments: readonly Comment[];
  readonly imports: readonly Import[];
}

/** What a rule has to say about one line. `text` says what is wrong and what to do. */
export interface Finding {
  readonly path: string;
  readonly line: number;
  readonly text: string;
}

/** Makes a file of the tree from its path and text; the tests of the rules make small bad ones. */
export function sourceFile(path: string, text: string): SourceFile {
  const isTypeScript = path.endsWith('.ts');
  const { tokens, comments } = isTypeScript ? lex(text) : { tokens: [], comments: [] };
  const lines = (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n');
  return { path, text, lines, tokens, comments, imports: importsOf(path, tokens) };
}

/**
 * Reads all TypeScript, Markdown and JSON under `folders` of `root`, sorted by path; a folder that does not exist
 * holds nothing. Skips `node_modules` and `dist`.
 */
export function readTree(root: string, folders: readonly string[]): readonly SourceFile[] {
  return folders
    .flatMap((folder) => pathsUnder(root, folder))
    .sort()
    .map((path) => sourceFile(path, readFileSync(join(root, path), 'utf8')));
}

/** `findings` as the lines a failing test prints: `path:line what to do`. */
export function report(findings: readonly Finding[]): string {
  return findings.map(({ path, line, text }) => `${path}:${line} ${text}`).join('\n');
}

function pathsUnder(root: string, folder: string): string[] {
  const entries = listing(join(root, folder));
  return entries.flatMap((entry) => {
    const path = posix.join(folder, entry.name);
    if (entry.isDirectory()) return /^(node_modules|dist)$/.test(entry.name) ? [] : pathsUnder(root, path);
    return /\.(ts|md|json)$/.test(entry.name) ? [path] : [];
  });
}

function listing(folder: string) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw cause;
  }
}

function importsOf(path: string, tokens: readonly Token[]): readonly Import[] {
  const imports: Import[] = [];
  for (let i = 0; i < tokens.length; i += 1) {
    const word = tokens[i];
    if (word?.kind !== 'word' || tokens[i - 1]?.text === '.') continue;
    if (word.text !== 'import' && word.text !== 'export') continue;
    const at = specifierIndex(tokens, i);
    const specifier = tokens[at]?.text;
    if (specifier === undefined) continue;
    const target = specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier).replace(/\.js$/, '.ts') : '';
    const isType = tokens[i + 1]?.text === 'type' && tokens[i + 2]?.text !== 'from';
    imports.push({ specifier, target, isType, names: namesBetween(tokens, i + 1, at), line: word.line });
  }
  return imports;
}

/** Index of the string that an `import` or `export` at `start` takes from; -1 when it takes from nowhere. */
function specifierIndex(tokens: readonly Token[], start: number): number {
  const first = tokens[start + 1];
  const isImport = tokens[start]?.text === 'import';
  if (isImport && first?.kind === 'string') return start + 1;
  if (isImport && first?.text === '(') return tokens[start + 2]?.kind === 'string' ? start + 2 : -1;
  let i = first?.text === 'type' ? start + 2 : start + 1;
  if (!isImport && tokens[i]?.text !== '{' && tokens[i]?.text !== '*') return -1;
  while (tokens[i] !== undefined && /^([\w$]+|[{},*])$/.test(tokens[i]?.text ?? '')) {
    if (tokens[i]?.text === 'from' && tokens[i + 1]?.kind === 'string') return i + 1;
    i += 1;
  }
  return -1;
}

function namesBetween(tokens: readonly Token[], start: number, end: number): readonly string[] {
  const names: string[] = [];
  for (let i = start; i < end; i += 1) {
    const token = tokens[i];
    if (token?.kind !== 'word' || ['type', 'from', 'as'].includes(token.text)) continue;
    if (tokens[i - 1]?.text !== 'as') names.push(token.text);
  }
  return names;
}
