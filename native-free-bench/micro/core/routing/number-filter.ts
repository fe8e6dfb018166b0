// What it costs to hold a call against a number group of a million entries, and against all lists of a gateway at once.
// Run it: node dist/native-free-bench/micro/core/routing/number-filter.js
//
// Numbers are asked in random order, so that the group is as cold as a busy switch finds it; half of them are in it. A
// figure is the median of batches of 64 checks, with the batches at the tenth and the ninetieth in the hundred.

import { pathToFileURL } from 'node:url';
import { calendarsIn } from '../../../../src/control/tables/calendar-compile.ts';
import { filterOf, NUMBER_FILTER_DEFAULTS } from '../../../../src/control/tables/number-filter-fields.ts';
import { type NumberFilter, type NumberGroups, numberFault } from '../../../../src/core/routing/number-filter.ts';
import { NumberGroup, packNumberGroup } from '../../../../src/core/routing/number-group.ts';
import type { NumberFilterFields } from '../../../../src/store/network-numbers.ts';
import { numbersFor, prefixesOf } from './prefix-tables.ts';

const ENTRIES = 1_000_000;
const NUMBERS = 262_144;
const BATCH = 64;
const ROUNDS = 4;
/** Far from one entry to the next that is asked for. */
const STRIDE = 7_919;

const FILTERS: Readonly<Record<string, NumberFilter>> = {
  'a group': filter({ calleeLimitE164Groups: ['all'], calleeLimitE164GroupsAllow: false }),
  'every list': filter({
    callerPrefixes: ['49', '4420', '1'],
    calleePrefixes: ['999', '000'],
    calleePrefixesAllow: false,
    callerAllowLength: [9, 10, 11, 12],
    calleeLimitE164Groups: ['all'],
    calleeLimitE164GroupsAllow: false,
    denyCallerCallee: ['4922*:4930123', '4922123:*'],
  }),
};

function filter(fields: Partial<NumberFilterFields>): NumberFilter {
  return filterOf({ ...NUMBER_FILTER_DEFAULTS, ...fields }, calendarsIn(new Map()));
}

/** Prints one line for each filter. */
export function run(): void {
  const entries = prefixesOf('numbers', ENTRIES);
  const group = new NumberGroup(packNumberGroup(entries));
  const groups: NumberGroups = new Map([['all', group]]);
  const others = numbersFor(entries, NUMBERS);
  const callees = others.map((other, index) =>
    index % 2 === 0 ? other : (entries[(index * STRIDE) % ENTRIES] as string),
  );
  for (const [name, filter] of Object.entries(FILTERS)) {
    const batches: number[] = [];
    let faultCount = 0;
    for (let round = 0; round < ROUNDS; round++) {
      for (let start = 0; start + BATCH <= NUMBERS; start += BATCH) {
        const begun = process.hrtime.bigint();
        for (let index = start; index < start + BATCH; index++) {
          const numbers = { caller: '4930123456', callee: callees[index] as string, forwarder: '' };
          if (numberFault(filter, numbers, groups, 0) !== '') faultCount += 1;
        }
        batches.push(Number(process.hrtime.bigint() - begun) / BATCH);
      }
    }
    batches.sort((a, b) => a - b);
    const at = (share: number): string => (batches[Math.floor(share * batches.length)] ?? 0).toFixed(0);
    const hits = `${Math.round((100 * faultCount) / (ROUNDS * NUMBERS))} % refused`;
    console.log(`number filter, ${name} of ${group.count}: ${at(0.5)} ns (${at(0.1)} - ${at(0.9)}), ${hits}`);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) run();
