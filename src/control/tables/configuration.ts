// The configuration of one data directory, and the one way to change it: a whole network becomes the next
// version, or nothing happens. Control uses it while the switch runs, the command line while it does not.

import { ADMISSION_SLOTS_MAX } from '../../core/base/limits.ts';
import { type ExplainedRoute, explainRoute, type GatewaysNow, type RouteQuestion } from '../../core/routing/explain.ts';
import type { Snapshot } from '../../core/routing/snapshot.ts';
import { EMPTY_NETWORK, type Network, type SlotAssignment } from '../../store/network.ts';
import { CONFIGURATION_VERSIONS_MAX, type ConfigurationStore, type ConfigurationVersion } from '../../store/ports.ts';
import { TandemError } from '../../tandem-error.ts';
import { type Change, changesBetween } from './changes.ts';
import { compileSnapshot, type ListenerAddress } from './compile.ts';
import { upgraded } from './gateway-fields.ts';
import { parseNetwork } from './network-file.ts';
import { assignSlots, forgetSlots } from './slots.ts';

/** A network file on its way in. */
export interface ApplyRequest {
  readonly text: string;
  /** How refusals call the text: usually the file's name. */
  readonly name: string;
  readonly author: string;
  readonly note: string;
  readonly atWallMs: number;
  /** Checks and compares only. */
  readonly dryRun: boolean;
}

/** What an apply did, or would do. */
export interface ApplyOutcome {
  /** Version in force afterwards. */
  readonly version: number;
  /** Empty: the file says what is in force already, and no version was made. */
  readonly changes: readonly Change[];
  readonly dryRun: boolean;
  readonly counts: { readonly accounts: number; readonly mappingGateways: number; readonly routingGateways: number };
}

/** Names remembered beyond this share of all slots are looked through at the start. */
const CROWDED_SHARE = 0.75;

/** The configuration in force, compiled. */
export class Configuration {
  readonly #store: ConfigurationStore;
  readonly #listeners: readonly ListenerAddress[];
  #network: Network;
  #slots: readonly SlotAssignment[];
  #snapshot: Snapshot;

  /** Loads what is in force; an empty network when nothing was ever applied. Throws what `compileSnapshot` throws. */
  constructor(store: ConfigurationStore, listeners: readonly ListenerAddress[]) {
    this.#store = store;
    this.#listeners = listeners;
    const current = store.current();
    this.#network = upgraded(current?.network ?? EMPTY_NETWORK);
    this.#slots = current?.slots ?? [];
    if (this.#slots.length > ADMISSION_SLOTS_MAX * CROWDED_SHARE) this.#slots = forgetSlots(this.#slots, this.#kept());
    const table = assignSlots(this.#slots, this.#network);
    this.#snapshot = compileSnapshot(this.#network, current?.version ?? 0, table, listeners);
  }

  /** What shards route by. Version 0 is the empty network of a new data directory. */
  get snapshot(): Snapshot {
    return this.#snapshot;
  }

  /** What would become of a call now, by the snapshot in force. */
  explain(question: RouteQuestion, now: GatewaysNow): ExplainedRoute {
    return explainRoute(this.#snapshot, question, now);
  }

  /** Versions kept, newest first. */
  versions(limit: number): readonly ConfigurationVersion[] {
    return this.#store.versions(limit);
  }

  /**
   * Makes the text the configuration in force. Throws TANDEM_NETWORK_REFUSED and what compiling throws; then
   * nothing has changed. Throws TANDEM_NETWORK_CONFLICT when another process applied in the meantime.
   */
  apply(request: ApplyRequest): ApplyOutcome {
    const network = parseNetwork(request.text, request.name);
    const table = assignSlots(this.#slots, network);
    const version = this.#snapshot.version + 1;
    const snapshot = compileSnapshot(network, version, table, this.#listeners);
    const changes = changesBetween(this.#network, network);
    const isKept = !request.dryRun && (changes.length > 0 || this.#snapshot.version === 0);
    if (isKept) {
      const { author, note, atWallMs } = request;
      const isCommitted = this.#store.commit({ version, author, note, atWallMs, network, slots: table.assignments });
      if (!isCommitted) throw conflict(version);
      this.#network = network;
      this.#slots = table.assignments;
      this.#snapshot = snapshot;
    }
    return { version: this.#snapshot.version, changes, dryRun: request.dryRun, counts: countsOf(network) };
  }

  #kept(): Network[] {
    const networks: Network[] = [];
    for (const { version } of this.#store.versions(CONFIGURATION_VERSIONS_MAX)) {
      networks.push(this.#store.version(version)?.network ?? EMPTY_NETWORK);
    }
    return networks;
  }
}

function countsOf(network: Network): ApplyOutcome['counts'] {
  return {
    accounts: network.accounts.length,
    mappingGateways: network.mappingGateways.length,
    routingGateways: network.routingGateways.length,
  };
}

function conflict(version: number): TandemError {
  const sentence = `Version ${version} was applied by somebody else just now. Look at it, then apply again.`;
  return new TandemError('TANDEM_NETWORK_CONFLICT', sentence);
}
