// The host names of the gateways in force: those that DNS is asked for, and what it said of them in the configuration.

import { splitPort } from '../../core/base/ip-address.ts';
import type { HostAddresses } from '../../core/routing/snapshot.ts';
import type { Log } from '../../log.ts';
import { sentenceOf } from '../../tandem-error.ts';
import type { Configuration } from '../tables/configuration.ts';
import { dnsOf } from './dns.ts';
import { HostNames, type HostNamesUser } from './host-names.ts';

/** Whom is asked, and what a predecessor knew. */
export interface HostNamesStart {
  readonly dnsServers: readonly string[];
  readonly hosts: readonly HostAddresses[];
}

/** The names in one configuration. It has no clock: it is driven by `tick`. */
export class GatewayHosts implements HostNamesUser {
  readonly #configuration: Configuration;
  readonly #log: Log;
  readonly #names: HostNames;
  #areChanged = false;

  constructor({ dnsServers, hosts }: HostNamesStart, configuration: Configuration, log: Log) {
    this.#configuration = configuration;
    this.#log = log;
    this.#names = new HostNames(dnsOf(dnsServers), this, hosts);
    this.watch();
  }

  /** Asks for the names that nobody knows yet, and waits for what comes. */
  async begin(nowMs: number): Promise<void> {
    await this.#names.begin(nowMs);
  }

  /** The names of the network in force, and no others, are wanted from now on. */
  watch(): void {
    const { mappingGateways } = this.#configuration.snapshot;
    this.#names.watch(
      new Set(mappingGateways.flatMap(({ remoteHosts }) => remoteHosts.map((name) => splitPort(name).text))),
    );
    this.#configuration.learnHosts(this.#names.known());
  }

  /** Asks for what is due. True when the snapshot, of the same version, has new addresses since the last tick. */
  tick(nowMs: number): boolean {
    this.#names.tick(nowMs);
    if (!this.#areChanged) return false;
    this.#areChanged = false;
    this.#configuration.learnHosts(this.#names.known());
    return true;
  }

  onHostsChanged(): void {
    this.#areChanged = true;
  }

  onHostFailed(host: string, why: unknown): void {
    this.#log.warn({ host, why: sentenceOf(why) }, 'a host name has no answer; its last addresses stand');
  }
}
