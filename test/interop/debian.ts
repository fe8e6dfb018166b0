// Programs that stand on the other side, each from a package of Debian.

import { execFileSync } from 'node:child_process';
import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';

const INSTALL_PATIENCE_MS = 240_000;
const SERVICE_POLICY = '/usr/sbin/policy-rc.d';

/** A program and the package it comes in. */
export interface DebianProgram {
  readonly program: string;
  readonly packageName: string;
}

/**
 * Whether all of `programs` can be run; as root on Debian missing ones are installed. Answers null when they can, else
 * why not. Throws instead where CI is set: there every test counts.
 */
export function whyMissing(programs: readonly DebianProgram[]): string | null {
  const missing = programs.filter(({ program }) => pathOf(program) === null);
  if (missing.length === 0) return null;
  const packages = missing.map(({ packageName }) => packageName);
  const names = missing.map(({ program }) => program);
  let reason = `SKIPPED: not installed: ${names.join(', ')} (Debian: apt-get install ${packages.join(' ')})`;
  if (process.getuid?.() === 0 && existsSync('/usr/bin/apt-get')) {
    try {
      install(packages);
      return null;
    } catch (error) {
      reason += `; installing failed: ${String(error)}`;
    }
  }
  if (process.env['CI'] === 'true') throw new Error(reason);
  return reason;
}

/** The programs are wanted, their services are not: Kamailio's would take port 5060. */
function install(packages: readonly string[]): void {
  const isOurs = !existsSync(SERVICE_POLICY);
  if (isOurs) writeFileSync(SERVICE_POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  try {
    const options = { timeout: INSTALL_PATIENCE_MS, stdio: 'ignore' } as const;
    execFileSync('apt-get', ['install', '-y', '-q', '--no-install-recommends', ...packages], options);
  } finally {
    if (isOurs) rmSync(SERVICE_POLICY);
  }
}

/** Where `program` is found; null when it is not installed. */
export function pathOf(program: string): string | null {
  const folders = (process.env['PATH'] ?? '').split(':');
  return folders.map((folder) => join(folder, program)).find((path) => existsSync(path)) ?? null;
}

/** A test that needs what is `missing`: null when nothing is; else it is skipped, aloud. */
export function testWith(
  missing: string | null,
  name: string,
  body: (context: TestContext) => void | Promise<void>,
): void {
  test(name, async (context) => {
    if (missing === null) return body(context);
    process.stderr.write(`${name}: ${missing}\n`);
    context.skip(missing);
  });
}
