// tandem start: the switch, until SIGTERM or SIGINT. A second signal does not wait.

import type { SwitchConfig } from '../config.ts';
import { startSwitch } from '../main.ts';
import { counted, EXIT_OK, type Terminal } from './terminal.ts';

/** Runs until it is told to stop. Throws what `startSwitch` throws. */
export async function start(config: SwitchConfig, configFile: string | null, terminal: Terminal): Promise<number> {
  const running = await startSwitch(config);
  if (process.stdout.isTTY && !terminal.isJson) greet(config, configFile, running.managementPort, terminal);
  await new Promise<void>((resolve) => {
    process.once('SIGTERM', () => resolve());
    process.once('SIGINT', () => resolve());
  });
  // Not by process.exit: threads torn down with their sockets open would end in an abort and a core dump.
  const impatience = (): void => void process.kill(process.pid, 'SIGKILL');
  process.once('SIGTERM', impatience);
  process.once('SIGINT', impatience);
  await running.stop();
  return EXIT_OK;
}

function greet(config: SwitchConfig, configFile: string | null, managementPort: number, terminal: Terminal): void {
  const sockets = config.listeners.map(({ address, port, advertisedHost }) =>
    advertisedHost === address
      ? `${place(address, port)}`
      : `${place(address, port)} (advertised as ${advertisedHost})`,
  );
  const shards = counted(config.shardCount, 'shard');
  const management = place(config.management.address, managementPort);
  terminal.say(`Tandem ${config.node} carries SIP over UDP on ${sockets.join(', ')} with ${shards}.`);
  terminal.say(`Records are kept in ${config.dataPath}; management is on http://${management}.`);
  const option = configFile === null ? '' : ` --config ${configFile}`;
  terminal.say(`Next: tandem apply NETWORK.yaml${option}, then tandem status${option}. Ctrl-C stops.`);
}

function place(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}
