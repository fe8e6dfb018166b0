// `npm run drill:restart -- --kills 10`: the restart drill at full size. Prints what came of it; exit code 1 when
// something is wrong.

import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildRevision, removeRevision } from '../../native-free-bench/other-revision.ts';
import { temporaryDirectory } from '../store/temporary-directory.ts';
import { runDrill } from './restart-drill.ts';

const HELP = `npm run drill:restart -- [options]
  --cps N       calls begun a second (300)
  --hold MS     how long they talk (10000)
  --kills N     kills of the switch (10)
  --life MS     from one start to the next kill (4000)
  --shards N    shards in workers; 0: inline (0)
  --from COMMIT the first life is one of that revision: an upgrade with live calls
`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      cps: { type: 'string', default: '300' },
      hold: { type: 'string', default: '10000' },
      kills: { type: 'string', default: '10' },
      life: { type: 'string', default: '4000' },
      shards: { type: 'string', default: '0' },
      from: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(HELP);
    return 0;
  }
  const ends: (() => void)[] = [];
  const before = values.from === undefined ? {} : { firstProgram: built(values.from, (end) => ends.push(end)) };
  const report = await runDrill(
    { after: (end) => void ends.push(end as () => void) },
    {
      shards: Number(values.shards),
      callsPerSecond: Number(values.cps),
      holdMs: Number(values.hold),
      killCount: Number(values.kills),
      lifeMs: Number(values.life),
      ...before,
    },
  );
  for (const end of ends.reverse()) end();
  const { offeredCount, answeredCount, cdrCount, downMs, resumedCounts, refreshes, byes, faults } = report;
  console.log(`${offeredCount} calls offered, ${answeredCount} answered, ${cdrCount} CDRs`);
  console.log(`down, ms: ${downMs.map((ms) => ms.toFixed(0)).join(', ')}`);
  console.log(`calls taken over: ${resumedCounts.join(', ')}`);
  console.log(`UPDATEs ${refreshes[0]}, answered 200: ${refreshes[1]}; BYEs ${byes[0]}, answered 200: ${byes[1]}`);
  console.log(`talk times off by ${report.talkErrorMsMax.toFixed(0)} ms at most`);
  console.log('checked too: limits after each restart and at rest, charges by CDRs, tandem verify, tandem cdr verify');
  for (const fault of faults) console.log(`! ${fault}`);
  console.log(faults.length === 0 ? 'Nothing was lost, and nothing came twice.' : `${faults.length} faults`);
  return faults.length === 0 ? 0 : 1;
}

/** The command line of `revision`, compiled beside this checkout until `after` takes it away. */
function built(revision: string, after: (end: () => void) => void): string {
  const directory = join(temporaryDirectory(), 'revision');
  after(() => removeRevision(directory));
  return buildRevision(revision, directory).program;
}

process.exitCode = await main();
