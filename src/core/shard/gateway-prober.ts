// Which gateways this shard probes: those that it has taken out, until they answer; and those with `optionsPing` that
// fall to it, all the time. The shard whose timeout took a gateway out is the one that probes it, so that nobody has to
// be told. When it dies its successor finds in shared memory what it was probing, with the first tables it gets.

import type { RoutingGateway, Snapshot } from '../routing/snapshot.ts';
import type { ProbeOutcome } from './counters.ts';
import { GatewayProbe, type ProbeSurroundings, type ProbeUser } from './gateway-probe.ts';

/** From probe to probe of a gateway that is out. */
const OUT_PROBE_INTERVAL_MS = 5_000;

/** What the prober needs of its shard. */
export interface ProberSurroundings extends ProbeSurroundings {
  readonly shardCount: number;
  countProbe(slot: number, outcome: ProbeOutcome): void;
}

/** The probes of one shard. */
export class GatewayProber implements ProbeUser {
  readonly #around: ProberSurroundings;
  readonly #probes = new Map<number, GatewayProbe>();
  /** Those of the latest tables that take calls, by slot. */
  #gateways: ReadonlyMap<number, RoutingGateway> = new Map();

  constructor(around: ProberSurroundings) {
    this.#around = around;
  }

  /** New tables are in force in the place of `before`. Sends nothing: time may not have moved for long. */
  publish(before: Snapshot): void {
    const { routing, health } = this.#around;
    const unlocked = routing.snapshot.routingGateways.filter(({ locked }) => !locked);
    this.#gateways = new Map(unlocked.map((gateway) => [gateway.slot, gateway]));
    for (const gateway of before.routingGateways) {
      if (!isSamePlace(gateway, this.#gateways.get(gateway.slot))) health.forget(gateway.slot);
    }
    for (const { slot, timeoutsToBan } of unlocked) if (timeoutsToBan === 0) health.responded(slot);
    for (const probe of this.#probes.values()) if (this.#intervalOf(probe.gateway.slot) === null) this.#end(probe);
    for (const gateway of unlocked) this.#refresh(gateway);
  }

  /** A call to the gateway in `slot` timed out. */
  timedOut(slot: number): void {
    const gateway = this.#gateways.get(slot);
    if (gateway === undefined) return; // Locked or removed: the call began with older tables.
    if (this.#countTimeout(gateway)) this.#probeOf(gateway).ask();
  }

  heard(probe: GatewayProbe, isAlive: boolean): void {
    const { gateway } = probe;
    this.#around.countProbe(gateway.slot, isAlive ? 'answered' : 'unanswered');
    if (isAlive) this.#around.health.responded(gateway.slot);
    else this.#countTimeout(gateway);
    const intervalMs = this.#intervalOf(gateway.slot);
    if (intervalMs === null) this.#end(probe);
    else probe.askAfter(intervalMs);
  }

  /** True when this timeout took the gateway out. */
  #countTimeout({ slot, timeoutsToBan }: RoutingGateway): boolean {
    return this.#around.health.timedOut(slot, timeoutsToBan, this.#around.shardIndex);
  }

  #refresh(gateway: RoutingGateway): void {
    const { slot } = gateway;
    const intervalMs = this.#intervalOf(slot);
    if (intervalMs === null) return;
    const isNew = !this.#probes.has(slot);
    const probe = this.#probeOf(gateway);
    probe.gateway = gateway;
    probe.askAfter(isNew ? this.#firstWaitOf(slot, intervalMs) : intervalMs);
  }

  /** None for what a predecessor has left out; else drawn, so that a thousand gateways are not asked at once. */
  #firstWaitOf(slot: number, intervalMs: number): number {
    return this.#isOutByThis(slot) ? 0 : this.#around.draw(intervalMs);
  }

  /** From probe to probe of the gateway in `slot`; null when it is not this shard's to probe. */
  #intervalOf(slot: number): number | null {
    const gateway = this.#gateways.get(slot);
    if (gateway === undefined) return null;
    if (this.#isOutByThis(slot)) return OUT_PROBE_INTERVAL_MS;
    return slot % this.#around.shardCount === this.#around.shardIndex ? gateway.optionsPingMs : null;
  }

  #isOutByThis(slot: number): boolean {
    return this.#around.health.outBy(slot) === this.#around.shardIndex;
  }

  #probeOf(gateway: RoutingGateway): GatewayProbe {
    const known = this.#probes.get(gateway.slot);
    if (known !== undefined) return known;
    const probe = new GatewayProbe(this.#around, this, gateway);
    this.#probes.set(gateway.slot, probe);
    return probe;
  }

  #end(probe: GatewayProbe): void {
    probe.stop();
    this.#probes.delete(probe.gateway.slot);
  }
}

function isSamePlace(before: RoutingGateway, after: RoutingGateway | undefined): boolean {
  return after !== undefined && after.remoteIp === before.remoteIp && after.signalPort === before.signalPort;
}
