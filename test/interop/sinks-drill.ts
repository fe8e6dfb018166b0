// The drill of the sinks: calls at a constant rate through a switch of its own process. Its stores (PostgreSQL,
// MariaDB, JetStream, a webhook, a folder of files) all go away for a while; it is killed with SIGKILL meanwhile, and
// again when they come back. In the end each store has to have every answered call, once.

import { setTimeout as sleep } from 'node:timers/promises';
import { bookFaults, drillNetwork, PAID } from '../hosts/drill-books.ts';
import type { DrillCaller, DrillLoad, DrillStory } from '../hosts/drill-caller.ts';
import { drillPeers } from '../hosts/drill-peers.ts';
import { until } from '../hosts/eventually.ts';
import type { Scope } from '../hosts/scope.ts';
import { JSON_LINES, SwitchProcess } from '../hosts/switch-process.ts';
import { countRows, type DrillTruth, type RowCounts, rowFaults } from './drill-rows.ts';
import { csvStore, type DrillStore, serverStores, webhookStore } from './drill-stores.ts';
import { type SinkSight, SinksWatch } from './sinks-watch.ts';
import { type StoredCall, storedCall } from './stored-calls.ts';

/** Size of a drill. */
export interface SinksPlan extends DrillLoad {
  readonly shards: number;
  /** How long each store is away. */
  readonly downMs: number;
}

/** What came of one sink. */
export interface SinkOutcome extends SinkSight, RowCounts {
  readonly name: string;
  /** How long its store was away; 0 of the one that never was. */
  readonly downMs: number;
}

/** What came of a drill. */
export interface SinksReport {
  readonly offeredCount: number;
  /** As the caller heard it. */
  readonly answeredCount: number;
  /** How the others ended, by status; 0: no answer, as when they were in set-up at a kill. */
  readonly others: Readonly<Record<number, number>>;
  readonly spooledCount: number;
  readonly sinks: readonly SinkOutcome[];
  /** What is wrong, a sentence each; empty when all is well. */
  readonly faults: readonly string[];
}

/** They go one after the other, and all are away when the switch is killed. */
const NEXT_MS = 500;
/** Until every sink has written something. */
const FLOW_PATIENCE_MS = 30_000;
/** The longest pause of a sink that fails is 30 s; the rest is for the backlog. */
const CATCH_UP_PATIENCE_MS = 90_000;
const END_PATIENCE_MS = 60_000;
const FAULTS_TOLD_MAX = 20;

/** Runs one; what it opens ends with `scope`. */
export async function runSinksDrill(scope: Scope, plan: SinksPlan): Promise<SinksReport> {
  const drill = await SinksDrill.open(scope, plan);
  await drill.sendAway();
  return drill.end();
}

/** One that is under way. */
class SinksDrill {
  readonly #scope: Scope;
  readonly #plan: SinksPlan;
  readonly #caller: DrillCaller;
  readonly #stores: readonly DrillStore[];
  readonly #watch: SinksWatch;
  readonly #faults: string[] = [];
  #tandem: SwitchProcess;

  private constructor(
    scope: Scope,
    plan: SinksPlan,
    { caller, stores, tandem }: { caller: DrillCaller; stores: readonly DrillStore[]; tandem: SwitchProcess },
  ) {
    this.#scope = scope;
    this.#plan = plan;
    this.#caller = caller;
    this.#stores = stores;
    this.#tandem = tandem;
    this.#watch = new SinksWatch(() => this.#tandem.management.status());
  }

  /** All is up, calls are under way, and each sink has written some. */
  static async open(scope: Scope, plan: SinksPlan): Promise<SinksDrill> {
    const { caller, vendor } = await drillPeers(scope);
    const stores = [...(await serverStores(scope)), await webhookStore(scope), csvStore()];
    const network = drillNetwork([caller.peer.place.address], vendor);
    const sinks = stores.map(({ settings }) => settings);
    const tandem = await SwitchProcess.start(scope, plan.shards, network, { sinks });
    await tandem.tandem('pay', 'acme', String(PAID), '--memo', 'in advance');
    const drill = new SinksDrill(scope, plan, { caller, stores, tandem });
    caller.begin(tandem.sip, plan);
    await drill.#flow();
    return drill;
  }

  /**
   * Every store is away for its time. The switch is killed in the middle of it, and again when the first of them is
   * back and has begun to be given what it lacks.
   */
  async sendAway(): Promise<void> {
    this.#watch.begin();
    const folders = this.#stores.filter(({ settings }) => settings.kind === 'file');
    const others = this.#stores.filter((store) => !folders.includes(store));
    const killing = async (): Promise<void> => {
      await sleep(others.length * NEXT_MS + this.#plan.downMs / 2);
      await this.#tandem.kill();
      for (const folder of folders) await folder.goAway();
      await this.#startAgain();
      const away = folders.map((folder) => this.#bringBack(folder));
      await this.#expect('a sink whose store is back is at work', CATCH_UP_PATIENCE_MS, () => this.#watch.isAnyAtWork);
      await this.#tandem.kill();
      await this.#startAgain();
      await Promise.all(away);
    };
    const goings = others.map((store, at) => sleep(at * NEXT_MS).then(() => this.#interrupt(store)));
    await Promise.all([...goings, killing()]);
    await this.#expect('every sink has caught up, with calls under way', CATCH_UP_PATIENCE_MS, () =>
      this.#stores.every(({ name }) => this.#watch.sight(name).caughtUpMs !== null),
    );
  }

  /** No more calls; what is where. */
  async end(): Promise<SinksReport> {
    const stories = await this.#caller.end(this.#plan.holdMs + END_PATIENCE_MS);
    const { management } = this.#tandem;
    await this.#expect('no call lives, and no limit holds one', END_PATIENCE_MS, async () => {
      await management.atRest();
      return true;
    });
    await this.#expect('every sink has all', CATCH_UP_PATIENCE_MS, async () => {
      const { cdr } = await management.status();
      return cdr.sinks.every(({ backlog }) => backlog === 0);
    });
    await this.#watch.end();
    this.#faults.push(...(await bookFaults(this.#tandem, () => this.#tandem.cdrsOnDisk())));
    const spooled = await management.cdrs();
    await this.#tandem.stop((line) => line.includes('CDR sink failed'));
    const answered = new Set(stories.filter(({ status }) => status === 200).map(({ callId }) => callId));
    const sinks = await this.#outcomes({ answered, spooled: new Set(spooled.map(({ id }) => id)) });
    return {
      offeredCount: stories.length,
      answeredCount: answered.size,
      others: countByStatus(stories.filter(({ status }) => status !== 200)),
      spooledCount: spooled.length,
      sinks,
      faults: this.#faults.slice(0, FAULTS_TOLD_MAX),
    };
  }

  async #flow(): Promise<void> {
    const { management } = this.#tandem;
    const { callsPerSecond } = this.#plan;
    const hasFlowed = async (): Promise<boolean> => {
      const { spooled, sinks } = (await management.status()).cdr;
      return spooled > callsPerSecond && sinks.every(({ backlog }) => backlog < spooled / 2);
    };
    await until('every sink writes', hasFlowed, FLOW_PATIENCE_MS);
  }

  async #startAgain(): Promise<void> {
    this.#tandem = await this.#tandem.again(this.#scope, this.#plan.shards);
  }

  async #interrupt(store: DrillStore): Promise<void> {
    await store.goAway();
    await this.#bringBack(store);
  }

  async #bringBack(store: DrillStore): Promise<void> {
    await sleep(this.#plan.downMs);
    if (this.#watch.isBehind(store.name, JSON_LINES) === false) {
      this.#faults.push(`${store.name} was away, and ${JSON_LINES} lacked as much as it did`);
    }
    await store.comeBack();
    this.#watch.returned(store.name);
  }

  /** What does not come true in time is a fault, and the drill goes on. */
  async #expect(what: string, patienceMs: number, isSo: () => boolean | Promise<boolean>): Promise<void> {
    await until(what, isSo, patienceMs).catch((error: unknown) => void this.#faults.push(String(error)));
  }

  /** Those of the stores that were away, then the one that never was. */
  async #outcomes(truth: DrillTruth): Promise<SinkOutcome[]> {
    const outcomes: SinkOutcome[] = [];
    const { downMs } = this.#plan;
    for (const { name, calls } of this.#stores) {
      outcomes.push(this.#outcome({ name, downMs }, await calls(), truth));
      if (!this.#watch.sight(name).hasFailed) this.#faults.push(`${name} was away, and nobody was told`);
    }
    const steady = this.#outcome({ name: JSON_LINES, downMs: 0 }, this.#tandem.cdrsOnDisk().map(storedCall), truth);
    return [...outcomes, steady];
  }

  #outcome(sink: Pick<SinkOutcome, 'name' | 'downMs'>, calls: readonly StoredCall[], truth: DrillTruth): SinkOutcome {
    this.#faults.push(...rowFaults(sink.name, calls, truth));
    return { ...sink, ...countRows(calls), ...this.#watch.sight(sink.name) };
  }
}

function countByStatus(stories: readonly DrillStory[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const { status } of stories) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}
