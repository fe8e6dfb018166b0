// The switch under overload: the command line an operator starts, on whatever ground, held down to a share of a core.

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { SwitchStatus } from '../src/control/api/status.ts';
import { START_OPTIONS } from '../src/nursery.ts';
import { findRunningSwitch } from '../src/store/data-directory.ts';
import { type CpuQuota, holdDown } from './cpu-quota.ts';
import type { Ground } from './overload-ground.ts';
import { sampleGroup } from './process-cpu.ts';
import { endGroup, until } from './system-under-test.ts';
import type { Place } from './traffic/traffic-messages.ts';

const TANDEM = fileURLToPath(new URL('../src/cli/tandem.js', import.meta.url));
const START_MS = 20_000;

/** What the switch and its kernel counted since the start. */
export interface SwitchCounts {
  /** INVITEs by verdict: admitted (first, repeated, in a dialog), refused, dropped. */
  readonly admitted: number;
  readonly repeated: number;
  readonly inDialog: number;
  readonly refused: number;
  readonly dropped: number;
  /** Datagrams that found the socket's buffer full. */
  readonly lostAtSocket: number;
}

/** How it is started. */
export interface OverloadSwitchOptions {
  readonly ground: Ground;
  /** An empty directory. */
  readonly directory: string;
  readonly answererPort: number;
  readonly shards: number;
  /** Of one core; 0 leaves it free. */
  readonly coreShare: number;
}

/** One running switch. */
export class OverloadSwitch {
  readonly sip: Place;
  /** Whether the share of a core is enforced. */
  readonly isHeldDown: boolean;
  readonly #options: OverloadSwitchOptions;
  readonly #child: ChildProcess;
  readonly #quota: CpuQuota | null;

  private constructor(options: OverloadSwitchOptions, child: ChildProcess, sip: Place) {
    this.#options = options;
    this.#child = child;
    this.sip = sip;
    this.#quota = options.coreShare === 0 ? null : holdDown(child.pid ?? 0, options.coreShare);
    this.isHeldDown = this.#quota !== null;
  }

  static async start(options: OverloadSwitchOptions): Promise<OverloadSwitch> {
    const { ground, directory } = options;
    const configFile = join(directory, 'tandem.yaml');
    const networkFile = join(directory, 'network.yaml');
    writeFileSync(configFile, startFile(ground.switchAddress, options.shards));
    writeFileSync(networkFile, network(ground.peersAddress, options.answererPort));
    await runAt(ground, [TANDEM, 'apply', networkFile, '--config', configFile]);
    const [command = '', ...words] = [
      ...ground.atSwitch,
      process.execPath,
      ...START_OPTIONS,
      TANDEM,
      'start',
      '--config',
      configFile,
    ];
    const log = openSync(join(directory, 'log'), 'w');
    const child = spawn(command, words, { detached: true, stdio: ['ignore', log, 'inherit'] });
    try {
      const sip = await until('Tandem', START_MS, () => sipPlaceOf(ground, configFile));
      return new OverloadSwitch(options, child, sip);
    } catch (error) {
      await endGroup(child);
      throw error;
    }
  }

  async counts(): Promise<SwitchCounts> {
    const { ground, directory } = this.#options;
    const port = findRunningSwitch(join(directory, 'data'))?.managementPort ?? 0;
    const script = `process.stdout.write(await (await fetch('http://127.0.0.1:${port}/metrics')).text())`;
    const page = await runAt(ground, ['--input-type=module', '-e', script]);
    const sum = (labels: string): number => {
      const lines = page.matchAll(new RegExp(`^tandem_overload_invites_total\\{${labels}[^}]*\\} (\\d+)$`, 'gm'));
      return [...lines].reduce((total, [, value]) => total + Number(value), 0);
    };
    return {
      admitted: sum('verdict="admitted",why="first"'),
      repeated: sum('verdict="admitted",why="repeated"'),
      inDialog: sum('verdict="admitted",why="inDialog"'),
      refused: sum('verdict="refused"'),
      dropped: sum('verdict="dropped"'),
      lostAtSocket: this.#lostAtSocket(),
    };
  }

  /** Processor time used since the start, seconds. */
  cpuSeconds(): number {
    return sampleGroup(this.#child.pid ?? 0).totalMicros / 1_000_000;
  }

  async stop(): Promise<void> {
    this.#quota?.lift();
    await endGroup(this.#child);
  }

  /** The last column of its socket's line in /proc/net/udp. */
  #lostAtSocket(): number {
    const port = this.sip.port.toString(16).toUpperCase().padStart(4, '0');
    const lines = readFileSync(`/proc/${this.#child.pid}/net/udp`, 'latin1').split('\n');
    return Number(
      lines
        .find((line) => line.includes(`:${port} 00000000:`))
        ?.trim()
        .split(/\s+/)
        .at(-1) ?? 0,
    );
  }
}

async function sipPlaceOf(ground: Ground, configFile: string): Promise<Place | null> {
  try {
    const status = JSON.parse(
      await runAt(ground, [TANDEM, 'status', '--json', '--config', configFile]),
    ) as SwitchStatus;
    const [listener] = status.listeners;
    return status.isReady && listener !== undefined ? { address: ground.switchAddress, port: listener.port } : null;
  } catch {
    return null; // Not there yet.
  }
}

async function runAt(ground: Ground, words: readonly string[]): Promise<string> {
  const [command = '', ...rest] = [...ground.atSwitch, process.execPath, ...words];
  return (await promisify(execFile)(command, rest)).stdout;
}

function startFile(address: string, shards: number): string {
  const listener = `{ transport: udp, address: ${address}, port: 0 }`;
  const management = '{ address: 127.0.0.1, port: 0 }';
  return `data: ./data\nshards: ${shards}\nlisteners: [${listener}]\nmanagement: ${management}\n`;
}

function network(peersAddress: string, answererPort: number): string {
  const capacity = 100_000;
  const answerer = { name: 'answerer', prefix: '', remoteIp: peersAddress, signalPort: answererPort, capacity };
  return JSON.stringify({
    accounts: [{ account: 'bench' }],
    mappingGateways: [{ name: 'caller', account: 'bench', remoteIps: [peersAddress], capacity }],
    routingGateways: [answerer],
  });
}
