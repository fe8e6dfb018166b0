// Control: the one thread that owns the disk and the management port. It drains finished CDRs into the spool and
// the sinks, keeps the configuration and hands out its snapshots, answers the API, and prints what the shards
// counted. It is driven by `tick` and has no clock or thread of its own: control-thread.ts gives it both.

import { createRequire } from 'node:module';
import { Ring } from '../core/base/ring.ts';
import type { LrnAnswer } from '../core/call/lrn-dips.ts';
import type { Snapshot } from '../core/routing/snapshot.ts';
import type { Log } from '../log.ts';
import { issueLocalToken, publishManagement, releaseDataDirectory } from '../store/data-directory.ts';
import { removeSpentJournals } from '../store/journal-places.ts';
import type { Stores } from '../store/ports.ts';
import { sentenceOf } from '../tandem-error.ts';
import { KeptBlackList } from './black-list.ts';
import { CallRate } from './call-rate.ts';
import { CdrDrain } from './cdr/cdr-drain.ts';
import { CdrIndex } from './cdr/index/cdr-index.ts';
import { makeSinks, type SinkSurroundings } from './cdr/make-sinks.ts';
import type { SinkRunner } from './cdr/sink-runner.ts';
import { trimSpool } from './cdr/spool-trim.ts';
import { tellAhead, tellLeftBehind, tellStoreIsFull } from './cdr/store-alarm.ts';
import { UnpackedSpool } from './cdr/unpacked-spool.ts';
import { type Deployed, Deployment } from './deployment.ts';
import type { HttpServer } from './http/http-server.ts';
import { Jobs } from './jobs/jobs.ts';
import { AccountBook } from './ledger/account-book.ts';
import { LowBalances } from './ledger/low-balances.ts';
import { PackageCharges } from './ledger/package-charges.ts';
import { LimitDrift, limitedPlaces } from './limit-drift.ts';
import { type ControlStart, type EdgeNumbers, NO_EDGE_NUMBERS, type ToControl } from './messages.ts';
import { GatewayHosts } from './names/gateway-hosts.ts';
import { LrnSource } from './names/lrn-source.ts';
import { CallHistory } from './reports/call-history.ts';
import { Reratings } from './rerating/reratings.ts';
import { SpoolFollowers } from './spool-followers.ts';
import { SwitchView } from './switch-view.ts';
import {
  type ApplyOutcome,
  type ApplyRequest,
  type ChangeOutcome,
  Configuration,
  type ParameterOutcome,
  type ParameterRequest,
} from './tables/configuration.ts';
import type { ImportedTable } from './tables/table-images.ts';

/** What control asks of main. */
export interface ControlOutward {
  /** Give `snapshot` to every shard and report `applied` for each. */
  publish(snapshot: Snapshot): void;
  /** Give `shard` the answer to its question. */
  lrnAnswered(shard: number, id: number, answer: LrnAnswer | null): void;
  /** End the worker of `shard`. */
  killShard(shard: number): void;
}

/** An apply that was given to the shards. */
export type DeployedOutcome = ApplyOutcome & Deployed;

/** Parameters that were given to the shards. */
export type DeployedParameters = ParameterOutcome & Deployed;

const load = createRequire(import.meta.url);

const DEPLOY_TIMEOUT_MS = 1_000;
const FLUSH_PERIOD_MS = 200;
const SECOND_MS = 1_000;
const RECOUNT_PERIOD_MS = 5_000;
const PACKAGES_PERIOD_MS = 60_000;
const CALENDARS_PERIOD_MS = 60_000;

/** The control of one switch. `start`, then `tick` several times a second, then `stop`. */
export class Control {
  readonly options: ControlStart;
  readonly view: SwitchView;
  readonly stores: Stores;
  readonly configuration: Configuration;
  readonly deployment: Deployment;
  readonly drain: CdrDrain;
  readonly index: CdrIndex;
  readonly history: CallHistory;
  readonly accounts: AccountBook;
  readonly sinks: readonly SinkRunner[];
  readonly rate = new CallRate();
  readonly drift: LimitDrift;
  readonly lowBalances: LowBalances;
  readonly lrn: LrnSource;
  readonly jobs: Jobs;
  readonly reratings: Reratings;
  readonly packages: PackageCharges;
  readonly blackList: KeptBlackList;
  readonly shardRestarts: number[];
  edge: EdgeNumbers = NO_EDGE_NUMBERS;
  /** No new calls: the switch is about to stop. */
  isDraining = false;
  /** Rounds in which the spool took nothing because it could not. */
  drainFailureCount = 0;

  readonly #outward: ControlOutward;
  readonly #log: Log;
  readonly #wallNow: () => number;
  readonly #hosts: GatewayHosts;
  #nowMs = 0;
  readonly #dueAtMs = new Map<string, number>();
  #server: HttpServer | null = null;
  #isFlushing = false;
  readonly #followers: SpoolFollowers;

  /** Opens nothing but what `stores` are already. Throws what Configuration throws. */
  constructor(options: ControlStart, stores: Stores, outward: ControlOutward, log: Log, wallNow: () => number) {
    this.options = options;
    this.stores = stores;
    this.#outward = outward;
    this.#log = log;
    this.#wallNow = wallNow;
    this.view = new SwitchView(options.memory);
    this.configuration = new Configuration(stores.configuration, options.listeners, wallNow(), (account) =>
      stores.ledger.balanceNanos(account),
    );
    this.deployment = new Deployment(options.memory.shards.length);
    this.drain = new CdrDrain(options.memory.shards, (shared) => new Ring(shared), stores.spool);
    const records = new UnpackedSpool(stores.spool);
    this.accounts = new AccountBook(stores.ledger, records, this.view.balances);
    while (this.accounts.book() > 0);
    this.accounts.open(this.configuration.snapshot);
    this.sinks = options.isDurable ? makeSinks(options.sinks, this.#sinkSurroundings(records)) : [];
    this.index = new CdrIndex(stores.spool, stores.index, records);
    this.history = new CallHistory(stores.spool, records, stores.history);
    tellAhead(this.history, log);
    this.drift = new LimitDrift(this.view);
    this.lowBalances = new LowBalances(this.configuration, stores.ledger, log);
    this.jobs = new Jobs({ install: (table, told) => this.#install(table, told), wallNow });
    const { index, history, configuration, accounts, sinks } = this;
    const followed = { spool: stores.spool, index, history, accounts, sinks };
    this.#followers = new SpoolFollowers(followed, (sentence, action) => this.#tried(sentence, action));
    this.packages = new PackageCharges({ history, configuration, accounts, log, wallNow });
    this.packages.free.look();
    this.reratings = new Reratings({ spool: stores.spool, history, configuration, accounts, wallNow });
    this.blackList = new KeptBlackList(this.view.blackList, stores.keepsakes);
    this.shardRestarts = options.memory.shards.map(() => 0);
    this.lrn = new LrnSource(options.lrnUrl, this.#log);
    this.#hosts = new GatewayHosts(options, configuration, log);
  }

  /**
   * It is `nowMs` (monotonic), what begins now counts from there. Asks for the host names that nobody knows yet; calls
   * may begin when this has ended.
   */
  async begin(nowMs: number): Promise<void> {
    this.#nowMs = nowMs;
    this.jobs.tick(nowMs);
    await this.#hosts.begin(nowMs);
  }

  /** Loads the API, for which no call waits, and listens. Throws TANDEM_MANAGEMENT_PORT or TANDEM_DATA_IN_USE. */
  async start(): Promise<number> {
    const { dataPath, management } = this.options;
    publishManagement(dataPath, { address: management.address, port: 0 });
    const { Api } = load('./api/api.js') as typeof import('./api/api.ts');
    const { listenHttp } = load('./http/listen.js') as typeof import('./http/listen.ts');
    const api = new Api(this, issueLocalToken(dataPath), this.#log);
    this.#server = await listenHttp(management.address, management.port, api, this.#log);
    publishManagement(dataPath, { address: management.address, port: this.#server.port });
    return this.#server.port;
  }

  /** Does what is due at `nowMs` (monotonic). Never throws for a fault of disk or file. */
  tick(nowMs: number): void {
    this.#nowMs = nowMs;
    // With those who follow the spool: a commit costs as much as some ten records.
    if (this.#isDue('drain', SECOND_MS) || this.drain.isDue) this.#drainRings();
    this.#followers.tick(nowMs);
    this.deployment.tick(nowMs);
    if (this.#hosts.tick(nowMs)) this.#outward.publish(this.configuration.snapshot);
    if (this.#isDue('flush', FLUSH_PERIOD_MS)) this.#flush();
    if (this.#isDue('rate', SECOND_MS)) this.rate.note(nowMs, this.view.sum('callsBegun'));
    if (this.#isDue('calendars', CALENDARS_PERIOD_MS)) this.#renewCalendars();
    this.drift.tick();
    this.jobs.tick(nowMs);
    if (this.#isDue('free minutes', SECOND_MS)) this.packages.free.look();
    if (this.#isDue('packages', PACKAGES_PERIOD_MS)) void this.packages.look();
    if (this.#isDue('recount', RECOUNT_PERIOD_MS)) this.#recount();
    if (this.#isDue('black list', SECOND_MS)) this.#keepBlackList();
    if (this.#isDue('trim', SECOND_MS)) this.#tried('CDRs cannot be trimmed', () => trimSpool(this, this.#wallNow()));
  }

  /** What main has to say. `stop` is not for here: await `stop()`. */
  hear(message: Exclude<ToControl, { kind: 'stop' | 'crash' }>): void {
    switch (message.kind) {
      case 'applied':
        this.deployment.applied(message.shard, message.version);
        return;
      case 'shardRestarted':
        this.shardRestarts[message.shard] = (this.shardRestarts[message.shard] ?? 0) + 1;
        this.deployment.restarted(message.shard);
        return;
      case 'askLrn':
        this.lrn.ask(message, (answer) => this.#outward.lrnAnswered(message.shard, message.id, answer));
        return;
      case 'edge':
        this.edge = message.numbers;
        return;
      case 'draining':
        this.isDraining = true;
        return;
    }
  }

  /**
   * Makes a network the one in force and waits, at most a second, until every shard has it. Rejects as
   * `Configuration.apply` throws.
   */
  apply(request: Omit<ApplyRequest, 'atWallMs'>): Promise<DeployedOutcome> {
    const { author, note } = request;
    return this.#deploy({ author, note, what: 'network applied' }, (atWallMs) =>
      this.configuration.apply({ ...request, atWallMs }),
    );
  }

  /** Sets parameters and waits as `apply` does. Rejects as `Configuration.setParameters` throws. */
  setParameters(request: Omit<ParameterRequest, 'atWallMs'>): Promise<DeployedParameters> {
    const { author, note } = request;
    return this.#deploy({ author, note, what: 'parameters set' }, (atWallMs) =>
      this.configuration.setParameters({ ...request, atWallMs }),
    );
  }

  /** Brings back what `version` had and waits as `apply` does. Rejects as `Configuration.rollback` throws. */
  rollback(
    version: number,
    told: { readonly author: string; readonly note: string },
  ): Promise<ChangeOutcome & Deployed> {
    const note = told.note === '' ? `back to version ${version}` : told.note;
    return this.#deploy({ author: told.author, note, what: 'earlier version brought back' }, (atWallMs) =>
      this.configuration.rollback(version, { author: told.author, note, atWallMs }),
    );
  }

  async #install(table: ImportedTable, { author, note }: { author: string; note: string }): Promise<number> {
    const { version } = await this.#deploy({ author, note, what: 'table imported' }, (atWallMs) =>
      this.configuration.importTable(table, { author, note, atWallMs }),
    );
    return version;
  }

  async #deploy<Outcome extends { readonly version: number }>(
    told: { readonly author: string; readonly note: string; readonly what: string },
    change: (atWallMs: number) => Outcome,
  ): Promise<Outcome & Deployed> {
    const before = this.configuration.snapshot.version;
    const outcome = change(this.#wallNow());
    const { version } = outcome;
    if (version === before) return { ...outcome, isEverywhere: this.deployment.isEverywhere(before) };
    this.#log.info({ version, author: told.author, note: told.note }, told.what);
    this.#hosts.watch();
    this.accounts.open(this.configuration.snapshot);
    this.packages.free.look();
    // In force it is here, whether the disk takes it or not: the shards are never left behind.
    await this.stores.flush().finally(() => this.#outward.publish(this.configuration.snapshot));
    const isEverywhere = await this.deployment.whenEverywhere(version, this.#nowMs + DEPLOY_TIMEOUT_MS);
    return { ...outcome, isEverywhere };
  }

  /** A crash drill. */
  killShard(shard: number): void {
    this.#log.warn({ shard }, 'shard ended by an operator');
    this.#outward.killShard(shard);
  }

  /** Whether it takes new calls: every shard has its tables, and nobody has asked it to stop. */
  isReady(): boolean {
    return !this.isDraining && this.deployment.isReady();
  }

  /** The monotonic clock of the latest tick. */
  get nowMs(): number {
    return this.#nowMs;
  }

  wallNow(): number {
    return this.#wallNow();
  }

  /** Takes the last CDRs, brings the sinks up to date, closes everything. */
  async stop(): Promise<void> {
    this.deployment.close();
    await this.#server?.close();
    await Promise.all([this.jobs.stop(), this.reratings.stop(), this.packages.stop()]);
    while (this.#drainRings() > 0);
    while (this.#followers.follow() > 0);
    this.#keepBlackList();
    tellLeftBehind(this.view, this.#log);
    await Promise.all(this.sinks.map((sink) => sink.finish()));
    await this.drain.tell(this.stores.flush);
    removeSpentJournals(this.options.journalsPath, (shard) => this.drain.toldOf(shard));
    await this.stores.close();
    releaseDataDirectory(this.options.dataPath);
  }

  /** Closes what is open: after a fault, so that a successor can begin. */
  async abandon(): Promise<void> {
    const { jobs, reratings, packages, sinks } = this;
    this.deployment.close();
    await this.#server?.close();
    await Promise.all([jobs.stop(), reratings.stop(), packages.stop(), ...sinks.map((sink) => sink.abandon())]);
    await this.stores.close();
  }

  #drainRings(): number {
    try {
      const frameCount = this.drain.drain();
      tellStoreIsFull(this.options.memory.shards, false);
      return frameCount;
    } catch (error) {
      this.#dueAtMs.delete('drain');
      tellStoreIsFull(this.options.memory.shards, true);
      // The frames stay in their rings; shards hold back and then refuse calls rather than lose a record.
      this.drainFailureCount++;
      if (this.#isDue('drain failure', SECOND_MS)) this.#log.error({ why: sentenceOf(error) }, 'CDRs cannot be stored');
      return 0;
    }
  }

  #keepBlackList(): void {
    this.#tried('the blacklist cannot be kept', () => this.blackList.keep(this.#wallNow()));
  }

  /** What `action` answers; null when a fault of the disk has stopped it, which the next tick may not meet. */
  #tried<T>(sentence: string, action: () => T): T | null {
    try {
      return action();
    } catch (error) {
      if (this.#isDue(sentence, SECOND_MS)) this.#log.error({ why: sentenceOf(error) }, sentence);
      return null;
    }
  }

  #sinkSurroundings(records: UnpackedSpool): SinkSurroundings {
    const { dataPath, node } = this.options;
    const { spool, flush } = this.stores;
    return {
      spool,
      records,
      flush,
      log: this.#log,
      node,
      dataPath,
      parameters: () => this.configuration.snapshot.parameters,
    };
  }

  #flush(): void {
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    this.drain
      .tell(this.stores.flush)
      .catch((error: unknown) => this.#log.error({ why: sentenceOf(error) }, 'the store cannot be flushed to disk'))
      .finally(() => {
        this.#isFlushing = false;
      });
  }

  /** Shards know the next year of every calendar: once a day they are given a day more. */
  #renewCalendars(): void {
    if (!this.configuration.renewCalendars(this.#wallNow())) return;
    this.#log.info({ version: this.configuration.snapshot.version }, 'calendars renewed');
    this.#outward.publish(this.configuration.snapshot);
  }

  #recount(): void {
    this.lowBalances.look();
    this.drift.begin(limitedPlaces(this.configuration, this.view.admission));
    for (const [place, calls] of this.drift.drifting()) this.#log.error({ place, calls }, 'a limit counter drifted');
  }

  #isDue(what: string, periodMs: number): boolean {
    const dueAtMs = this.#dueAtMs.get(what) ?? Number.NEGATIVE_INFINITY;
    if (this.#nowMs < dueAtMs) return false;
    this.#dueAtMs.set(what, this.#nowMs + periodMs);
    return true;
  }
}
