// The core is a value that changes only when it is told to: no clock, no chance, no promise, no Node. The compiler
// keeps timers and Node's types out (src/core/tsconfig.json); the language's own doors are closed here.

import type { Token } from './lexer.ts';
import type { Finding, SourceFile } from './source-file.ts';

const CORE = 'src/core/';

/** Words with meaning of their own, wherever they stand as code. */
const WORDS: Readonly<Record<string, string>> = {
  async: 'the core is synchronous: fill the outbox, the host waits',
  await: 'the core is synchronous: fill the outbox, the host waits',
  Promise: 'the core is synchronous: fill the outbox, the host waits',
  Date: 'the core has no clock: take nowMs as an argument',
  setTimeout: 'the core has no clock: arm a timer in the wheel',
  setInterval: 'the core has no clock: arm a timer in the wheel',
  setImmediate: 'the core has no clock: queue it in the shard',
  queueMicrotask: 'the core is synchronous: queue it in the shard',
  globalThis: 'the core knows no globals: take what it needs as an argument',
  WeakRef: 'the core is deterministic: collection is not an input',
  FinalizationRegistry: 'the core is deterministic: collection is not an input',
};

/** Globals known by what is asked of them: `Math.random`, `process.env`. '*' stands for any member. */
const MEMBERS: Readonly<Record<string, readonly [member: string, todo: string]>> = {
  Math: ['random', 'the core has no chance: draw from the seeded generator in core/base/prng.ts'],
  performance: ['*', 'the core has no clock: take nowMs as an argument'],
  process: ['*', 'the core knows no Node: take what it needs as an argument'],
  console: ['*', 'the core writes nothing: count it, or put it in the outbox'],
  Buffer: ['*', 'the core knows no Node: text is latin1 strings, bytes are Uint8Array'],
  crypto: ['*', 'the core has no chance: draw from the seeded generator in core/base/prng.ts'],
};

/** Everything in the core that lets time, chance, Node or a promise in. */
export function impurities(files: readonly SourceFile[]): Finding[] {
  return files
    .filter(({ path }) => path.startsWith(CORE) && path.endsWith('.ts'))
    .flatMap((file) => [...foreignImports(file), ...impureTokens(file)]);
}

function foreignImports({ path, imports }: SourceFile): Finding[] {
  return imports
    .filter(({ target }) => target === '')
    .map(({ line, specifier }) => ({ path, line, text: `imports ${specifier}: the core imports nothing but itself` }));
}

function impureTokens({ path, tokens }: SourceFile): Finding[] {
  return tokens.flatMap((token, i) => {
    if (token.kind !== 'word' || !isFree(tokens, i)) return [];
    const todo = (Object.hasOwn(WORDS, token.text) ? WORDS[token.text] : undefined) ?? memberTodo(tokens, i);
    return todo === undefined ? [] : [{ path, line: token.line, text: `uses ${token.text}: ${todo}` }];
  });
}

function memberTodo(tokens: readonly Token[], i: number): string | undefined {
  const name = tokens[i]?.text ?? '';
  if (!Object.hasOwn(MEMBERS, name) || tokens[i + 1]?.text !== '.') return undefined;
  const [member, todo] = MEMBERS[name] ?? ['', ''];
  return member === '*' || tokens[i + 2]?.text === member ? todo : undefined;
}

/** `throw` outside core/base/assert.ts and `try` outside core/shard/shard.ts: one way to fail, one guard. */
export function straySignals(files: readonly SourceFile[]): Finding[] {
  return files
    .filter(({ path }) => path.startsWith(CORE) && path.endsWith('.ts'))
    .flatMap(({ path, tokens }) =>
      tokens.flatMap((token, i) => {
        if (token.kind !== 'word' || !isFree(tokens, i)) return [];
        if (token.text === 'throw' && path !== 'src/core/base/assert.ts') {
          const text = "throws: our fault is assert(), the peer's fault is a value";
          return [{ path, line: token.line, text }];
        }
        if (token.text === 'try' && path !== 'src/core/shard/shard.ts') {
          const text = 'catches: one guard stands around one input, in core/shard/shard.ts';
          return [{ path, line: token.line, text }];
        }
        return [];
      }),
    );
}

/** Is this word code of its own, and not a member that is read or the key of an object? */
function isFree(tokens: readonly Token[], i: number): boolean {
  const before = tokens[i - 1]?.text;
  return before !== '.' && before !== '?.' && tokens[i + 1]?.text !== ':';
}
