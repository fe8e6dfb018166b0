// npm run bench:micro: every micro benchmark in a row, each in a process of its own, and one table of what they found.

import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { alignedTable } from '../../src/cli/aligned-table.ts';
import { tellMachine, thisMachine } from '../machine.ts';

/** Programs, by path from here. Each prints a line `name: figures` for each thing it measures. */
const PROGRAMS = [
  './core/sip/parse-message.js',
  './core/sip/print-response.js',
  './core/timer/wheel.js',
  './core/base/ring.js',
  './core/cdr/pack.js',
  './core/routing/prefix-trie.js',
  './core/routing/number-group.js',
  './core/routing/number-filter.js',
  './core/routing/route-plan.js',
  './core/routing/screening.js',
  './core/rating/rate-call.js',
  './core/rating/rate-deck.js',
  './core/shard/basic-call.js',
  './edge/send-path.js',
];

const rows: string[][] = [];
for (const program of PROGRAMS) {
  console.error(`${program} ...`);
  const { stdout } = await promisify(execFile)(process.execPath, [fileURLToPath(new URL(program, import.meta.url))]);
  for (const line of stdout.trim().split('\n')) {
    const colon = line.indexOf(': ');
    rows.push([line.slice(0, colon), line.slice(colon + 2)]);
  }
}
for (const line of alignedTable(['what', 'figures'], rows)) console.log(line);
console.log(`\n${tellMachine(thisMachine())}`);
