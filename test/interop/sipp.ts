// SIPp (Debian: sip-tester) as the other side: a caller or an answerer in a process of its own, run by a scenario.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../hosts/eventually.ts';
import type { Place } from '../hosts/peer.ts';
import type { Scope } from '../hosts/scope.ts';
import { temporaryDirectory } from '../store/temporary-directory.ts';
import { pathOf, whyMissing } from './debian.ts';

const SCENARIOS = join(process.cwd(), 'test', 'interop', 'scenarios');

/** Ends a SIPp whose peer never comes. */
const LIFE_SECONDS = 60;

/** Kernel buffers, and calls at a time: SIPp must not be the bottleneck of a load. */
const BUFFER_BYTES = 4 * 1024 * 1024;
const CALLS_AT_A_TIME = 16_000;

/** Lines of SIPp's own errors told when it fails. */
const ERROR_LINES = 30;

/** How SIPp is run. */
export interface SippPlan {
  /** File in test/interop/scenarios, without `.xml`. */
  readonly scenario: string;
  readonly at: Place;
  /** Calls after which it ends. */
  readonly calls: number;
  /** Where a caller calls, what it dials, how fast (calls a second). An answerer has none. */
  readonly dial?: { readonly to: Place; readonly callee: string; readonly perSecond: number };
  /** What `<pause/>` takes, ms. */
  readonly pauseMs?: number;
  readonly lifeSeconds?: number;
  /** Whether it notes the response time 1 of every call, where its scenario has one. */
  readonly isTimed?: boolean;
}

/** Why SIPp cannot be run; null when it can: whyMissing. */
export function whySippIsMissing(): string | null {
  return whyMissing([{ program: 'sipp', packageName: 'sip-tester' }]);
}

/** A UDP port of `address` that is free just now. */
export async function freePlace(address: string): Promise<Place> {
  const socket = createSocket('udp4');
  socket.bind({ address, port: 0, exclusive: true });
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return { address, port };
}

/** A SIPp that runs. */
export interface RunningSipp {
  /** Resolves when all its calls went as the scenario says; rejects, with what SIPp says, when one did not. */
  readonly finished: Promise<void>;
  /** Response times that it noted, ms; to be asked when it has finished. */
  responseTimesMs(): number[];
}

/**
 * Starts SIPp; an answerer is bound when this resolves. It is killed after `context` if it still runs. Its process has
 * a name of its own: who stops SIPps by their name does not mean the tests' ones.
 */
export async function startSipp(context: Scope, plan: SippPlan): Promise<RunningSipp> {
  const directory = temporaryDirectory();
  const errorFile = join(directory, 'errors.log');
  const screen = openSync(join(directory, 'screen.log'), 'w');
  const program = join(directory, 'call-peer');
  symlinkSync(pathOf('sipp') ?? 'sipp', program);
  const child = spawn(program, argumentsOf(plan, errorFile), { cwd: directory, stdio: ['ignore', screen, screen] });
  closeSync(screen);
  context.after(() => void child.kill('SIGKILL'));
  const exited = once(child, 'exit') as Promise<[number | null, string | null]>;
  const finished = exited.then(([code, signal]) => {
    assert.deepEqual([code, signal], [0, null], `SIPp ${plan.scenario} failed:\n${tailOf(directory, errorFile)}`);
    // Told to stop by somebody it ends with 0 as well.
    assert.equal(successCount(directory), plan.calls, `calls that SIPp ${plan.scenario} counts as successful`);
  });
  // Whoever awaits it hears the failure; until then it is no unhandled one.
  finished.catch(() => undefined);
  if (plan.dial === undefined) {
    await until(`SIPp ${plan.scenario} listens`, () => {
      assert.equal(child.exitCode, null, tailOf(directory, errorFile));
      return isBound(plan.at);
    });
  }
  return { finished, responseTimesMs: () => responseTimesIn(directory) };
}

/** Lines `date;response_time;name` of its file of response times. */
function responseTimesIn(directory: string): number[] {
  const file = readdirSync(directory).find((name) => name.endsWith('_rtt.csv'));
  assert.ok(file !== undefined, 'SIPp noted response times');
  const lines = readFileSync(join(directory, file), 'latin1').trim().split('\n').slice(1);
  return lines.map((line) => Number(line.split(';')[1]));
}

function argumentsOf(plan: SippPlan, errorFile: string): string[] {
  const { scenario, at, calls, dial, pauseMs, lifeSeconds, isTimed } = plan;
  const options: Record<string, string | number> = {
    '-sf': join(SCENARIOS, `${scenario}.xml`),
    '-i': at.address,
    '-p': at.port,
    '-m': calls,
    '-l': CALLS_AT_A_TIME,
    '-d': pauseMs ?? 0,
    '-timeout': `${lifeSeconds ?? LIFE_SECONDS}s`,
    '-error_file': errorFile,
    '-buff_size': BUFFER_BYTES,
    ...(dial === undefined ? {} : { '-s': dial.callee, '-r': dial.perSecond }),
  };
  const named = Object.entries(options).flatMap(([name, value]) => [name, String(value)]);
  const target = dial === undefined ? [] : [`${dial.to.address}:${dial.to.port}`];
  // Calls come one by one, and not as many as are due every 10 ms.
  const timed = isTimed === true ? ['-trace_rtt', '-rtt_freq', '1', '-timer_resol', '1'] : [];
  return [...target, ...named, ...timed, '-nostdin', '-timeout_error', '-trace_err'];
}

/** The total in the last screen it printed. */
function successCount(directory: string): number {
  const screens = readFileSync(join(directory, 'screen.log'), 'latin1');
  const rows = [...screens.matchAll(/Successful call\s*\|\s*\d+\s*\|\s*(\d+)/g)];
  return Number(rows.at(-1)?.[1] ?? 0);
}

function tailOf(directory: string, errorFile: string): string {
  for (const file of [errorFile, join(directory, 'screen.log')]) {
    const lines = existsSync(file) ? readFileSync(file, 'latin1').trim().split('\n') : [];
    if (lines.length > 1) return lines.slice(0, ERROR_LINES).join('\n');
  }
  return '(it said nothing)';
}

/** Whether somebody listens there, by the kernel's own table: addresses are hexadecimal, lowest byte first. */
function isBound({ address, port }: Place): boolean {
  const bytes = address.split('.').reverse();
  const hex = (value: string | number, digits: number): string =>
    Number(value).toString(16).toUpperCase().padStart(digits, '0');
  const local = `${bytes.map((byte) => hex(byte, 2)).join('')}:${hex(port, 4)}`;
  return readFileSync('/proc/net/udp', 'latin1').includes(` ${local} `);
}
