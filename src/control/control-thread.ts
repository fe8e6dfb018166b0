// Entry of the control thread. Its program is loaded by `require`, as that of main is (cli/run-start.ts).

import { once } from 'node:events';
import { createRequire } from 'node:module';
import { parentPort } from 'node:worker_threads';
import { assert } from '../core/base/assert.ts';
import type { ControlStart } from './messages.ts';

const load = createRequire(import.meta.url);

assert(parentPort !== null, 'control-thread runs as a worker');
const { runControl } = load('./control-program.js') as typeof import('./control-program.ts');
const [start] = (await once(parentPort, 'message')) as [ControlStart | null];
if (start === null) parentPort.close();
else await runControl(parentPort, start);
