// What the overload benchmark does with a switch and its peers: looks for the peak, and measures points of the curve.

import { setTimeout as delay } from 'node:timers/promises';
import type { OverloadEnds } from './overload-ends.ts';
import type { Ground } from './overload-ground.ts';
import { goodputOf, type OverloadPoint, type OverloadReport } from './overload-report.ts';
import type { OverloadSwitch, SwitchCounts } from './overload-switch.ts';

/**
 * Before the search for the peak: more than the switch can do, until V8 has compiled everything and memory is full of
 * the transactions of 32 s (RFC 3261 17, 64 T1). A switch that remembers none runs faster than it can go on.
 */
const WARM_UP = { callsPerSecondOfCore: 5_000, seconds: 35 };

/**
 * The search: from a share of what was completed meanwhile, growing, until a share of the calls is not carried, beyond
 * what was carried before: a single bad run on a shared machine is not the peak.
 */
const SEARCH = { from: 0.8, growth: 1.15, carriedRatio: 0.95 };

/** Share of the peak that is offered after an overload, and for how long. */
const AFTERWARDS_FACTOR = 0.5;
const AFTERWARDS_SECONDS = 8;

const PROBES_PER_SECOND = 10;

/** What an offered load came to. */
type OfferedLoad = Awaited<ReturnType<OverloadEnds['overload']>> & Pick<OverloadPoint, 'cpuShare'>;

/** A switch and its peers. */
export class Stage {
  readonly #ends: OverloadEnds;
  readonly #ground: Ground;
  readonly switch: OverloadSwitch;

  constructor(ends: OverloadEnds, ground: Ground, switchUnderTest: OverloadSwitch) {
    this.#ends = ends;
    this.#ground = ground;
    this.switch = switchUnderTest;
  }

  /** The most calls a second that come to their good end, whatever is offered. */
  async findPeak({ coreShare, seconds }: OverloadReport['options'], say: (line: string) => void): Promise<number> {
    const tryOut = async (callsPerSecond: number, forSeconds: number): Promise<number> => {
      const { outcome, cpuShare } = await this.offer(callsPerSecond, forSeconds);
      const goodput = goodputOf(outcome);
      const used = `${(cpuShare * 100).toFixed(1)} % of a core`;
      say(`${callsPerSecond.toFixed(0)}/s: ${goodput.toFixed(0)}/s completed with ${used}`);
      return goodput;
    };
    const share = coreShare === 0 ? 1 : coreShare;
    let peak = await tryOut(WARM_UP.callsPerSecondOfCore * share, WARM_UP.seconds);
    for (let offered = peak * SEARCH.from; ; offered *= SEARCH.growth) {
      const goodput = await tryOut(offered, seconds);
      peak = Math.max(peak, goodput);
      if (offered > peak && goodput < SEARCH.carriedRatio * offered) return Math.round(peak);
    }
  }

  /** One point of the curve. */
  async measure(peak: number, factor: number, seconds: number): Promise<OverloadPoint> {
    const target = this.switch.sip;
    const established = await this.#ends.establish({ kind: 'establish', target, count: seconds * PROBES_PER_SECOND });
    const before = await this.switch.counts();
    const filteredBefore = this.#ground.filteredCount();
    const run = await this.offer(peak * factor, seconds, Math.round(peak * AFTERWARDS_FACTOR));
    const after = await this.switch.counts();
    const filtered = this.#ground.filteredCount() - filteredBefore;
    return {
      factor,
      callsPerSecond: Math.round(peak * factor),
      established,
      ...run,
      filtered,
      counts: less(after, before),
    };
  }

  /** So many calls a second, then so many for a while. */
  async offer(callsPerSecond: number, seconds: number, afterwardsPerSecond = 0): Promise<OfferedLoad> {
    const afterwardsSeconds = afterwardsPerSecond === 0 ? 0 : AFTERWARDS_SECONDS;
    const afterwards = { callsPerSecond: afterwardsPerSecond, seconds: afterwardsSeconds };
    const before = this.switch.cpuSeconds();
    const isRun = this.#ends.overload({
      kind: 'overload',
      target: this.switch.sip,
      callsPerSecond: Math.round(callsPerSecond),
      seconds,
      afterwards,
    });
    await delay(seconds * 1000);
    const cpuShare = (this.switch.cpuSeconds() - before) / seconds;
    return { ...(await isRun), cpuShare };
  }
}

function less(after: SwitchCounts, before: SwitchCounts): SwitchCounts {
  return {
    admitted: after.admitted - before.admitted,
    repeated: after.repeated - before.repeated,
    inDialog: after.inDialog - before.inDialog,
    refused: after.refused - before.refused,
    dropped: after.dropped - before.dropped,
    lostAtSocket: after.lostAtSocket - before.lostAtSocket,
  };
}
