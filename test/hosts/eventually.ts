// Waiting on a machine that may be loaded: for a condition, with a deadline, never for a time that should do.

import { setTimeout as sleep } from 'node:timers/promises';

/** How often a condition is looked at, ms. */
const PERIOD_MS = 10;

/** What a test waits for at most when it names no time of its own, ms. */
export const PATIENCE_MS = 10_000;

/**
 * Asks `probe` until it answers something other than null, and answers that. Throws after `patienceMs`, naming `what`.
 * A probe that throws is asked again; its last error becomes the cause.
 */
export async function eventually<T>(
  what: string,
  probe: () => T | null | Promise<T | null>,
  patienceMs = PATIENCE_MS,
): Promise<T> {
  const endMs = performance.now() + patienceMs;
  let cause: unknown = null;
  for (;;) {
    try {
      const found = await probe();
      if (found !== null) return found;
      cause = null;
    } catch (error) {
      cause = error;
    }
    if (performance.now() > endMs) {
      const why = cause instanceof Error ? ` (${cause.message})` : '';
      throw new Error(`not within ${patienceMs} ms: ${what}${why}`, { cause });
    }
    await sleep(PERIOD_MS);
  }
}

/** Waits until `isSo` answers true. */
export async function until(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  patienceMs = PATIENCE_MS,
): Promise<void> {
  await eventually(what, async () => ((await isSo()) ? true : null), patienceMs);
}
