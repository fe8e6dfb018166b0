// promtool, where it is installed. Where it is not, the test says so loudly instead of passing in silence.

import { spawnSync } from 'node:child_process';
import type { TestContext } from 'node:test';

/** Runs promtool with `args`; answers null, and marks the test as skipped, when it is not installed. */
export function promtool(
  context: TestContext,
  args: readonly string[],
  input = '',
): { readonly status: number | null; readonly output: string } | null {
  const { error, status, stdout, stderr } = spawnSync('promtool', args, { input, encoding: 'utf8' });
  if (error === undefined) return { status, output: `${stdout}${stderr}` };
  context.skip('SKIPPED: promtool is not installed (apt install prometheus); nothing was checked here');
  return null;
}
