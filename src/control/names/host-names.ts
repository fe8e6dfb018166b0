// The host names of gateways and what DNS last said of them. Each is asked again when its TTL is over; while DNS is
// silent or wrong the last good answer stands, and it is asked less and less often; so for the addresses of one family.
// Calls never wait for any of this: the shards have the addresses with their snapshot.

import { isIP } from 'node:net';
import { HOST_ADDRESSES_MAX, HOST_QUESTIONS_MAX } from '../../core/base/limits.ts';
import type { HostAddresses } from '../../core/routing/snapshot.ts';

/** What a name stands for, and for how long that may be believed. */
export interface HostAnswer {
  readonly addresses: readonly string[];
  readonly ttlSeconds: number;
  /** Of IPv4 or IPv6 nothing is known, for that question failed; null: both were answered. */
  readonly silentFamily: 4 | 6 | null;
}

/** Asks DNS; rejects when there is no answer or none with an address. */
export type ResolveHost = (host: string) => Promise<HostAnswer>;

/** Bounds of a TTL: not to ask without pause, and not to believe for ever. */
const TTL_MS_MIN = 5_000;
const TTL_MS_MAX = 3_600_000;

/** Pause after the first failure; it doubles with each further one. */
const FAILURE_PAUSE_MS = 5_000;
const FAILURE_PAUSE_MS_MAX = 60_000;

/** One name. */
interface Name {
  addresses: readonly string[];
  dueAtMs: number;
  failureCount: number;
  isAsked: boolean;
}

/** Whom it tells. */
export interface HostNamesUser {
  /** Some name stands for other addresses now. */
  onHostsChanged(): void;
  onHostFailed(host: string, why: unknown): void;
}

/** The names of the configuration in force. It has no clock: it is driven by `tick`. */
export class HostNames {
  readonly #resolve: ResolveHost;
  readonly #user: HostNamesUser;
  readonly #names = new Map<string, Name>();
  /** Addresses of names as a predecessor knew them. */
  readonly #inherited: ReadonlyMap<string, readonly string[]>;
  #nowMs = 0;
  #askedCount = 0;

  constructor(resolve: ResolveHost, user: HostNamesUser, inherited: readonly HostAddresses[] = []) {
    this.#resolve = resolve;
    this.#user = user;
    this.#inherited = new Map(inherited.map(({ host, addresses }) => [host, addresses]));
  }

  /** These names, and no others, are wanted from now on. */
  watch(hosts: ReadonlySet<string>): void {
    for (const host of [...this.#names.keys()]) if (!hosts.has(host)) this.#names.delete(host);
    for (const host of hosts) {
      if (this.#names.has(host)) continue;
      const addresses = this.#inherited.get(host) ?? [];
      this.#names.set(host, { addresses, dueAtMs: Number.NEGATIVE_INFINITY, failureCount: 0, isAsked: false });
    }
  }

  /** What is known, names without an address left out. */
  known(): HostAddresses[] {
    return [...this.#names].flatMap(([host, { addresses }]) => (addresses.length === 0 ? [] : [{ host, addresses }]));
  }

  /** Asks for what is due, at most so many at a time. */
  tick(nowMs: number): void {
    this.#nowMs = nowMs;
    for (const [host, name] of this.#names) {
      if (this.#askedCount >= HOST_QUESTIONS_MAX) return;
      if (!name.isAsked && nowMs >= name.dueAtMs) void this.#ask(host, name);
    }
  }

  /** Asks for every name that has no address yet, and waits for what comes: before the first call, not during any. */
  async begin(nowMs: number): Promise<void> {
    this.#nowMs = nowMs;
    const unknown = [...this.#names].filter(([, { addresses }]) => addresses.length === 0).slice(0, HOST_QUESTIONS_MAX);
    await Promise.all(unknown.map(([host, name]) => this.#ask(host, name)));
  }

  async #ask(host: string, name: Name): Promise<void> {
    name.isAsked = true;
    this.#askedCount += 1;
    try {
      this.#learn(host, name, await this.#resolve(host));
    } catch (error) {
      this.#pause(name);
      this.#user.onHostFailed(host, error);
    } finally {
      name.isAsked = false;
      this.#askedCount -= 1;
    }
  }

  #learn(host: string, name: Name, { addresses, ttlSeconds, silentFamily }: HostAnswer): void {
    const before = name.addresses.join(' ');
    const kept = name.addresses.filter((address) => isIP(address) === silentFamily);
    // In one order, for DNS rotates them.
    name.addresses = [...new Set([...addresses, ...kept])].sort().slice(0, HOST_ADDRESSES_MAX);
    const dueAtMs = this.#nowMs + Math.min(TTL_MS_MAX, Math.max(TTL_MS_MIN, ttlSeconds * 1000));
    if (silentFamily === null) {
      name.failureCount = 0;
      name.dueAtMs = dueAtMs;
    } else {
      this.#pause(name);
      name.dueAtMs = Math.min(name.dueAtMs, dueAtMs);
      // Once: some servers never answer for the other family, and nobody misses that.
      if (name.failureCount === 1)
        this.#user.onHostFailed(host, new Error(`nothing is known of its IPv${silentFamily}`));
    }
    if (name.addresses.join(' ') !== before) this.#user.onHostsChanged();
  }

  /** Until it is asked again. */
  #pause(name: Name): void {
    const pauseMs = Math.min(FAILURE_PAUSE_MS_MAX, FAILURE_PAUSE_MS * 2 ** Math.min(name.failureCount, 8));
    name.failureCount += 1;
    name.dueAtMs = this.#nowMs + pauseMs;
  }
}
