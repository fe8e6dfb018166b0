// A directory that ends with its test.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/** A new empty directory, removed after the test `context`. */
export function temporaryDirectory(context: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'tandem-test-'));
  context.after(() => rmSync(path, { recursive: true, force: true }));
  return path;
}
