// What it costs to find the mapping gateway of a source, with ten gateways and with ten thousand.
// Run it: node dist/native-free-bench/micro/core/routing/screening.js
//
// Both are asked by the same sources: a busy customer's, which are remembered, and a flood from four times as many
// sources as are remembered, each of which is looked up anew. So it is the number of gateways that differs, nothing
// else. Batches of 64 looks alternate between both; a figure is the median, with those at the tenth and the ninetieth
// in the hundred, and behind it how many times the cost of ten gateways it is.

import { pathToFileURL } from 'node:url';
import { Screening } from '../../../../src/core/routing/screening.ts';
import { mappingGateway } from '../../../../test/simulator/trunks.ts';

const FEW = 10;
const MANY = 10_000;
const BATCH = 64;
const BATCHES = 8_000;

const SOURCES = { remembered: FEW, 'looked up': 65_536 } as const;

/** Every gateway has an address, and a network of 256 that is not asked for. */
function screeningOf(count: number): Screening {
  const gateways = Array.from({ length: count }, (_, index) =>
    mappingGateway(index, { remoteIps: [addressOf(index), `172.${16 + (index >> 8)}.${index & 255}.0/24`] }),
  );
  return new Screening(gateways);
}

/** The first of these are the gateways'; the others are nobody's. */
function addressOf(index: number): string {
  return `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`;
}

/** ns a look, by batch, of each of `screenings`. */
function measure(screenings: readonly Screening[], sources: readonly string[]): number[][] {
  const figures = screenings.map((): number[] => []);
  for (let batch = 0; batch < BATCHES; batch++) {
    for (const [which, screening] of screenings.entries()) {
      let foundCount = 0;
      const begun = process.hrtime.bigint();
      for (let index = 0; index < BATCH; index++) {
        const source = sources[(batch * BATCH + index) % sources.length] as string;
        if (screening.find(source, 5060, '4930123456') !== null) foundCount += 1;
      }
      figures[which]?.push(Number(process.hrtime.bigint() - begun) / BATCH);
      if (foundCount > BATCH) throw new RangeError('more were found than were asked for');
    }
  }
  return figures.map((all) => all.slice(BATCHES / 4).sort((a, b) => a - b));
}

/** Prints two lines for each kind of source. */
export function run(): void {
  const screenings = [screeningOf(FEW), screeningOf(MANY)];
  for (const [kind, count] of Object.entries(SOURCES)) {
    const sources = Array.from({ length: count }, (_, index) => addressOf(index));
    const [few = [], many = []] = measure(screenings, sources);
    const at = (all: readonly number[], share: number): number => all[Math.floor(share * all.length)] ?? 0;
    for (const [gateways, all] of [
      [FEW, few],
      [MANY, many],
    ] as const) {
      const spread = `${at(all, 0.5).toFixed(0)} ns (${at(all, 0.1).toFixed(0)} - ${at(all, 0.9).toFixed(0)})`;
      const ratio = (at(all, 0.5) / at(few, 0.5)).toFixed(2);
      console.log(`screening among ${gateways} gateways, sources ${kind}: ${spread}, ratio ${ratio}`);
    }
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) run();
