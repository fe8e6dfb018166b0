// Starts the switch: control first, for it has the configuration; then the shards; then the sockets. Stops in reverse.

import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { SwitchConfig } from './config.ts';
import { ControlLink } from './control/control-link.ts';
import type { ControlStart } from './control/messages.ts';
import type { Listener } from './core/routing/snapshot.ts';
import { ShardCounters } from './core/shard/counters.ts';
import { allocateSwitchMemory, type SwitchMemory } from './core/shard/shared-memory.ts';
import { Shares } from './core/shard/shares.ts';
import { Edge } from './edge/edge.ts';
import { RingGate } from './edge/ring-gate.ts';
import { ShardPool, shardTaskOf } from './edge/shard-pool.ts';
import { PrecedenceNotice } from './edge/signal-precedence.ts';
import { UdpListener } from './edge/udp-listener.ts';
import { type Log, type LogLevel, makeLog } from './log.ts';
import { InlineShard } from './shard-host/inline-shard.ts';
import type { Shards, ShardsUser } from './shards.ts';

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
  stop(): Promise<void>;
}

/** Settings that no start file has. */
export interface StartOptions {
  readonly logLevel?: LogLevel;
  /** False keeps configuration and CDRs in memory only. Default true. */
  readonly isDurable?: boolean;
}

/** Starts a switch. Throws TandemErrors: a port in use, a data directory of a newer version ... */
export async function startSwitch(config: SwitchConfig, options: StartOptions = {}): Promise<RunningSwitch> {
  const log = makeLog('edge', options.logLevel ?? 'info');
  const memory = allocateSwitchMemory(Math.max(1, config.shardCount));
  let shards: Shards | null = null;
  const edge = new Edge({
    onUnreachable: (places) => shards?.unreachable(places),
    onOverload: (isOverloaded) => tellOverload(log, isOverloaded, edge),
    seed: randomInt(2 ** 32),
  });
  const sockets = await bindAll(config, edge);
  const precedence = precedenceNoticeOf(config, sockets, log);
  try {
    const control = await ControlLink.open(controlStartOf(config, sockets, memory, options), {
      onSnapshot: (snapshot) => {
        shards?.publish(snapshot);
        precedence.note(snapshot.parameters.SS_SIP_SIGNAL_TOS);
        edge.newCalls.share(new Shares(snapshot));
      },
      onKillShard: (shard) => void shards?.kill(shard),
      onDied: (error) => log.fatal({ why: String(error) }, 'control died; calls go on, CDRs wait for its successor'),
    });
    precedence.note(control.snapshot.parameters.SS_SIP_SIGNAL_TOS);
    edge.newCalls.share(new Shares(control.snapshot));
    shards = startShards(config, listenersOf(config, sockets), { control, edge, memory, log });
    return running({ control, shards, edge, sockets, memory });
  } catch (error) {
    edge.close();
    throw error;
  }
}

interface Parts {
  readonly control: ControlLink;
  readonly shards: Shards;
  readonly edge: Edge;
  readonly sockets: readonly UdpListener[];
  readonly memory: SwitchMemory;
}

async function bindAll(config: SwitchConfig, edge: Edge): Promise<UdpListener[]> {
  const sockets: UdpListener[] = [];
  for (const [index, { address, port }] of config.listeners.entries()) {
    const socket = await UdpListener.bind({
      address,
      port,
      onDatagram: (bytes, from, fromPort) => edge.receive(bytes, from, fromPort, index),
      onUnreachable: (to, toPort) => edge.unreachable(to, toPort),
    });
    sockets.push(socket);
    edge.addListener(socket);
  }
  return sockets;
}

function precedenceNoticeOf(config: SwitchConfig, sockets: readonly UdpListener[], log: Log): PrecedenceNotice {
  const places = config.listeners.map(({ address }, index) => ({ address, port: sockets[index]?.port ?? 0 }));
  return new PrecedenceNotice(places, (tos, command) => {
    const byte = `0x${tos.toString(16).padStart(2, '0')}`;
    log.info({ SS_SIP_SIGNAL_TOS: byte, command }, 'Node cannot set the TOS byte of signalling; this command can');
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
  memory: SwitchMemory,
  options: StartOptions,
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
    node: config.node,
    version: ownVersion(),
    startedAtWallMs: Date.now(),
    logLevel: options.logLevel ?? 'info',
    isDurable: options.isDurable ?? true,
    dnsServers: config.dnsServers,
    hosts: [],
  };
}

function startShards(
  config: SwitchConfig,
  listeners: readonly Listener[],
  { control, edge, memory, log }: Pick<Parts, 'control' | 'edge' | 'memory'> & { readonly log: Log },
): Shards {
  const user: ShardsUser = {
    onApplied: (shard, version) => control.tell({ kind: 'applied', shard, version }),
    onPoke: () => edge.scheduleTurn(),
    onDefect: (shard, sentence, input) => log.error({ shard, sentence, input }, 'defect: one call lost'),
    onDied: (shard, error) => log.error({ shard, why: String(error) }, 'shard died'),
    onRestarted: (shard, settledCount) => {
      log.warn({ shard, settledCount }, 'shard replaced');
      control.tell({ kind: 'shardRestarted', shard, atWallMs: Date.now() });
    },
  };
  const options = { node: config.node, listeners, memory, snapshot: control.snapshot };
  if (config.shardCount === 0) {
    const inline = new InlineShard(shardTaskOf(0, options, false), edge, user);
    edge.open(inline);
    return inline;
  }
  edge.open(new RingGate(memory, edge));
  return new ShardPool(options, user);
}

function running({ control, shards, edge, sockets, memory }: Parts): RunningSwitch {
  const counters = memory.shards.map((shard) => new ShardCounters(shard.counters));
  const report = (): void => {
    const longestWaitMs = edge.newCalls.look(Math.max(...counters.map((shard) => shard.get('heapUseRatio'))));
    const { isOverloaded } = edge.newCalls;
    control.tell({ kind: 'edge', numbers: { ...edge.counts, isOverloaded, longestWaitMs } });
  };
  const reporting = setInterval(report, EDGE_REPORT_MS);
  return {
    managementPort: control.managementPort,
    sipPorts: sockets.map(({ port }) => port),
    memory,
    killShard: (shard) => shards.kill(shard),
    crashControl: () => control.crash(),
    stop: async () => {
      clearInterval(reporting);
      await shards.stop();
      edge.turn();
      edge.close();
      report();
      await control.stop();
    },
  };
}

function tellOverload(log: Log, isOverloaded: boolean, { newCalls }: Edge): void {
  const { admitted, refused, dropped } = newCalls.counts;
  const numbers = { admitted, refused, dropped };
  if (isOverloaded) log.warn(numbers, 'overload: new calls that wait too long are refused with 503');
  else log.info(numbers, 'overload is over: every new call is let in again');
}

function ownVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
