// Whether a number is in a group of a million.
// Run it: node dist/native-free-bench/micro/core/routing/number-group.js

import { pathToFileURL } from 'node:url';
import { NumberGroup, packNumberGroup } from '../../../../src/core/routing/number-group.ts';
import { lookupNs, tellLookup } from './lookups.ts';
import { numbersFor, prefixesOf } from './prefix-tables.ts';

const COUNT = 1_000_000;
const NUMBERS = 262_144;

/** Prints what `has` costs for numbers that are in it, and for such as begin like one of them. */
export function run(): void {
  const members = prefixesOf('numbers', COUNT);
  const image = packNumberGroup(members);
  const group = new NumberGroup(image);
  const size = `${(image.byteLength / group.count).toFixed(1)} bytes a number`;
  console.log(`number group of ${group.count}: ${size}`);
  const strangers = numbersFor(members, NUMBERS);
  // Cut to the length of a member: nine in ten are one, in random order.
  const asked = strangers.map((number) => Buffer.from(number.slice(0, 11), 'latin1').toString('latin1'));
  const has = (digits: string): number => (group.has(digits) ? 1 : 0);
  console.log(`number group, has, members: ${tellLookup(lookupNs(asked, has))}`);
  console.log(`number group, has, strangers: ${tellLookup(lookupNs(strangers, has))}`);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) run();
