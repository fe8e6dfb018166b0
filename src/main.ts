// Starts the switch: control first, for it has the configuration; then the shards; then the sockets. Stops in reverse.

import { randomBytes, randomInt } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Worker } from 'node:worker_threads';
import type { SwitchConfig } from './config.ts';
import { ControlLink, type ControlLinkUser } from './control/control-link.ts';
import { launchControl } from './control/launched-control.ts';
import type { ControlStart } from './control/messages.ts';
import type { Listener } from './core/routing/snapshot.ts';
import { ShardCounters } from './core/shard/counters.ts';
import { type PackedSnapshot, unpackObjects } from './core/shard/packed-snapshot.ts';
import type { Inheritance } from './core/shard/shard-task.ts';
import { allocateSwitchMemory, type SwitchMemory } from './core/shard/shared-memory.ts';
import { Shares } from './core/shard/shares.ts';
import { Edge } from './edge/edge.ts';
import { type ShardBirth, shardTaskOf } from './edge/shard-birth.ts';
import { PrecedenceNotice } from './edge/signal-precedence.ts';
import { UdpListener } from './edge/udp-listener.ts';
import { LateLines } from './late-lines.ts';
import { type Log, type LogLevel, makeLog } from './log.ts';
import { holdNursery, START_OPTIONS } from './nursery.ts';
import { ownVersion } from './own-version.ts';
import type { Shards, ShardsUser } from './shards.ts';
import { claimDataDirectory, releaseDataDirectory } from './store/data-directory.ts';
import { journalFolder } from './store/journal-disk.ts';
import { journalPath, journalsPath, shardCountOf } from './store/journal-places.ts';
import { whyUnmapped } from './store/mapped-file.ts';
import { endWarmUp } from './warm-up.ts';

const load = createRequire(import.meta.url);

/** How often the edge tells control its numbers, ms. */
const EDGE_REPORT_MS = 250;

/** A switch that carries calls. */
export interface RunningSwitch {
  readonly managementPort: number;
  /** Bound SIP ports, in the order of the listeners. */
  readonly sipPorts: readonly number[];
  /** The shared memory, for those who watch (demo, tests). */
  readonly memory: SwitchMemory;
  /** A crash drill: ends the worker of `shard` where it stands. */
  killShard(shard: number): Promise<void>;
  /** A crash drill: control fails as by a defect. */
  crashControl(): void;
  /** From now on new calls are told to go elsewhere, and the switch says that it is not ready. */
  drain(): void;
  /** Calls there are now. */
  callsActive(): number;
  /** Stops. Answered calls live on in the data directory; without one (`isDurable`) every call is ended. */
  stop(): Promise<void>;
}

/** Settings that no start file has. */
export interface StartOptions {
  readonly logLevel?: LogLevel;
  /** False keeps configuration and CDRs in memory only. Default true. */
  readonly isDurable?: boolean;
  /** Whether the process is the switch's own: then it is ended when its main thread stands still. Default false. */
  readonly isWatched?: boolean;
  /** The control thread, where it was launched before. */
  readonly launched?: Worker;
}

/** Starts a switch. Throws TandemErrors: a port in use, a data directory of a newer version ... */
export async function startSwitch(wanted: SwitchConfig, options: StartOptions = {}): Promise<RunningSwitch> {
  const log = makeLog('edge', options.logLevel ?? 'info');
  const lines = new LateLines();
  holdNursery(wanted.shardCount === 0);
  const missing = START_OPTIONS.filter((option) => !process.execArgv.includes(option)).join(' ');
  if (wanted.shardCount === 0 && missing !== '')
    log.info(`node runs without ${missing}: after quiet minutes calls find a slower switch`);
  let shards: Shards | null = null;
  const edge = new Edge({
    onUnreachable: (places) => shards?.unreachable(places),
    onOverload: (isOverloaded) => tellOverload(log, isOverloaded, edge),
    seed: randomInt(2 ** 32),
  });
  try {
    const sockets = await bindAll(wanted, edge);
    const precedence = precedenceNoticeOf(wanted, sockets, log, lines);
    const { config, place } = placeOf(wanted, options.isDurable ?? true, log);
    const memory = allocateSwitchMemory(Math.max(1, config.shardCount));
    const user: ControlLinkUser = {
      onSnapshot: (snapshot) => {
        shards?.publish(snapshot);
        precedence.note(snapshot.parameters.SS_SIP_SIGNAL_TOS);
        edge.newCalls.share(sharesOf(snapshot, memory));
      },
      onLrnAnswered: (shard, id, answer) => shards?.lrnAnswered(shard, id, answer),
      onKillShard: (shard) => void shards?.kill(shard),
      onDied: (error) => log.fatal({ why: String(error) }, 'control died; calls go on, CDRs wait for its successor'),
    };
    const start = controlStartOf(config, sockets, { memory, place, options });
    const opening = ControlLink.open(start, user, options.launched ?? launchControl());
    const [control, early] = await both(opening, earlyShards(config, place));
    precedence.note(control.snapshot.parameters.SS_SIP_SIGNAL_TOS);
    edge.newCalls.share(sharesOf(control.snapshot, memory));
    shards = startShards(config, listenersOf(config, sockets), early, { control, edge, memory, log, lines });
    if (!place.isTemporary) lines.say(() => tellUnmapped(log, config.dataPath));
    return await running({ control, shards, edge, sockets, memory, place, dataPath: config.dataPath });
  } catch (error) {
    edge.close();
    throw error;
  } finally {
    lines.tell();
  }
}

/** Shards that do not know their network yet. */
interface EarlyShards {
  begin(birth: ShardBirth, edge: Edge, user: ShardsUser): Shards;
  abandon(): Promise<void>;
}

/**
 * While control starts, the shards read what an earlier life has left. Of the two kinds of shard only the one that is
 * wanted is loaded. Rejects as a journal throws.
 */
async function earlyShards({ shardCount, durability }: SwitchConfig, { path }: JournalPlace): Promise<EarlyShards> {
  const isStrict = durability === 'strict';
  if (shardCount > 0) {
    const { ShardWorkers } = await import('./edge/shard-workers.ts');
    const paths = Array.from({ length: shardCount }, (_, shard) => journalPath(path, shard));
    const workers = new ShardWorkers(paths, isStrict);
    const { RingGate } = await import('./edge/ring-gate.ts');
    const { ShardPool } = await import('./edge/shard-pool.ts');
    return {
      begin: (birth, edge, user) => {
        edge.open(new RingGate(birth.memory, edge));
        return new ShardPool(birth, user, workers);
      },
      abandon: () => workers.destroy(),
    };
  }
  const { InlineShard } = load('./shard-host/inline-shard.js') as typeof import('./shard-host/inline-shard.ts');
  const { readFormerLife } = load('./shard-host/former-life.js') as typeof import('./shard-host/former-life.ts');
  const former = readFormerLife(journalFolder(journalPath(path, 0)), isStrict);
  return {
    begin: (birth, edge, user) => {
      const inline = new InlineShard(shardTaskOf(0, birth, false), edge, user, former);
      edge.open(inline);
      return inline;
    },
    abandon: async () => await Promise.resolve(former.journal.close()),
  };
}

/** Neither without the other. Rejects as either does. */
async function both(
  opening: Promise<ControlLink>,
  reading: Promise<EarlyShards>,
): Promise<readonly [ControlLink, EarlyShards]> {
  const [control, early] = await Promise.allSettled([opening, reading]);
  if (control.status === 'fulfilled' && early.status === 'fulfilled') return [control.value, early.value];
  if (control.status === 'fulfilled') await control.value.stop();
  if (early.status === 'fulfilled') await early.value.abandon();
  throw control.status === 'rejected' ? control.reason : (early as PromiseRejectedResult).reason;
}

function sharesOf({ mappingGateways, hosts, parameters }: PackedSnapshot, { registration }: SwitchMemory): Shares {
  const { SS_REPLY_UNAUTHORIZED } = parameters;
  return new Shares(unpackObjects(mappingGateways), hosts, registration.bindings, SS_REPLY_UNAUTHORIZED);
}

interface Parts {
  readonly control: ControlLink;
  readonly shards: Shards;
  readonly edge: Edge;
  readonly sockets: readonly UdpListener[];
  readonly memory: SwitchMemory;
  readonly place: JournalPlace;
  readonly dataPath: string;
}

/** Where calls are kept that live on. */
interface JournalPlace {
  readonly path: string;
  /** For this process only: removed when it stops, and its calls end with it. */
  readonly isTemporary: boolean;
}

/**
 * Where the journals are, and with how many shards: calls that live on do so with the number that they began with.
 */
function placeOf(
  config: SwitchConfig,
  isDurable: boolean,
  log: Log,
): { readonly config: SwitchConfig; readonly place: JournalPlace } {
  if (!isDurable) {
    return { config, place: { path: mkdtempSync(join(tmpdir(), 'tandem-calls-')), isTemporary: true } };
  }
  // Commands are not sent to a port on which nobody listens yet, or somebody else.
  claimDataDirectory(config.dataPath, { address: config.management.address, port: 0 });
  const wanted = Math.max(1, config.shardCount);
  const shardCount = shardCountOf(config.dataPath, wanted);
  const place = { path: journalsPath(config.dataPath, shardCount), isTemporary: false };
  if (shardCount === wanted) return { config, place };
  log.warn({ wanted, shardCount }, 'calls live on that began with another number of shards: it is kept for this run');
  return { config: { ...config, shardCount }, place };
}

async function bindAll(config: SwitchConfig, edge: Edge): Promise<UdpListener[]> {
  const sockets: UdpListener[] = [];
  for (const [index, { address, port }] of config.listeners.entries()) {
    const socket = await UdpListener.bind({
      address,
      port,
      onDatagram: (bytes, from, fromPort) => edge.receive(bytes, from, fromPort, index),
      onUnreachable: (to, toPort) => edge.unreachable(to, toPort),
      onReadError: () => edge.readFailed(),
    });
    sockets.push(socket);
    edge.addListener(socket);
  }
  return sockets;
}

function precedenceNoticeOf(
  config: SwitchConfig,
  sockets: readonly UdpListener[],
  log: Log,
  lines: LateLines,
): PrecedenceNotice {
  const places = config.listeners.map(({ address }, index) => ({ address, port: sockets[index]?.port ?? 0 }));
  return new PrecedenceNotice(places, (tos, command) => {
    const byte = `0x${tos.toString(16).padStart(2, '0')}`;
    const sentence = 'Node cannot set the TOS byte of signalling; this command can';
    lines.say(() => log.info({ SS_SIP_SIGNAL_TOS: byte, command }, sentence));
  });
}

function listenersOf(config: SwitchConfig, sockets: readonly UdpListener[]): Listener[] {
  return config.listeners.map(({ advertisedHost, advertisedPort }, index) => {
    return { advertisedHost, advertisedPort: advertisedPort === 0 ? (sockets[index]?.port ?? 0) : advertisedPort };
  });
}

function controlStartOf(
  config: SwitchConfig,
  sockets: readonly UdpListener[],
  { memory, place, options }: Pick<Parts, 'memory' | 'place'> & { readonly options: StartOptions },
): ControlStart {
  const advertised = listenersOf(config, sockets);
  return {
    dataPath: config.dataPath,
    management: config.management,
    listeners: config.listeners.map(({ transport, address }, index) => {
      return { transport, address, port: sockets[index]?.port ?? 0, ...(advertised[index] as Listener) };
    }),
    memory,
    sinks: config.sinks,
    diskShare: config.diskShare,
    keyFile: config.keyFile,
    node: config.node,
    version: ownVersion(),
    startedAtWallMs: Date.now(),
    logLevel: options.logLevel ?? 'info',
    isDurable: options.isDurable ?? true,
    dnsServers: config.dnsServers,
    lrnUrl: config.lrnUrl,
    hosts: [],
    journalsPath: place.path,
    isWatched: options.isWatched ?? false,
  };
}

function startShards(
  config: SwitchConfig,
  listeners: readonly Listener[],
  early: EarlyShards,
  {
    control,
    edge,
    memory,
    log,
    lines,
  }: Pick<Parts, 'control' | 'edge' | 'memory'> & { readonly log: Log; readonly lines: LateLines },
): Shards {
  const user: ShardsUser = {
    onApplied: (shard, version) => control.tell({ kind: 'applied', shard, version }),
    onPoke: () => edge.scheduleTurn(),
    onAskLrn: (shard, id, question, timeoutMs) => control.tell({ kind: 'askLrn', shard, id, question, timeoutMs }),
    onAuthFailed: (_shard, address, user) => log.warn(authFailedLine(address, user)),
    onDefect: (shard, sentence, input) => log.error({ shard, sentence, input }, 'defect: one call lost'),
    onHung: (shard, seconds) => log.error({ shard, seconds }, 'shard stands still: its worker is ended'),
    onDied: (shard, error) => log.error({ shard, why: String(error) }, 'shard died'),
    onBorn: (shard, inheritance, isSuccessor) => {
      if (isSuccessor) control.tell({ kind: 'shardRestarted', shard });
      lines.say(() => tellInheritance(log, shard, inheritance, isSuccessor));
    },
    onTrouble: (shard, why) =>
      log.error({ shard, why }, 'live calls cannot be kept: new ones are refused until they can'),
  };
  const secret = randomBytes(32).toString('hex');
  return early.begin({ node: config.node, listeners, memory, snapshot: control.snapshot, secret }, edge, user);
}

function tellInheritance(log: Log, shard: number, inheritance: Inheritance, isSuccessor: boolean): void {
  const { resumedCount, settledCount, refusedCount } = inheritance;
  const numbers = { shard, resumedCount, settledCount };
  if (isSuccessor) log.warn(numbers, 'shard replaced');
  else if (resumedCount > 0) log.info(numbers, 'calls of before the restart go on');
  if (refusedCount > 0) log.error({ shard, refusedCount }, 'parts of the journal were torn, and are lost');
}

/** Journals are as safe without, and an answer waits for system calls instead of a copy. */
function tellUnmapped(log: Log, dataPath: string): void {
  const why = whyUnmapped(dataPath);
  if (why !== null) log.info({ dataPath, why }, 'journals are not mapped: calls take a little more of the processor');
}

/** Calls are carried; resolves when there is management too. Rejects when that cannot be, and calls live on. */
async function running({ control, shards, edge, sockets, memory, place, dataPath }: Parts): Promise<RunningSwitch> {
  const counters = memory.shards.map((shard) => new ShardCounters(shard.counters));
  const report = (): void => {
    const longestWaitMs = edge.newCalls.look(Math.max(...counters.map((shard) => shard.get('heapUseRatio'))));
    const { isOverloaded } = edge.newCalls;
    control.tell({ kind: 'edge', numbers: { ...edge.counts, isOverloaded, longestWaitMs } });
    shards.watch();
  };
  const reporting = setInterval(report, EDGE_REPORT_MS);
  const endShards = async (): Promise<void> => {
    await shards.stop(!place.isTemporary); // Watched until they have: one that stands still would never stop.
    clearInterval(reporting);
    edge.turn();
    edge.close();
  };
  const managementPort = await control.managementPort.catch(async (error: unknown) => {
    await endShards();
    throw error;
  });
  endWarmUp();
  return {
    managementPort,
    sipPorts: sockets.map(({ port }) => port),
    memory,
    killShard: (shard) => shards.kill(shard),
    crashControl: () => control.crash(),
    drain: () => {
      shards.drain();
      control.drain();
    },
    callsActive: () => counters.reduce((sum, shard) => sum + shard.get('callsActive'), 0),
    stop: async () => {
      await endShards();
      report();
      await control.stop();
      releaseDataDirectory(dataPath);
      if (place.isTemporary) rmSync(place.path, { recursive: true, force: true });
    },
  };
}

/** A line that fail2ban reads (config/fail2ban): what a peer calls itself can put nothing into it. */
function authFailedLine(address: string, user: string): string {
  return `auth failed ip=${address} user=${encodeURIComponent(user.slice(0, 64))}`;
}

function tellOverload(log: Log, isOverloaded: boolean, { newCalls }: Edge): void {
  const { admitted, refused, dropped } = newCalls.counts;
  const numbers = { admitted, refused, dropped };
  if (isOverloaded) log.warn(numbers, 'overload: new calls that wait too long are refused with 503');
  else log.info(numbers, 'overload is over: every new call is let in again');
}
