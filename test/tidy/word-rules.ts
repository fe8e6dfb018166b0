// The words the project does not use in names, and the places where another's name cannot be helped. Names are judged
// where they are chosen (declarations, parameters, keys), not where they are read: what follows a dot got its name
// elsewhere.

import type { Finding, SourceFile } from './source-file.ts';

/** What to write instead, by word. A word is a camel-case, snake-case or kebab-case part of a name. */
const INSTEAD: ReadonlyMap<string, string> = new Map([
  ['session', 'call, dialog or login (the names of RFC 4028 excepted)'],
  ['connection', 'socket, stream or peer'],
  ['manager', 'what it does, or what it holds'],
  ['handler', 'what it does: onResponse, respond, receive'],
  ['helper', 'what it does'],
  ['util', 'what it does'],
  ['data', 'what it is: bytes, text, row, record, fields'],
  ['tx', 'transaction, or sent'],
  ['sess', 'call, dialog or login'],
]);

/**
 * Parts that excuse the word before them: the nouns of RFC 4028, VOS3000's parameters for it and 183 Session Progress;
 * and the data directory, which is what operators call the folder behind the configuration key `data`.
 */
const EXCUSED_BY: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['session', new Set('expires timer timers interval refresh refresher timeout progress ttl update min'.split(' '))],
  ['data', new Set(['directory', 'path'])],
]);

/** Names given by others that can only be spelt their way: a header of HTTP, options of Node, clients of stores. */
const GIVEN_BY_OTHERS = new Set([
  'Connection',
  'workerData',
  'DataView',
  'connectionsCheckingInterval',
  'connectionTimeoutMillis',
  'createConnection',
  'jetstreamManager',
]);

/** The one file that may name the configuration key `data` itself. */
const CONFIGURATION = 'src/config.ts';

/** Names of files and identifiers that contain a word the project does not use. */
export function unwantedWords(files: readonly SourceFile[]): Finding[] {
  return files.flatMap((file) => [...unwantedInPath(file), ...unwantedInTokens(file)]);
}

function unwantedInPath({ path }: SourceFile): Finding[] {
  return path
    .split('/')
    .map(unwantedPart)
    .filter((word) => word !== undefined)
    .map((word) => ({ path, line: 1, text: `is named with "${word}": write ${INSTEAD.get(word)}` }));
}

function unwantedInTokens({ path, tokens, imports }: SourceFile): Finding[] {
  const foreign = new Set(imports.filter(({ target }) => target === '').flatMap(({ names }) => names));
  const seen = new Set<string>();
  return tokens.flatMap((token, i) => {
    if (token.kind !== 'word' || seen.has(token.text) || foreign.has(token.text)) return [];
    if (isRead(tokens[i - 1]?.text) || GIVEN_BY_OTHERS.has(token.text)) return [];
    if (path === CONFIGURATION && token.text === 'data') return [];
    const word = unwantedPart(token.text);
    if (word === undefined) return [];
    seen.add(token.text);
    return [{ path, line: token.line, text: `"${token.text}" contains "${word}": write ${INSTEAD.get(word)}` }];
  });
}

function isRead(before: string | undefined): boolean {
  return before === '.' || before === '?.';
}

/** The first unwanted word in `name`, in the singular; undefined when there is none. */
export function unwantedPart(name: string): string | undefined {
  const parts = name
    .replace(/([a-z\d])([A-Z])|([A-Z])(?=[A-Z][a-z])/g, '$1$3 $2')
    .toLowerCase()
    .split(/[^a-z\d]+/);
  for (let i = 0; i < parts.length; i += 1) {
    const word = singular(parts[i] ?? '');
    if (!INSTEAD.has(word)) continue;
    if (EXCUSED_BY.get(word)?.has(parts[i + 1] ?? '') === true) continue;
    return word;
  }
  return undefined;
}

function singular(part: string): string {
  return part.endsWith('s') && INSTEAD.has(part.slice(0, -1)) ? part.slice(0, -1) : part;
}
