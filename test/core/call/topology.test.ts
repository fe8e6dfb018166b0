// Nothing of one side's network may be seen on the other: every byte that each side is sent is searched for hosts,
// Call-IDs, tags and branches of the other.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Snapshot } from '../../../src/core/routing/snapshot.ts';
import { Ladder } from '../../simulator/ladder.ts';
import { FAIR_WEATHER, type Passage, type Place } from '../../simulator/network.ts';
import { Simulation } from '../../simulator/simulation.ts';
import { SWITCH_PLACE } from '../../simulator/switch.ts';
import { CUSTOMER_NET, simulatedSnapshot, VENDOR_NET } from '../../simulator/trunks.ts';

/** What names a side: its hosts are told by the nets of the simulation, the rest is collected from what it sends. */
function marksOf(text: string): string[] {
  const found = [/\r\nCall-ID: ([^\r]*)/.exec(text)?.[1], /\r\nVia: [^\r]*;branch=([^;\r]*)/.exec(text)?.[1]];
  const isRequest = !text.startsWith('SIP/2.0');
  found.push((isRequest ? /\r\nFrom: [^\r]*;tag=([^;\r]*)/ : /\r\nTo: [^\r]*;tag=([^;\r]*)/).exec(text)?.[1]);
  return found.filter((mark) => mark !== undefined && mark !== '') as string[];
}

/** Every header that crosses by rule, naming hosts of the side that `from` is on in every way there is. */
function identitiesOf({ address }: Place): string {
  const side = address.startsWith(CUSTOMER_NET) ? 'customer' : 'vendor';
  const host = `pbx.${side}.example:5999`;
  const hidden = `${address.replace(/\d+$/, '77')};transport=udp;maddr=maddr.${side}.example;received=10.7.7.7`;
  const ways = [
    `"Ada@${host}" <sip:49300:secret-${side}@${host};maddr=${address}>`,
    `Ada <sips:49300;phone-context=ctx.${side}.example@${hidden};user=phone>`,
    `sip:49300@${host};x=pbx.${side}.example`,
    `<tel:49300;phone-context=ctx.${side}.example>`,
    `"<sip:a@${host}>, \\"" <sip:49300%40pbx.${side}.example@${host}>`,
    `<sip:${host}>`,
    `<http://pbx.${side}.example/49300>`,
    `<sip:49300@[2001:db8::7]:5998?Route=%3Csip%3Apbx.${side}.example%3E&Reason=SIP%3Bcause%3D302>;np=1`,
  ];
  const names = ['P-Asserted-Identity', 'P-Preferred-Identity', 'Remote-Party-ID', 'Diversion', 'History-Info'];
  const lines = names.flatMap((name) => [`${name}: ${ways.join(', ')}`, ...ways.map((way) => `${name}:\r\n ${way}`)]);
  const others = ['Privacy: id', 'Reason: Q.850;cause=16', 'Identity: abc;info=<https://cert.example/1>'];
  const hops = [
    `P-Charging-Vector: icid-value=1;icid-generated-at=pbx.${side}.example;orig-ioi=${side}.example`,
    `P-Access-Network-Info: 3GPP-UTRAN-TDD;utran-cell-id-3gpp=234151D0FCE11;np;operator=${side}.example`,
    `Reply-To: <sip:49300@${host}>`,
    `User-Agent: PBX at ${host}`,
    `Server: PBX at ${host}`,
    `Organization: ${side}.example`,
    `Call-Info: <http://pbx.${side}.example/ada.png>;purpose=icon`,
    `Alert-Info: <http://pbx.${side}.example/ring>`,
    `Error-Info: <sip:busy@${host}>`,
    `Warning: 399 pbx.${side}.example "no"`,
    `Path: <sip:${host};lr>`,
    `Service-Route: <sip:${host};lr>`,
    `Referred-By: <sip:49300@${host}>`,
    `P-Called-Party-ID: <sip:49300@${host}>`,
    `P-Visited-Network-ID: "${side}.example"`,
    `P-Charging-Function-Addresses: ccf=pbx.${side}.example`,
  ];
  return [...lines, ...others, ...hops].map((line) => `${line}\r\n`).join('');
}

/** Every rule lets everything across. */
function openSnapshot(): Snapshot {
  const rules = {
    sipPAssertedIdentity: 'pass',
    sipPPreferredIdentity: 'pass',
    sipRemotePartyId: 'pass',
    sipDiversion: true,
    sipHistoryInfo: true,
  } as const;
  const snapshot = simulatedSnapshot();
  return {
    ...snapshot,
    mappingGateways: snapshot.mappingGateways.map((gateway) => ({ ...gateway, ...rules })),
    routingGateways: snapshot.routingGateways.map((gateway) => ({ ...gateway, ...rules })),
  };
}

/** What names the hosts of `identitiesOf`, besides the side's own net. */
function hostsOf(side: string): string[] {
  return [`${side}.example`, `secret-${side}`, '5999', '5998', '2001:db8', '10.7.7.7', 'maddr', 'phone-context'];
}

test('no Call-ID, tag, branch or host of one side reaches the other, with every identity let across', () => {
  const passages: Passage[] = [];
  const run = new Simulation({
    seed: 11,
    callCount: 150,
    shardCount: 2,
    callsPerSecond: 20,
    weather: FAIR_WEATHER,
    snapshot: openSnapshot(),
    linesOf: identitiesOf,
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
  for (const texts of [toCustomers, toVendors]) {
    for (const name of ['P-Asserted-Identity', 'P-Preferred-Identity', 'Remote-Party-ID', 'Diversion', 'History-Info'])
      assert.ok(texts.includes(`\r\n${name}: <sip:49300@192.0.2.1:5060>\r\n`), `${name} crosses`);
  }
  for (const host of hostsOf('customer')) assert.ok(!toVendors.includes(host), `vendors see ${host}`);
  for (const host of hostsOf('vendor')) assert.ok(!toCustomers.includes(host), `customers see ${host}`);
  assert.ok(!toVendors.includes(CUSTOMER_NET) && !toCustomers.includes(VENDOR_NET), 'a net is seen');
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
