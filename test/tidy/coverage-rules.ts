// Promises that only the whole tree can keep: each limit is reached by a test, each parameter is read, each host has
// one clock.

import type { Finding, SourceFile } from './source-file.ts';

const REGISTRY_FOLDER = 'src/core/parameters/';
const HOSTS = ['src/edge/', 'src/shard-host/', 'src/media-host/', 'src/control/'];

/** Bounds exported by the core's limit files (`*limits.ts`) that no test names. */
export function untestedLimits(files: readonly SourceFile[]): Finding[] {
  const named = new Set(
    files.filter(({ path }) => path.startsWith('test/')).flatMap(({ tokens }) => tokens.map(({ text }) => text)),
  );
  return files
    .filter(({ path }) => /^src\/core\/.*limits\.ts$/.test(path))
    .flatMap(({ path, tokens }) =>
      tokens.flatMap((token, i) => {
        const isExported = tokens[i - 1]?.text === 'const' && tokens[i - 2]?.text === 'export';
        if (!isExported || named.has(token.text)) return [];
        const text = `${token.text} is named by no test: write the one that reaches it`;
        return [{ path, line: token.line, text }];
      }),
    );
}

/** Parameters of the registry that nothing in src/ outside its folder reads; a name in a string is no reading. */
export function unreadParameters(files: readonly SourceFile[]): Finding[] {
  const read = new Set(
    files
      .filter(({ path }) => path.startsWith('src/') && !path.startsWith(REGISTRY_FOLDER))
      .flatMap(({ tokens }) => tokens.filter(({ kind }) => kind === 'word').map(({ text }) => text)),
  );
  const seen = new Set<string>();
  return files
    .filter(({ path }) => path.startsWith(REGISTRY_FOLDER))
    .flatMap(({ path, tokens }) =>
      tokens.flatMap(({ text: name, line }, i) => {
        // A name with another one as its value is an alias.
        const isAlias = tokens[i + 2]?.kind === 'string';
        if (!/^(SS|SERVER)_[A-Z\d_]+$/.test(name) || isAlias || seen.has(name)) return [];
        seen.add(name);
        if (read.has(name)) return [];
        return [{ path, line, text: `${name} is read nowhere: make it change something, or take it out` }];
      }),
    );
}

/** A second `setTimeout` in the folder of a host: a host has one clock, and its wheels tell it when to wake. */
export function secondClocks(files: readonly SourceFile[]): Finding[] {
  return HOSTS.flatMap((host) => {
    const clocks = files
      .filter(({ path }) => path.startsWith(host))
      .flatMap(({ path, tokens }) =>
        tokens
          .filter(({ kind, text }, i) => kind === 'word' && text === 'setTimeout' && tokens[i + 1]?.text === '(')
          .map(({ line }) => ({ path, line })),
      );
    const [first, ...others] = clocks;
    const text = `sets a second clock in ${host} (the first: ${first?.path}:${first?.line}): let one timer serve both`;
    return others.map((other) => ({ ...other, text }));
  });
}
