// A shard on the edge's own thread (`shards: 0`): no rings, no wake-ups, one core. The cheapest way on a machine of one
// or two cores; the price is that what would end a worker ends the switch. See src/decisions/0008.

import { setTimeout as delay } from 'node:timers';
import { monotonicMs } from '../clock.ts';
import type { Target } from '../core/base/target.ts';
import type { LrnAnswer } from '../core/call/lrn-dips.ts';
import type { Gate, Wire } from '../core/shard/gate.ts';
import type { PackedSnapshot } from '../core/shard/packed-snapshot.ts';
import type { FromShard, ShardTask } from '../core/shard/shard-task.ts';
import type { Place, Shards, ShardsUser } from '../shards.ts';
import type { FormerLife } from './former-life.ts';
import { type RunnerHost, ShardRunner } from './shard-runner.ts';

/** Longest a timer of the event loop is set for, ms; nearer due times move it. */
const SLEEP_MS_MAX = 1_000;

/** The gate and the shard in one. */
export class InlineShard implements Gate, Shards {
  readonly #wire: Wire;
  readonly #user: ShardsUser;
  readonly #runner: ShardRunner;
  #timer: NodeJS.Timeout | null = null;
  #timerAtMs = Number.POSITIVE_INFINITY;

  constructor(task: ShardTask, wire: Wire, user: ShardsUser, former: FormerLife) {
    this.#wire = wire;
    this.#user = user;
    const host: RunnerHost = {
      isOutlived: false,
      transmit: (text, target) => this.#send(text, target),
      post: (message) => this.#hear(message),
    };
    this.#runner = new ShardRunner(task, host, former);
    user.onBorn(0, this.#runner.inheritance, false);
    this.publish(task.snapshot);
  }

  put(bytes: Buffer, address: string, port: number, listener: number): boolean {
    this.#runner.receive(bytes.toString('latin1'), address, port, listener, monotonicMs());
    return true;
  }

  shardOf(): number {
    return 0;
  }

  /** Whatever is put runs at once: nothing waits here. */
  isBusy(): boolean {
    return false;
  }

  turn(): boolean {
    this.#runner.advance(monotonicMs());
    this.#flush();
    return false;
  }

  publish(snapshot: PackedSnapshot): void {
    this.#runner.command({ kind: 'snapshot', snapshot });
    this.#flush();
  }

  unreachable(places: readonly Place[]): void {
    this.#runner.command({ kind: 'unreachable', places });
    this.#flush();
  }

  lrnAnswered(_shard: number, id: number, answer: LrnAnswer | null): void {
    this.#runner.command({ kind: 'lrnAnswered', id, answer });
    this.#flush();
  }

  /** There is no worker to end. */
  async kill(): Promise<void> {
    await Promise.resolve();
  }

  watch(): void {
    // It runs on the thread that would watch it: control watches that.
  }

  drain(): void {
    this.#runner.command({ kind: 'drain' });
  }

  async stop(keepsCalls: boolean): Promise<void> {
    this.#runner.command({ kind: 'stop', keepsCalls });
    this.#flush();
    this.#runner.close();
    if (this.#timer !== null) clearTimeout(this.#timer);
    await Promise.resolve();
  }

  #flush(): void {
    this.#runner.putOut();
    this.#arm();
  }

  #send(text: string, { address, port, listener }: Target): void {
    const bytes = Buffer.from(text, 'latin1');
    this.#wire.send(bytes, 0, bytes.length, address, port, listener);
  }

  /** The one timer of this host, moved only when something is due before it. */
  #arm(): void {
    const nowMs = monotonicMs();
    const dueMs = Math.min(this.#runner.wakeAtMs(), nowMs + SLEEP_MS_MAX);
    if (this.#timer !== null && this.#timerAtMs <= dueMs) return;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timerAtMs = dueMs;
    this.#timer = delay(() => this.#wake(), Math.max(1, Math.ceil(dueMs - nowMs)));
  }

  #wake(): void {
    this.#timer = null;
    if (this.#runner.isStopped) return;
    // What this was armed for may have happened with a datagram since; then it is only armed again.
    if (this.#runner.wakeAtMs() <= monotonicMs()) this.#user.onPoke();
    else this.#arm();
  }

  #hear(message: FromShard): void {
    if (message.kind === 'applied') this.#user.onApplied(0, message.version);
    else if (message.kind === 'askLrn') this.#user.onAskLrn(0, message.id, message.question, message.timeoutMs);
    else if (message.kind === 'authFailed') this.#user.onAuthFailed(0, message.address, message.user);
    else if (message.kind === 'defect') this.#user.onDefect(0, message.sentence, message.input);
    else if (message.kind === 'trouble') this.#user.onTrouble(0, message.sentence);
  }
}
