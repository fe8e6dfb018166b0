// The configuration of one data directory, and the one way to change it: a whole network becomes the next
// version, or nothing happens. Control uses it while the switch runs, the command line while it does not.

import { ADMISSION_SLOTS_MAX } from '../../core/base/limits.ts';
import { withoutSeparators } from '../../core/base/telephone-number.ts';
import { moneyText } from '../../core/rating/money.ts';
import { Quotes } from '../../core/rating/quotes.ts';
import type { Calendar } from '../../core/routing/calendar.ts';
import { type ExplainedRoute, explainRoute, type GatewaysNow, type RouteQuestion } from '../../core/routing/explain.ts';
import type { HostAddresses, Snapshot } from '../../core/routing/snapshot.ts';
import {
  type Account,
  EMPTY_NETWORK,
  type Network,
  type Package,
  type RateTable,
  type SlotAssignment,
} from '../../store/network.ts';
import { CONFIGURATION_VERSIONS_MAX, type ConfigurationStore, type ConfigurationVersion } from '../../store/ports.ts';
import { TandemError } from '../../tandem-error.ts';
import type { ImportTask } from '../jobs/table-reader.ts';
import { compileCalendars } from './calendar-compile.ts';
import { type Change, changesBetween } from './changes.ts';
import { compileSnapshot, type ListenerAddress, withCalendarsAt } from './compile.ts';
import { currencyAdvice } from './currency-advice.ts';
import { upgraded } from './gateway-fields.ts';
import { checkRateCalendars, currencyOfImport, type ImportWish, importTaskOf } from './import-wish.ts';
import { parseNetwork } from './network-file.ts';
import { type ParameterReport, parameterRows } from './parameter-report.ts';
import { changedSettings, type ParameterChange } from './parameter-settings.ts';
import { SharedLimits } from './shared-limits.ts';
import { assignSlots, forgetSlots } from './slots.ts';
import { type ImportedTable, importAdvice, TableImages, withImport, withImportsOf } from './table-images.ts';

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

/** Some parameters on their way in: the text of each, or null for its default. */
export interface ParameterRequest {
  readonly given: ReadonlyMap<string, string | null>;
  /** The version that was looked at; the change is refused when another is in force. Null: whichever is. */
  readonly expectedVersion: number | null;
  readonly author: string;
  /** Kept with the version; '' tells the change itself. */
  readonly note: string;
  readonly atWallMs: number;
}

/** What came of it. */
export interface ParameterOutcome {
  /** Version in force afterwards. */
  readonly version: number;
  /** Empty: all that was named is so already, and no version was made. */
  readonly changes: readonly ParameterChange[];
}

/** What an apply did, or would do. */
export interface ApplyOutcome {
  /** Version in force afterwards. */
  readonly version: number;
  /** Empty: the file says what is in force already, and no version was made. */
  readonly changes: readonly Change[];
  readonly dryRun: boolean;
  /** What the operator should know, a sentence each. */
  readonly advice: readonly string[];
  readonly counts: { readonly accounts: number; readonly mappingGateways: number; readonly routingGateways: number };
}

/** What is kept with a version that something else makes. */
export type VersionNote = Omit<ConfigurationVersion, 'version'>;

/** What an import or a rollback did. */
export interface ChangeOutcome {
  /** Version in force afterwards. */
  readonly version: number;
  /** Empty: it was so already, and no version was made. */
  readonly changes: readonly Change[];
}

/** A network that can come into force. */
interface Compiled {
  readonly network: Network;
  readonly slots: readonly SlotAssignment[];
  readonly snapshot: Snapshot;
  readonly shared: SharedLimits;
}

/** Names remembered beyond this share of all slots are looked through at the start. */
const CROWDED_SHARE = 0.75;

const DAY_MS = 86_400_000;

/** The balance of an account in the ledger. */
export type BalanceOf = (account: string) => bigint;

/** The configuration in force, compiled. */
export class Configuration {
  readonly #store: ConfigurationStore;
  readonly #listeners: readonly ListenerAddress[];
  #network: Network;
  #slots: readonly SlotAssignment[];
  #snapshot: Snapshot;
  readonly #images: TableImages;
  #shared: SharedLimits;
  /** The moment that the calendars of the snapshot were compiled for. */
  #compiledForWallMs: number;
  readonly #balanceOf: BalanceOf;

  /** Loads what is in force; an empty network when nothing was ever applied. Throws what `compileSnapshot` throws. */
  constructor(
    store: ConfigurationStore,
    listeners: readonly ListenerAddress[],
    wallMs: number,
    balanceOf: BalanceOf = () => 0n,
  ) {
    this.#store = store;
    this.#balanceOf = balanceOf;
    this.#images = new TableImages(store);
    this.#listeners = listeners;
    const current = store.current();
    this.#network = upgraded(current?.network ?? EMPTY_NETWORK);
    this.#slots = current?.slots ?? [];
    if (this.#slots.length > ADMISSION_SLOTS_MAX * CROWDED_SHARE) this.#slots = forgetSlots(this.#slots, this.#kept());
    const table = assignSlots(this.#slots, this.#network);
    this.#slots = table.assignments;
    this.#snapshot = compileSnapshot(this.#network, current?.version ?? 0, table, listeners, wallMs, this.#images.of);
    this.#shared = new SharedLimits(this.#network, table);
    this.#compiledForWallMs = wallMs;
  }

  /** What shards route by. Version 0 is the empty network of a new data directory. */
  get snapshot(): Snapshot {
    return this.#snapshot;
  }

  /** The accounts and groups in force, with their counters. */
  get shared(): SharedLimits {
    return this.#shared;
  }

  accounts(): readonly Account[] {
    return this.#network.accounts;
  }

  /** The account of that name; null when there is none. */
  account(name: string): Account | null {
    return this.#network.accounts.find(({ account }) => account === name) ?? null;
  }

  packages(): readonly Package[] {
    return this.#network.packages;
  }

  rateTables(): readonly RateTable[] {
    return this.#network.rateTables;
  }

  /** Its calendars, for the time from two days before `wallMs` to more than a year after `endWallMs`. */
  calendarsAround(wallMs: number, endWallMs: number): readonly Calendar[] {
    return [...compileCalendars(this.#network.calendars, wallMs, endWallMs).values()];
  }

  /** What the host names of the snapshot stand for from now on; no new version. */
  learnHosts(hosts: readonly HostAddresses[]): void {
    this.#snapshot = { ...this.#snapshot, hosts };
  }

  /** What would become of a call now, by the snapshot in force. */
  explain(question: RouteQuestion, now: GatewaysNow): ExplainedRoute {
    const snapshot = this.#snapshotAt(now.wallMs);
    // As calls have them.
    const [caller, callee] = [withoutSeparators(question.caller), withoutSeparators(question.callee)];
    return explainRoute(snapshot, { ...question, caller, callee }, now, new Quotes(snapshot, now));
  }

  /** Compiles the calendars anew when those of the snapshot are a day old; whether they were. */
  renewCalendars(wallMs: number): boolean {
    const snapshot = this.#snapshotAt(wallMs);
    if (snapshot === this.#snapshot) return false;
    this.#snapshot = snapshot;
    this.#compiledForWallMs = wallMs;
    return true;
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
    const network = withImportsOf(this.#network, parseNetwork(request.text, request.name, this.#network));
    checkRateCalendars(network, this.#images.of);
    const next = this.#compile(network, request.atWallMs);
    const changes = changesBetween(this.#network, network);
    if (!request.dryRun && (changes.length > 0 || this.#snapshot.version === 0)) this.#become(next, request);
    const advice = [...importAdvice(network), ...currencyAdvice(next.snapshot)];
    return { version: this.#snapshot.version, changes, dryRun: request.dryRun, advice, counts: countsOf(network) };
  }

  /** The parameters in force, all of the registry. */
  parameters(): ParameterReport {
    return { version: this.#snapshot.version, parameters: parameterRows(this.#network) };
  }

  /**
   * Sets parameters, all or none: the next version. Throws TANDEM_PARAMETER_REFUSED and TANDEM_NETWORK_CONFLICT;
   * then nothing has changed.
   */
  setParameters(request: ParameterRequest): ParameterOutcome {
    const { given, expectedVersion } = request;
    const { version } = this.#snapshot;
    if (expectedVersion !== null && expectedVersion !== version) throw conflict(version);
    const { settings, changes } = changedSettings(this.#network.systemParameters, given);
    const network = { ...this.#network, systemParameters: settings };
    if (changes.length > 0) {
      const note = changes.map(({ name, before, after }) => `${name} ${before} -> ${after}`).join('; ');
      this.#become(this.#compile(network, request.atWallMs), {
        ...request,
        note: request.note === '' ? note : request.note,
      });
    }
    return { version: this.#snapshot.version, changes };
  }

  /** The snapshot in force, with calendars that know `wallMs`. */
  #snapshotAt(wallMs: number): Snapshot {
    if (this.#network.calendars.length === 0 || Math.abs(wallMs - this.#compiledForWallMs) < DAY_MS) {
      return this.#snapshot;
    }
    return withCalendarsAt(this.#snapshot, this.#network, wallMs);
  }

  #compile(network: Network, wallMs: number): Compiled {
    const table = assignSlots(this.#slots, network);
    const version = this.#snapshot.version + 1;
    const snapshot = compileSnapshot(network, version, table, this.#listeners, wallMs, this.#images.of);
    this.#refuseOtherCurrencies(snapshot);
    return { network, slots: table.assignments, snapshot, shared: new SharedLimits(network, table) };
  }

  /** What an account has would be called another currency, and nobody would have changed it. */
  #refuseOtherCurrencies({ prices }: Snapshot): void {
    const known = new Map(this.#snapshot.prices?.accounts.map(({ account, currency }) => [account, currency]));
    const changed = (prices?.accounts ?? []).filter(({ account, currency }) => known.get(account) !== currency);
    const withMoney = changed.filter(({ account }) => this.#balanceOf(account) !== 0n);
    const absent = withMoney.map(({ account }) => account).filter((account) => !known.has(account));
    const former = this.#formerCurrencies(new Set(absent));
    for (const { account, currency } of withMoney) {
      const nanos = this.#balanceOf(account);
      const had = known.get(account) ?? former.get(account) ?? '';
      if (had === '' || had === currency) continue;
      const sentence =
        `The account ${account} has ${moneyText(nanos, 2)} ${had}, which its currency would turn into ` +
        `${currency || 'no currency'}. Bring its balance to 0 first (tandem pay), or make another account.`;
      throw new TandemError('TANDEM_NETWORK_REFUSED', sentence);
    }
  }

  /** Of accounts that were taken out of the network: what each last had, as far as versions are kept. */
  #formerCurrencies(names: ReadonlySet<string>): ReadonlyMap<string, string> {
    const found = new Map<string, string>();
    const versions = names.size === 0 ? [] : this.#store.versions(CONFIGURATION_VERSIONS_MAX);
    for (const { version } of versions) {
      if (found.size === names.size) break;
      for (const { account, currency } of this.#store.version(version)?.network.accounts ?? []) {
        if (names.has(account) && !found.has(account)) found.set(account, currency ?? '');
      }
    }
    return found;
  }

  /** What the reader of a table needs to know. Throws TANDEM_IMPORT_NAME and TANDEM_IMPORT_CURRENCY. */
  importTask(wish: ImportWish): ImportTask {
    return importTaskOf(this.#network, wish);
  }

  /**
   * Puts an imported table into force: the next version. Throws TANDEM_STORE_FULL, TANDEM_NETWORK_CONFLICT, and
   * TANDEM_IMPORT_CURRENCY or TANDEM_RATES_CALENDAR when the network has changed since; then nothing has changed.
   */
  importTable(table: ImportedTable, note: VersionNote): ChangeOutcome {
    const before = this.#network;
    if (table.kind === 'rates') currencyOfImport(before, table);
    const version = this.#snapshot.version + 1;
    const network = withImport(before, table, version);
    this.#images.hold(version, table.image);
    try {
      checkRateCalendars(network, this.#images.of);
      this.#become(this.#compile(network, note.atWallMs), note, table.image);
    } finally {
      this.#images.keepOnly(this.#network);
    }
    return { version, changes: changesBetween(before, network) };
  }

  /**
   * Brings back what `version` had: as the next version, so that it can be undone in turn. Throws
   * TANDEM_VERSION_UNKNOWN when it is not kept, and what `apply` throws of a network that is no longer taken.
   */
  rollback(version: number, note: VersionNote): ChangeOutcome {
    const kept = this.#store.version(version);
    if (kept === null) throw unknownVersion(version);
    const before = this.#network;
    const network = upgraded(kept.network);
    const changes = changesBetween(before, network);
    if (changes.length > 0) this.#become(this.#compile(network, note.atWallMs), note);
    this.#images.keepOnly(this.#network);
    return { version: this.#snapshot.version, changes };
  }

  /** Stores `next` as the version after the present one, and then is it. */
  #become(next: Compiled, { author, note, atWallMs }: VersionNote, image?: SharedArrayBuffer): void {
    const { network, slots, snapshot, shared } = next;
    const { version } = snapshot;
    if (!this.#store.commit({ version, author, note, atWallMs, network, slots }, image)) throw conflict(version);
    this.#network = network;
    this.#slots = slots;
    this.#shared = shared;
    this.#snapshot = { ...snapshot, hosts: this.#snapshot.hosts ?? [] };
    this.#compiledForWallMs = atWallMs;
  }

  #kept(): Network[] {
    const networks: Network[] = [];
    for (const { version } of this.#store.versions(CONFIGURATION_VERSIONS_MAX)) {
      networks.push(upgraded(this.#store.version(version)?.network ?? EMPTY_NETWORK));
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

function unknownVersion(version: number): TandemError {
  const sentence = `Version ${version} is not kept. tandem versions lists those that are.`;
  return new TandemError('TANDEM_VERSION_UNKNOWN', sentence);
}

function conflict(version: number): TandemError {
  const sentence = `Version ${version} was made by somebody else just now. Look at it, then try again.`;
  return new TandemError('TANDEM_NETWORK_CONFLICT', sentence);
}
