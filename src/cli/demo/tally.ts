// The demo's books. Customers say what they offered and saw, vendors what they heard, the switch what it recorded; in
// the end all three must say the same.

import type { SwitchStatus } from '../../control/api/status.ts';
import type { Cdr } from '../../core/cdr/cdr.ts';
import type { CallReport } from './customer.ts';
import type { Vendor } from './vendor.ts';

/** Post-dial delays that the live median looks back on. */
const RECENT_MAX = 500;

/** Faults told one by one for each rule; the rest are counted. */
const TOLD_MAX = 5;

/** What happened at one vendor. */
export interface GatewaySummary {
  readonly name: string;
  /** INVITEs the switch's records speak of, and those the vendor heard (repetitions not counted). */
  readonly attempts: number;
  readonly heard: number;
  readonly answered: number;
  /** Answered share of the attempts; null without any. */
  readonly asr: number | null;
}

/** What the demo prints at its end. */
export interface DemoSummary {
  readonly seconds: number;
  readonly offered: number;
  readonly answered: number;
  readonly cdrs: number;
  /** Calls that met a 503 before they began, for more came than the switch carries; they leave no CDR. */
  readonly refused: number;
  readonly endReasons: Readonly<Record<string, number>>;
  readonly gateways: readonly GatewaySummary[];
  /** INVITE to ringing as the customers saw it, ms; null when nothing rang. */
  readonly postDialDelayMs: { readonly p50: number; readonly p95: number } | null;
  /** Calls the switch still counts against its limits. */
  readonly callsLeft: number;
  /** What does not add up; empty when all is well. */
  readonly faults: readonly string[];
}

/** Counts from all three sides. */
export class Tally {
  readonly #offered = new Set<string>();
  readonly #reports = new Map<string, CallReport>();
  readonly #cdrs = new Map<string, Cdr>();
  readonly #doubled: string[] = [];
  readonly #delaysMs: number[] = [];

  offered(callId: string): void {
    this.#offered.add(callId);
  }

  over(report: CallReport): void {
    this.#reports.set(report.callId, report);
    if (report.postDialDelayMs !== null) this.#delaysMs.push(report.postDialDelayMs);
  }

  recorded(cdr: Cdr): void {
    if (this.#cdrs.has(cdr.callerCallId)) this.#doubled.push(cdr.callerCallId);
    this.#cdrs.set(cdr.callerCallId, cdr);
  }

  get cdrCount(): number {
    return this.#cdrs.size + this.#doubled.length;
  }

  /** True when every customer is done and every call has its record, but for the `refusedMax` that may have none. */
  isSettled(refusedMax: number): boolean {
    const refused = Math.min(this.#refused().length, refusedMax);
    return this.#reports.size === this.#offered.size && this.cdrCount + refused >= this.#offered.size;
  }

  /** Answered share of the recorded calls; null before the first. */
  get asr(): number | null {
    return this.#cdrs.size === 0 ? null : this.#answeredCount() / this.#cdrs.size;
  }

  /** Median of the last post-dial delays, ms; null before the first. */
  get recentDelayMs(): number | null {
    return quantile(this.#delaysMs.slice(-RECENT_MAX), 0.5);
  }

  /** Closes the books. `status` is the switch's own, after the last call. */
  summary(seconds: number, vendors: readonly Vendor[], status: SwitchStatus): DemoSummary {
    const p50 = quantile(this.#delaysMs, 0.5);
    const p95 = quantile(this.#delaysMs, 0.95);
    const gateways = vendors.map((vendor) => this.#gatewayOf(vendor));
    return {
      seconds,
      offered: this.#offered.size,
      answered: this.#answeredCount(),
      cdrs: this.cdrCount,
      refused: this.#refused().length,
      endReasons: this.#endReasons(),
      gateways,
      postDialDelayMs: p50 === null || p95 === null ? null : { p50, p95 },
      callsLeft: status.calls.active,
      faults: [...this.#callFaults(status.overload.refused), ...gatewayFaults(gateways), ...switchFaults(status)],
    };
  }

  #answeredCount(): number {
    let count = 0;
    for (const { answeredAtWallMs } of this.#cdrs.values()) if (answeredAtWallMs !== null) count += 1;
    return count;
  }

  #endReasons(): Record<string, number> {
    const counts = new Map<string, number>();
    for (const { endReason } of this.#cdrs.values()) {
      const reason = endReason ?? 'none';
      counts.set(reason, (counts.get(reason) ?? 0) + 1);
    }
    return Object.fromEntries([...counts].sort(([, one], [, other]) => other - one));
  }

  #gatewayOf({ name, invitedCount }: Vendor): GatewaySummary {
    let attempts = 0;
    let answered = 0;
    for (const cdr of this.#cdrs.values()) {
      for (const attempt of cdr.attempts) if (attempt.gateway === name) attempts += 1;
      if (cdr.answeredAtWallMs !== null && cdr.routingGateway === name) answered += 1;
    }
    return { name, attempts, heard: invitedCount, answered, asr: attempts === 0 ? null : answered / attempts };
  }

  /** Who was told 503 and has no CDR: refused by the edge, if the switch says so too. */
  #refused(): string[] {
    return [...this.#offered].filter((callId) => !this.#cdrs.has(callId) && this.#reports.get(callId)?.status === 503);
  }

  /** `refusedMax`: as many refusals without a CDR the switch speaks of. */
  #callFaults(refusedMax: number): string[] {
    const offered = [...this.#offered];
    const refused = this.#refused();
    const excused = new Set(refused.length <= refusedMax ? refused : []);
    const different = offered.filter((callId) => {
      const [report, cdr] = [this.#reports.get(callId), this.#cdrs.get(callId)];
      return report !== undefined && cdr !== undefined && report.status !== cdr.sipCode;
    });
    return [
      ...fault(
        'never ended for their customer',
        offered.filter((callId) => !this.#reports.has(callId)),
      ),
      ...fault(
        'have no CDR',
        offered.filter((callId) => !this.#cdrs.has(callId) && !excused.has(callId)),
      ),
      ...fault('have more than one CDR', this.#doubled),
      ...fault(
        'have a CDR and were never offered',
        [...this.#cdrs.keys()].filter((id) => !this.#offered.has(id)),
      ),
      ...fault('ended with another status than their CDR says', different),
    ];
  }
}

function fault(what: string, callIds: readonly string[]): string[] {
  if (callIds.length === 0) return [];
  const rest = callIds.length > TOLD_MAX ? ', ...' : '';
  return [`${callIds.length} calls ${what}: ${callIds.slice(0, TOLD_MAX).join(', ')}${rest}`];
}

function gatewayFaults(gateways: readonly GatewaySummary[]): string[] {
  return gateways
    .filter(({ attempts, heard }) => attempts !== heard)
    .map(({ name, attempts, heard }) => `${name} heard ${heard} calls, the CDRs speak of ${attempts} attempts there`);
}

function switchFaults({ calls, gateways, limitDrift, shards }: SwitchStatus): string[] {
  const faults = gateways
    .filter((gateway) => gateway.calls !== 0)
    .map(({ name, calls }) => `${name} still counts ${calls} calls`);
  if (calls.active !== 0) faults.push(`the switch still counts ${calls.active} calls`);
  for (const { name, calls } of limitDrift) faults.push(`the counter of ${name || 'the appliance'} is off by ${calls}`);
  for (const { shard, defects, restarts } of shards) {
    if (defects > 0) faults.push(`shard ${shard} met ${defects} defects`);
    if (restarts > 0) faults.push(`shard ${shard} was replaced ${restarts} times`);
  }
  return faults;
}

function quantile(values: readonly number[], share: number): number | null {
  if (values.length === 0) return null;
  const sorted = Float64Array.from(values).sort();
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? null;
}
