// npm run bench:overload: what remains of the switch when more is asked of it than it can do. Finds its peak, then
// offers multiples of it with callers that repeat what is not answered, keeps established calls busy meanwhile, and
// goes back to half the peak.
//
//   --factors 1,2,5,10  multiples of the peak     --peak N      calls a second, instead of looking for it
//   --seconds 10        of load at each           --core 0.25   share of a core that the switch gets; 0: all it can
//   --shards 0          of Tandem; 0: inline      --nft         in namespaces, behind config/nftables/sip.nft (root)
//   --json              one document

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { sentenceOf } from '../src/tandem-error.ts';
import { thisMachine } from './machine.ts';
import { OverloadEnds } from './overload-ends.ts';
import { loopbackGround, namespaceGround } from './overload-ground.ts';
import { doubtsOf, type OverloadPoint, tellOverload } from './overload-report.ts';
import { Stage } from './overload-stage.ts';
import { OverloadSwitch } from './overload-switch.ts';

interface Options {
  readonly factors: readonly number[];
  readonly seconds: number;
  readonly shards: number;
  /** 0: to be found. */
  readonly peak: number;
  readonly coreShare: number;
  readonly isFiltered: boolean;
  readonly isJson: boolean;
}

/**
 * INVITEs that the packet filter lets in, as a multiple of the peak: enough that callers hear a 503 and cease, little
 * enough that this costs the switch no calls.
 */
const FILTER_FACTOR = 1.2;

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      factors: { type: 'string', default: '1,2,5,10' },
      seconds: { type: 'string', default: '10' },
      shards: { type: 'string', default: '0' },
      peak: { type: 'string', default: '0' },
      core: { type: 'string', default: '0.25' },
      nft: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
    },
  });
  return {
    factors: values.factors.split(',').map((factor) => numberOf('--factors', factor)),
    seconds: numberOf('--seconds', values.seconds),
    shards: numberOf('--shards', values.shards),
    peak: numberOf('--peak', values.peak),
    coreShare: numberOf('--core', values.core),
    isFiltered: values.nft,
    isJson: values.json,
  };
}

function numberOf(option: string, text: string): number {
  const value = Number(text);
  if (text !== '' && Number.isFinite(value) && value >= 0) return value;
  throw new Error(`${option} takes numbers, not "${text}"`);
}

async function bench(options: Options): Promise<boolean> {
  const machine = thisMachine();
  const say = options.isJson ? (): void => undefined : (line: string): void => console.error(line);
  const directory = mkdtempSync(join(tmpdir(), 'tandem-overload-'));
  const ground = options.isFiltered ? namespaceGround() : loopbackGround();
  const ends = await OverloadEnds.start(ground);
  let switchUnderTest: OverloadSwitch | null = null;
  const clear = async (): Promise<void> => {
    await switchUnderTest?.stop();
    ends.stop();
    ground.remove();
    rmSync(directory, { recursive: true, force: true });
  };
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void clear().finally(() => process.exit(1)));
  try {
    const { shards, coreShare } = options;
    const { answererPort } = ends;
    switchUnderTest = await OverloadSwitch.start({ ground, directory, answererPort, shards, coreShare });
    const stage = new Stage(ends, ground, switchUnderTest);
    const carried = await stage.warmUp(options, say);
    const peak = options.peak === 0 ? await stage.findPeak(carried, options, say) : options.peak;
    const filter = ground.filter(switchUnderTest.sip, Math.round(peak * FILTER_FACTOR));
    const points: OverloadPoint[] = [];
    for (const factor of options.factors) points.push(await stage.measure(peak, factor, options.seconds));
    const report = { machine, options, peak, filter, isHeldDown: switchUnderTest.isHeldDown, points };
    if (options.isJson) console.log(JSON.stringify({ ...report, doubts: points.flatMap(doubtsOf) }));
    else for (const line of tellOverload(report)) console.log(line);
    return true;
  } finally {
    await clear();
  }
}

try {
  await bench(readOptions());
} catch (error) {
  console.error(sentenceOf(error));
  process.exitCode = 2;
}
