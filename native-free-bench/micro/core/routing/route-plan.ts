// What the route plan of one call costs: filters, order and turns, on shared memory as a shard has it.
// Run it: node dist/native-free-bench/micro/core/routing/route-plan.js
//
// A thousand routing gateways, of which so many have the prefix of each number. A figure is the median of batches of 32
// plans, with the batches at the tenth and the ninetieth in the hundred; the machine's other work only adds to it.

import { pathToFileURL } from 'node:url';
import { Admission } from '../../../../src/core/admission/admission.ts';
import { GatewayHealth } from '../../../../src/core/admission/gateway-health.ts';
import { QualityBoard } from '../../../../src/core/admission/quality.ts';
import { Turns } from '../../../../src/core/admission/turns.ts';
import { Prng } from '../../../../src/core/base/prng.ts';
import { Bindings } from '../../../../src/core/registration/bindings.ts';
import { decisionText } from '../../../../src/core/routing/decision.ts';
import type { RoutePrices } from '../../../../src/core/routing/route-conditions.ts';
import { RouteTable } from '../../../../src/core/routing/route-plan.ts';
import { LiveConditions } from '../../../../src/core/shard/route-conditions.ts';
import { mappingGateway, parameters, routes, routingGateway } from '../../../../test/simulator/trunks.ts';

const GATEWAYS = 1_000;
const BATCH = 32;
const BATCHES = 6_000;
const NOW_MS = 1_000_000;

/** What is the same in every call: no number lists, no sell rate. */
const OTHERS = { numberGroups: new Map<string, never>(), sell: null, wallMs: NOW_MS } as const;

/** Every gateway has a price, as with rate decks whose lookup is measured apart. */
const PRICES: RoutePrices = { buyPrice: ({ slot }) => ({ nanos: 1_000_000 + slot, seconds: 60, currency: 'EUR' }) };

interface Kind {
  readonly name: string;
  readonly candidates: number;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly weight?: number;
}

const KINDS: readonly Kind[] = [
  { name: '5 candidates by load', candidates: 5 },
  { name: '5 candidates by weight', candidates: 5, weight: 10 },
  {
    name: '5 candidates by cost and answer rate',
    candidates: 5,
    parameters: { SS_GATEWAY_ASR_ROUTE_SORT_CONFIG: 'On', SS_GATEWAY_FEE_RATE_ROUTE_SORT_CONFIG: 'On' },
  },
  { name: '1 candidate by load', candidates: 1 },
  { name: '20 candidates by load', candidates: 20 },
];

/** Median of batches, and those at the tenth and the ninetieth in the hundred; nanoseconds of one call of `work`. */
function figures(work: (index: number) => number): string {
  const batches = new Float64Array(BATCHES);
  let sum = 0;
  for (let batch = 0; batch < BATCHES; batch++) {
    const begun = process.hrtime.bigint();
    for (let index = 0; index < BATCH; index++) sum += work(batch * BATCH + index);
    batches[batch] = Number(process.hrtime.bigint() - begun) / BATCH;
  }
  batches.sort();
  const at = (share: number): string => (batches[Math.floor(share * BATCHES)] ?? 0).toFixed(0);
  return `${at(0.5)} ns (${at(0.1)} - ${at(0.9)}), check ${sum % 997}`;
}

function measure({ name, candidates, parameters: given, weight = 0 }: Kind): void {
  const groups = Math.floor(GATEWAYS / candidates);
  const gateways = Array.from({ length: groups * candidates }, (_, at) =>
    routingGateway(at + 1, { prefixes: [String(1000 + (at % groups))], capacity: 500, cps: 50, weight }),
  );
  const admission = new Admission(Admission.allocate(), { taken: Admission.allocateTaken(), shardIndex: 0 });
  const health = new GatewayHealth(GatewayHealth.allocate());
  const quality = new QualityBoard(QualityBoard.allocate());
  const turns = new Turns(Turns.allocate());
  const prng = new Prng(1, 1);
  const window = { windowMs: 3_600_000, sliceCount: 12 };
  for (const { slot, prefixes } of gateways) {
    for (let calls = prng.below(40); calls > 0; calls--) admission.takeCall(slot, null);
    for (let calls = 20; calls > 0; calls--) {
      const call = { isAnswered: prng.below(2) === 0, isReached: true, talkMs: 1000 };
      quality.finished(slot, prefixes[0] ?? '', call, window, NOW_MS);
    }
  }
  const conditions = new LiveConditions({
    admission,
    health,
    quality,
    turns,
    bindings: new Bindings(Bindings.allocate()),
    nowMs: NOW_MS,
  });
  const table = new RouteTable({ ...routes(gateways), parameters: parameters(given) }, PRICES);
  const mapping = mappingGateway(GATEWAYS + 1);
  const numbers = Array.from({ length: 4096 }, () => `${1000 + prng.below(groups)}${prng.below(1_000_000)}`);
  const planOf = (index: number) => {
    const callee = numbers[index & 4095] as string;
    const call = { mapping, caller: '1', callee, billed: callee, forwarder: '', ...OTHERS };
    return table.plan(call, conditions);
  };
  for (let index = 0; index < 50_000; index++) planOf(index);
  console.log(`route plan, ${name}: ${figures((index) => planOf(index).candidates.length)}`);
  const plan = planOf(0);
  console.log(`decision text, ${candidates} of ${name}: ${figures(() => decisionText(plan, null).length)}`);
}

/** Prints two lines for each kind of plan. */
export function run(): void {
  for (const kind of KINDS) measure(kind);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) run();
