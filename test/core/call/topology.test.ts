// Nothing of one side's network may be seen on the other: every byte that each side is sent is searched for hosts,
// Call-IDs, tags and branches of the other.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ladder } from '../../simulator/ladder.ts';
import { FAIR_WEATHER, type Passage } from '../../simulator/network.ts';
import { Simulation } from '../../simulator/simulation.ts';
import { SWITCH_PLACE } from '../../simulator/switch.ts';
import { CUSTOMER_NET } from '../../simulator/trunks.ts';

/** What names a side: its hosts are told by the nets of the simulation, the rest is collected from what it sends. */
function marksOf(text: string): string[] {
  const found = [/\r\nCall-ID: ([^\r]*)/.exec(text)?.[1], /\r\nVia: [^\r]*;branch=([^;\r]*)/.exec(text)?.[1]];
  const isRequest = !text.startsWith('SIP/2.0');
  found.push((isRequest ? /\r\nFrom: [^\r]*;tag=([^;\r]*)/ : /\r\nTo: [^\r]*;tag=([^;\r]*)/).exec(text)?.[1]);
  return found.filter((mark) => mark !== undefined && mark !== '') as string[];
}

test('no Call-ID, tag, branch or host of one side reaches the other', () => {
  const passages: Passage[] = [];
  const run = new Simulation({
    seed: 11,
    callCount: 150,
    shardCount: 2,
    callsPerSecond: 20,
    weather: FAIR_WEATHER,
    onPassage: (passage) => passages.push(passage),
  });
  run.run();
  const sent = passages.filter(({ from }) => from === SWITCH_PLACE);
  const isCustomer = (address: string): boolean => address.startsWith(CUSTOMER_NET);
  const marks = { customer: new Set<string>(), vendor: new Set<string>() };
  for (const { from, text } of passages) {
    if (from === SWITCH_PLACE) continue;
    for (const mark of marksOf(text)) marks[isCustomer(from.address) ? 'customer' : 'vendor'].add(mark);
  }
  const toCustomers = sent
    .filter(({ to }) => isCustomer(to.address))
    .map(({ text }) => text)
    .join('\n');
  const toVendors = sent
    .filter(({ to }) => !isCustomer(to.address))
    .map(({ text }) => text)
    .join('\n');
  assert.ok(marks.customer.size > 300 && marks.vendor.size > 300);
  for (const mark of marks.customer) assert.ok(!toVendors.includes(mark), `vendors see ${mark}`);
  for (const mark of marks.vendor) assert.ok(!toCustomers.includes(mark), `customers see ${mark}`);
  for (const { address } of [...run.customers, ...run.vendors].map(({ place }) => place)) {
    assert.ok(!(isCustomer(address) ? toVendors : toCustomers).includes(address), `${address} is seen`);
  }
});

test('a ladder shows both legs of one call', () => {
  const ladder = new Ladder('493000000003');
  new Simulation({
    seed: 11,
    callCount: 5,
    shardCount: 1,
    callsPerSecond: 20,
    weather: FAIR_WEATHER,
    onPassage: ladder.note,
  }).run();
  const printed = ladder.print();
  assert.match(printed, /198\.51\.100\.\d:5060 +--> switch +INVITE/);
  assert.match(printed, /203\.0\.113\.\d:5060 +<-- switch +INVITE/);
});
