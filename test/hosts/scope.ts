// Something that ends, and takes with it what was opened in it: a test, or a whole file of tests.

import { after } from 'node:test';

/** What a TestContext offers of it. */
export interface Scope {
  /** Runs `close` at the end. */
  after(close: () => void | Promise<void>): void;
}

/** The scope of a test file. Call at the top of the file: a hook made inside another hook ends with that one. */
export function fileScope(): Scope {
  const closings: (() => void | Promise<void>)[] = [];
  after(async () => {
    for (const close of closings.toReversed()) await close();
  });
  return { after: (close) => closings.push(close) };
}
