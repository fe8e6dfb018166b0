// The way into `tandem start`, for which calls may wait. Its modules are loaded by `require`, which reads one after the
// other and waits for no other thread: `import` takes half as much again.

import { createRequire } from 'node:module';
import { dismissControl, launchControl } from '../control/launched-control.ts';
import { holdNursery } from '../nursery.ts';
import { beginWarmUp } from '../warm-up.ts';
import { type CommonOptions, run } from './run.ts';

const load = createRequire(import.meta.url);

/** Starts the switch, and runs it until it is told to stop. */
export async function runStart(options: CommonOptions): Promise<void> {
  beginWarmUp();
  holdNursery(false);
  // Two threads load two programs: the other one shall not wait for this one's.
  const launched = launchControl();
  await run(options, (config, terminal, configFile) => {
    const { start } = load('./start.js') as typeof import('./start.ts');
    return start(config, configFile, terminal, launched);
  });
  await dismissControl(launched);
}
