// How each command runs that reads the start file.

import { createRequire } from 'node:module';
import type { SwitchConfig } from '../config.ts';
import { guarded, processTerminal, type Terminal } from './terminal.ts';

/** Options that every such command has. */
export interface CommonOptions {
  readonly config?: string;
  readonly json?: boolean;
}

/** A command; resolves with the exit code. */
export type Command = (config: SwitchConfig, terminal: Terminal, configFile: string | null) => Promise<number>;

const load = createRequire(import.meta.url);

/** Runs `command` with the start file that `options` name; what it throws is told. */
export async function run(options: CommonOptions, command: Command): Promise<void> {
  const terminal = processTerminal(options.json ?? false);
  const { findConfigFile, loadConfig } = load('../config.js') as typeof import('../config.ts');
  process.exitCode = await guarded(terminal, () => {
    const configFile = findConfigFile(options.config);
    return command(loadConfig(configFile), terminal, configFile);
  });
}
