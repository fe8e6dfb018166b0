// Another revision of Tandem, built beside this one, so that both run under one generator in one run.

import { execFileSync } from 'node:child_process';
import { existsSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout this program was built in. */
const HERE = fileURLToPath(new URL('../../', import.meta.url));

/** A revision that can be started. */
export interface BuiltRevision {
  /** Its short commit. */
  readonly name: string;
  /** Its command line, compiled. */
  readonly program: string;
}

/**
 * Checks `revision` out into `directory`, which must not exist, as a git worktree, and compiles it against the
 * dependencies of this checkout. Throws what git or the compiler said.
 */
export function buildRevision(revision: string, directory: string): BuiltRevision {
  const name = run('git', ['rev-parse', '--short', '--verify', `${revision}^{commit}`], HERE);
  run('git', ['worktree', 'add', '--detach', directory, name], HERE);
  symlinkSync(join(HERE, 'node_modules'), join(directory, 'node_modules'));
  run(process.execPath, [join('node_modules', 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.json'], directory);
  return { name, program: join(directory, 'dist', 'src', 'cli', 'tandem.js') };
}

/** Takes away what `buildRevision` left in `directory`, be it whole, half made or nothing. */
export function removeRevision(directory: string): void {
  if (!existsSync(directory)) return;
  rmSync(directory, { recursive: true, force: true });
  run('git', ['worktree', 'prune'], HERE);
}

function run(program: string, parts: readonly string[], cwd: string): string {
  try {
    return execFileSync(program, parts, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim();
  } catch (error) {
    const { stdout, stderr } = error as { readonly stdout?: string; readonly stderr?: string };
    throw new Error(`${program} ${parts.join(' ')}: ${stderr || stdout || error}`, { cause: error });
  }
}
