// What the overload benchmark does with a switch and its peers: looks for the peak, and measures points of the curve.

import { setTimeout as delay } from 'node:timers/promises';
import type { OverloadEnds } from './overload-ends.ts';
import type { Ground } from './overload-ground.ts';
import { goodputOf, type OverloadPoint, type OverloadReport } from './overload-report.ts';
import type { OverloadSwitch, SwitchCounts } from './overload-switch.ts';

/**
 * Before anything is measured: a point of more than the switch can do, calls set up before included, until V8 has
 * compiled everything and memory is full of the transactions of 32 s (RFC 3261 17, 64 T1). A switch that remembers none
 * runs faster than it can go on.
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

type Say = (line: string) => void;

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

  /** The overload before the first one that counts. Answers its goodput. */
  async warmUp({ coreShare }: OverloadReport['options'], say: Say): Promise<number> {
    const share = coreShare === 0 ? 1 : coreShare;
    const callsPerSecond = WARM_UP.callsPerSecondOfCore * share;
    await this.#establish(WARM_UP.seconds);
    return tell(callsPerSecond, await this.offer(callsPerSecond, WARM_UP.seconds), say);
  }

  /** The most calls a second that come to their good end, whatever is offered. `carried`: by the warm-up. */
  async findPeak(carried: number, { seconds }: OverloadReport['options'], say: Say): Promise<number> {
    let peak = carried;
    for (let offered = peak * SEARCH.from; ; offered *= SEARCH.growth) {
      const goodput = tell(offered, await this.offer(offered, seconds), say);
      peak = Math.max(peak, goodput);
      if (offered > peak && goodput < SEARCH.carriedRatio * offered) return Math.round(peak);
    }
  }

  /** One point of the curve. */
  async measure(peak: number, factor: number, seconds: number): Promise<OverloadPoint> {
    const established = await this.#establish(seconds);
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

  /** Calls that the probes of a load of `seconds` need; answers how many there are. */
  #establish(seconds: number): Promise<number> {
    return this.#ends.establish({ kind: 'establish', target: this.switch.sip, count: seconds * PROBES_PER_SECOND });
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

function tell(offered: number, { outcome, cpuShare }: OfferedLoad, say: Say): number {
  const goodput = goodputOf(outcome);
  const used = `${(cpuShare * 100).toFixed(1)} % of a core`;
  say(`${offered.toFixed(0)}/s: ${goodput.toFixed(0)}/s completed with ${used}`);
  return goodput;
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
