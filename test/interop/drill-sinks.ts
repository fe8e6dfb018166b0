// `npm run drill:sinks -- --down 60`: the drill of the sinks at full size. Prints what came of it; exit code 1 when
// something is wrong, 2 when the servers are not installed.

import { parseArgs } from 'node:util';
import { alignedTable } from '../../src/cli/aligned-table.ts';
import { whyMissing } from './debian.ts';
import { runSinksDrill, type SinkOutcome } from './sinks-drill.ts';
import { STORE_PROGRAMS } from './store-server.ts';

const HELP = `npm run drill:sinks -- [options]
  --down SECONDS  how long each store is away (60)
  --cps N         calls begun a second (100)
  --hold MS       how long they talk (3000)
  --shards N      shards in workers (2)
`;

const HEADS = ['sink', 'rows', 'distinct', 'answered', 'away', 'backlog at most', 'worked off after'];

function rowOf({
  name,
  rowCount,
  distinctCount,
  answeredCount,
  downMs,
  backlogMost,
  caughtUpMs,
}: SinkOutcome): string[] {
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
  return [
    name,
    ...[rowCount, distinctCount, answeredCount].map(String),
    downMs === 0 ? '-' : seconds(downMs),
    String(backlogMost),
    caughtUpMs === null ? '-' : seconds(caughtUpMs),
  ];
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      down: { type: 'string', default: '60' },
      cps: { type: 'string', default: '100' },
      hold: { type: 'string', default: '3000' },
      shards: { type: 'string', default: '2' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const missing = whyMissing(STORE_PROGRAMS);
  if (missing !== null) {
    console.error(missing);
    return 2;
  }
  const ends: (() => void | Promise<void>)[] = [];
  const endAll = async (): Promise<void> => {
    for (const end of ends.splice(0).reverse()) await end();
  };
  // The stores are process groups of their own: a Ctrl-C does not reach them by itself.
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void endAll().finally(() => process.exit(1)));
  try {
    const { offeredCount, answeredCount, others, spooledCount, sinks, faults } = await runSinksDrill(
      { after: (end) => void ends.push(end) },
      {
        shards: Number(values.shards),
        callsPerSecond: Number(values.cps),
        holdMs: Number(values.hold),
        downMs: 1_000 * Number(values.down),
      },
    );
    console.log(`${offeredCount} calls offered, ${answeredCount} answered, ${spooledCount} CDRs in the spool`);
    for (const [status, count] of Object.entries(others)) console.log(`${count} calls ended with ${status}`);
    for (const line of alignedTable(HEADS, sinks.map(rowOf), [1, 2, 3, 4, 5, 6])) console.log(line);
    console.log(
      'checked too: ids of the spool and of the stores, limits at rest, charges, tandem verify, tandem cdr verify',
    );
    for (const fault of faults) console.log(`! ${fault}`);
    const isWell = faults.length === 0;
    console.log(isWell ? 'Every store has every answered call, once.' : `${faults.length} faults`);
    return isWell ? 0 : 1;
  } finally {
    await endAll();
  }
}

process.exitCode = await main();
