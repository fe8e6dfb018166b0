// `npm run simulate -- --seed S --calls N`: one seed after another through the simulator, each with its trace hash. A
// broken law prints the ladder of the call it shows in and the command that plays it again. Exit code 1 then.

import { parseArgs } from 'node:util';
import { BREAKAGES, type Breakage } from './breakages.ts';
import { Ladder } from './ladder.ts';
import { brokenLaws, type Violation } from './laws.ts';
import { numberOf } from './plans.ts';
import { BAD_WEATHER, Simulation, type SimulationOptions } from './simulation.ts';

/** Violations shown with their ladder. */
const SHOWN_MAX = 3;

const HELP = `npm run simulate -- [options]
  --seed S          first seed (1)
  --seeds N         how many seeds, one after the other (1)
  --calls N         calls offered in each (1000)
  --cps N           calls offered a second of virtual time (20)
  --shards N        shards (3)
  --loss P          share of datagrams lost (0.05)
  --duplicate P     share that arrives twice (0.02)
  --reorder P       share that is overtaken (0.05)
  --delay MS        least time on the way (10)
  --jitter MS       most that is added to it (30)
  --kills N         kills of shards, at random moments (0)
  --break WHAT      breaks the switch on purpose: ${Object.keys(BREAKAGES).join(' or ')}
`;

function main(): number {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: '1' },
      seeds: { type: 'string', default: '1' },
      calls: { type: 'string', default: '1000' },
      cps: { type: 'string', default: '20' },
      shards: { type: 'string', default: '3' },
      loss: { type: 'string', default: String(BAD_WEATHER.lossShare) },
      duplicate: { type: 'string', default: String(BAD_WEATHER.duplicateShare) },
      reorder: { type: 'string', default: String(BAD_WEATHER.reorderShare) },
      delay: { type: 'string', default: String(BAD_WEATHER.delayMs) },
      jitter: { type: 'string', default: String(BAD_WEATHER.jitterMs) },
      kills: { type: 'string', default: '0' },
      break: { type: 'string', default: '' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const weather = {
    ...BAD_WEATHER,
    lossShare: Number(values.loss),
    duplicateShare: Number(values.duplicate),
    reorderShare: Number(values.reorder),
    delayMs: Number(values.delay),
    jitterMs: Number(values.jitter),
  };
  let brokenCount = 0;
  for (let seed = Number(values.seed); seed < Number(values.seed) + Number(values.seeds); seed++) {
    const numbers = {
      callCount: Number(values.calls),
      shardCount: Number(values.shards),
      callsPerSecond: Number(values.cps),
      killCount: Number(values.kills),
    };
    brokenCount += runSeed({ seed, ...numbers, weather }, values.break);
  }
  return brokenCount === 0 ? 0 : 1;
}

/** Runs one seed, prints what came of it, answers how many laws it broke. */
function runSeed(options: SimulationOptions, breakage: string): number {
  const startedMs = performance.now();
  const run = new Simulation({ ...options, ...faultOf(breakage) });
  run.run();
  const violations = brokenLaws(run);
  const seconds = (performance.now() - startedMs) / 1000;
  console.log(summaryOf(run, options, seconds));
  if (violations.length === 0) return 0;
  console.log(`\n${violations.length} broken laws with seed ${options.seed}:`);
  for (const violation of violations.slice(0, SHOWN_MAX)) show(violation, options);
  for (const { law, callIndex, sentence } of violations.slice(SHOWN_MAX, 30)) {
    console.log(`- ${law} (call ${callIndex}): ${sentence.slice(0, 200)}`);
  }
  console.log(`\nagain: ${commandOf(options)}${breakage === '' ? '' : ` --break ${breakage}`}`);
  return violations.length;
}

function faultOf(breakage: string): Partial<SimulationOptions> {
  return Object.hasOwn(BREAKAGES, breakage) ? BREAKAGES[breakage as Breakage]() : {};
}

function summaryOf(run: Simulation, { seed, callCount }: SimulationOptions, seconds: number): string {
  const { network, switch: tested, rarities } = run;
  const ends = new Map<string, number>();
  for (const { endReason } of tested.cdrs) ends.set(String(endReason), (ends.get(String(endReason)) ?? 0) + 1);
  return [
    `seed ${seed}: ${callCount} calls, ${tested.cdrs.length} records, ` +
      `${network.sentCount} datagrams (${network.lostCount} lost, ${network.duplicatedCount} doubled), ` +
      `${(run.restedAtMs / 1000).toFixed(0)} s of virtual time in ${seconds.toFixed(1)} s, ` +
      `trace ${network.traceHash()}`,
    `  ends: ${listOf(ends)}`,
    `  reached: ${listOf(rarities)}`,
  ].join('\n');
}

function listOf(counts: ReadonlyMap<string, number>): string {
  const sorted = [...counts].sort(([, a], [, b]) => b - a);
  return sorted.map(([name, count]) => `${name} ${count}`).join(', ');
}

/** Plays the seed again, watching the one call. */
function show({ law, callIndex, sentence }: Violation, options: SimulationOptions): void {
  console.log(`\n${law} (call ${callIndex})\n${sentence}`);
  if (callIndex < 0) return;
  const ladder = new Ladder(numberOf(options.seed, callIndex));
  new Simulation({ ...options, onPassage: ladder.note }).run();
  console.log(ladder.print());
}

function commandOf({ seed, callCount, shardCount, callsPerSecond, weather, killCount = 0 }: SimulationOptions): string {
  return (
    `npm run simulate -- --seed ${seed} --calls ${callCount} --cps ${callsPerSecond} --shards ${shardCount} ` +
    `--loss ${weather.lossShare} --duplicate ${weather.duplicateShare} --reorder ${weather.reorderShare} ` +
    `--delay ${weather.delayMs} --jitter ${weather.jitterMs} --kills ${killCount}`
  );
}

process.exitCode = main();
