#!/usr/bin/env -S node --no-memory-reducer --min-semi-space-size=8 --max-semi-space-size=8
// Entry of the command line. Calls may wait for a start, and the words of nearly every one are plain: those need no
// commander, which costs as much as a quarter of the switch.

import { parseArgs } from 'node:util';
import type { CommonOptions } from './run.ts';
import { runStart } from './run-start.ts';

/** The options of a `tandem start` that asks for nothing else; null where the whole command line shall judge. */
function plainStart([command, ...words]: readonly string[]): CommonOptions | null {
  if (command !== 'start') return null;
  try {
    return parseArgs({ args: words, options: { config: { type: 'string' }, json: { type: 'boolean' } } }).values;
  } catch {
    return null;
  }
}

const options = plainStart(process.argv.slice(2));
if (options !== null) await runStart(options);
else await (await import('./program.ts')).runProgram();
