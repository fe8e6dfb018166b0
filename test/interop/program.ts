// A program of somebody else's in a process of its own, with a directory of its own; what it prints is kept.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { until } from '../hosts/eventually.ts';
import type { Scope } from '../hosts/scope.ts';

/** Time to end in order before it is killed, ms. */
const END_PATIENCE_MS = 2_000;

/** Lines of its output told when it fails. */
const TOLD_LINES = 60;

/** One running program. */
export class Program {
  readonly #name: string;
  readonly #child: ChildProcess;
  #output = '';

  private constructor(name: string, child: ChildProcess) {
    this.#name = name;
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (bytes: Buffer) => {
        this.#output += bytes.toString('latin1').replaceAll('\r', '');
      });
    }
  }

  /** Starts `name` in `directory`; it ends with `scope`. */
  static start(scope: Scope, name: string, options: readonly string[], directory: string): Program {
    const child = spawn(name, options, { cwd: directory, env: { ...process.env, HOME: directory } });
    const program = new Program(name, child);
    scope.after(() => program.#stop());
    return program;
  }

  /** What it has printed so far. */
  get output(): string {
    return this.#output;
  }

  /** The end of it, under its name: for the text of a failure. */
  get story(): string {
    return `--- ${this.#name} said:\n${this.#output.split('\n').slice(-TOLD_LINES).join('\n')}`;
  }

  /** Writes to its standard input. */
  write(text: string): void {
    this.#child.stdin?.write(text);
  }

  /** Waits until it printed `text`; fails when it ends before. */
  async said(text: string): Promise<void> {
    await until(`${this.#name} says ${text}`, () => {
      assert.equal(this.#child.exitCode, null, `it ended.\n${this.story}`);
      return this.#output.includes(text);
    });
  }

  async #stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    const killing = setTimeout(() => this.#child.kill('SIGKILL'), END_PATIENCE_MS);
    await exited;
    clearTimeout(killing);
  }
}
