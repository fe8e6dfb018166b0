// tandem start: the switch, until SIGTERM, SIGINT or SIGHUP, which says that its terminal is gone. Then no new calls,
// until those there are have ended or the time for that is over, or a second signal comes; a third does not wait at
// all. Answered calls live on in any case.

import { url as debuggerUrl } from 'node:inspector';
import { setTimeout } from 'node:timers/promises';
import type { Worker } from 'node:worker_threads';
import type { ListenerConfig, SwitchConfig } from '../config.ts';
import { placeText } from '../core/base/ip-address.ts';
import { makeLog } from '../log.ts';
import { type RunningSwitch, startSwitch } from '../main.ts';
import { EXIT_OK, type Terminal, toldShards } from './terminal.ts';

/** How often it is looked whether calls are left, ms. */
const DRAIN_LOOK_MS = 20;

/** Runs until it is told to stop; `launched`: its control thread. Throws what `startSwitch` throws. */
export async function start(
  config: SwitchConfig,
  configFile: string | null,
  terminal: Terminal,
  launched: Worker,
): Promise<number> {
  // Calls are carried before all of it has begun: who stops it then stops it in order.
  const signals = stopSignals();
  // A debugger may hold it as long as it likes.
  const running = await startSwitch(config, { launched, isWatched: debuggerUrl() === undefined });
  const { managementPort, sipPorts } = running;
  const log = makeLog('start', 'info');
  if (process.stdout.isTTY && !terminal.isJson) greet(config, configFile, running, terminal);
  else log.info({ node: config.node, sipPorts, managementPort, dataPath: config.dataPath }, 'calls are carried');
  await signals.first;
  log.info({ calls: running.callsActive(), drainSeconds: config.drainSeconds }, 'no new calls: told to stop');
  await drained(running, config.drainSeconds * 1000, signals.isHurried);
  await running.stop();
  log.info('stopped');
  return EXIT_OK;
}

const STOP_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/** What they say: the first one to stop, a second not to wait for calls, a third to end at once. */
function stopSignals(): { readonly first: Promise<void>; readonly isHurried: () => boolean } {
  let count = 0;
  const first = new Promise<void>((resolve) => {
    const heard = (): void => {
      count += 1;
      resolve();
      // Not by process.exit: threads torn down with their sockets open would end in an abort and a core dump.
      if (count > 2) process.kill(process.pid, 'SIGKILL');
    };
    for (const signal of STOP_SIGNALS) process.on(signal, heard);
  });
  return { first, isHurried: () => count > 1 };
}

/** Resolves when no call is left, after `forMs`, or when `isHurried`. */
async function drained(running: RunningSwitch, forMs: number, isHurried: () => boolean): Promise<void> {
  running.drain();
  const endMs = performance.now() + forMs;
  while (!isHurried() && running.callsActive() > 0 && performance.now() < endMs) await setTimeout(DRAIN_LOOK_MS);
}

function greet(
  config: SwitchConfig,
  configFile: string | null,
  { managementPort, sipPorts }: Pick<RunningSwitch, 'managementPort' | 'sipPorts'>,
  terminal: Terminal,
): void {
  const sockets = config.listeners.map((listener, index) => placeOf(listener, sipPorts[index] ?? listener.port));
  const shards = toldShards(config.shardCount);
  const management = placeText(config.management.address, managementPort);
  terminal.say(`Tandem ${config.node} carries SIP over UDP on ${sockets.join(', ')} with ${shards}.`);
  terminal.say(`Records are kept in ${config.dataPath}; management is on http://${management}.`);
  const option = configFile === null ? '' : ` --config ${configFile}`;
  terminal.say(`Next: tandem apply NETWORK.yaml${option}, then tandem status${option}. Ctrl-C stops.`);
}

/** Where a listener is bound, and what peers are told instead. */
export function placeOf({ address, advertisedHost, advertisedPort }: ListenerConfig, boundPort: number): string {
  const bound = placeText(address, boundPort);
  const advertised = placeText(advertisedHost, advertisedPort === 0 ? boundPort : advertisedPort);
  return advertised === bound ? bound : `${bound} (advertised as ${advertised})`;
}
