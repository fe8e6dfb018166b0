// `tandem` as a process of its own, and what it works on.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type ControlFixture, NETWORK, openControl } from '../control/control-fixture.ts';
import { temporaryDirectory } from '../store/temporary-directory.ts';

const TANDEM = fileURLToPath(new URL('../../src/cli/tandem.js', import.meta.url));

/** How a command ended. */
export interface Ended {
  readonly code: number | null;
  readonly out: string;
  readonly error: string;
}

/** Runs `tandem` with `args` in `directory`. */
export async function tandem(directory: string, ...args: string[]): Promise<Ended> {
  const child = spawn(process.execPath, [TANDEM, ...args], { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let error = '';
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString('utf8');
  });
  child.stderr.on('data', (chunk: Buffer) => {
    error += chunk.toString('utf8');
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, out, error };
}

/** Runs `tandem` with `args`, and sends it `signal` once `when` has resolved; answers its code and complaints. */
export async function tandemUntil(
  { signal, when }: { readonly signal: NodeJS.Signals; readonly when: () => Promise<void> },
  directory: string,
  ...args: string[]
): Promise<Omit<Ended, 'out'>> {
  const child = spawn(process.execPath, [TANDEM, ...args], { cwd: directory, stdio: ['ignore', 'ignore', 'pipe'] });
  let error = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    error += chunk.toString('utf8');
  });
  void when().then(() => child.kill(signal));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, error };
}

/** Runs `tandem` with `args`, its output to the file `output`; answers its exit code and what it complained of. */
export async function tandemInto(output: string, directory: string, ...args: string[]): Promise<Omit<Ended, 'out'>> {
  const file = openSync(output, 'w');
  const child = spawn(process.execPath, [TANDEM, ...args], { cwd: directory, stdio: ['ignore', file, 'pipe'] });
  closeSync(file);
  let error = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    error += chunk.toString('utf8');
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, error };
}

/** Runs `tandem` with `args`, whose reader goes away after `readCount` pieces of its output; answers as the above. */
export async function tandemUnread(
  readCount: number,
  directory: string,
  ...args: string[]
): Promise<Omit<Ended, 'out'>> {
  const child = spawn(process.execPath, [TANDEM, ...args], { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] });
  let error = '';
  child.stderr.on('data', (chunk: Buffer) => {
    error += chunk.toString('utf8');
  });
  for (let left = readCount; left > 0; left--) await once(child.stdout, 'data');
  child.stdout.destroy();
  const [code] = (await once(child, 'exit')) as [number | null];
  return { code, error };
}

/** A directory with a start file and a network file. */
export function place(): string {
  const directory = temporaryDirectory();
  writeFileSync(
    join(directory, 'tandem.yaml'),
    'data: data\nshards: 1\nlisteners: [{ address: 127.0.0.1, port: 0 }]\nmanagement: { port: 0 }\n',
  );
  writeFileSync(join(directory, 'net.yaml'), NETWORK);
  return directory;
}

/** A running switch, as far as the command line can tell. */
export async function running(context: TestContext, directory: string): Promise<ControlFixture> {
  const fixture = openControl(join(directory, 'data'));
  await fixture.control.start();
  context.after(() => fixture.control.stop());
  return fixture;
}
