// A whole switch inside the test's process: real sockets, real workers, records in memory, everything on free ports.

import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { embeddedConfig, type SwitchConfig } from '../../src/config.ts';
import { countHeldSlots } from '../../src/control/live-calls.ts';
import { SwitchView } from '../../src/control/switch-view.ts';
import { type RunningSwitch, startSwitch } from '../../src/main.ts';
import { temporaryDirectory } from '../store/temporary-directory.ts';
import { until } from './eventually.ts';
import { Management } from './management.ts';
import type { Place } from './peer.ts';

/** Where the switch listens; peers take other addresses of loopback. */
const ADDRESS = '127.0.0.1';

/** A switch that carries calls. */
export class LiveSwitch {
  readonly running: RunningSwitch;
  readonly management: Management;
  /** Where it takes calls. */
  readonly sip: Place;
  #isStopped = false;

  private constructor(running: RunningSwitch, management: Management) {
    this.running = running;
    this.management = management;
    this.sip = { address: ADDRESS, port: running.sipPorts[0] ?? 0 };
  }

  /** Starts with `network` in force; stopped after the test. */
  static async start(
    context: TestContext,
    shardCount: number,
    network: string,
    settings: Partial<SwitchConfig> = {},
  ): Promise<LiveSwitch> {
    const directory = temporaryDirectory();
    const config = { ...embeddedConfig(directory, ADDRESS, 'test'), shardCount, ...settings };
    const running = await startSwitch(config, { logLevel: 'silent', isDurable: false });
    const live = new LiveSwitch(running, new Management(directory, running.managementPort));
    context.after(() => live.stop());
    await live.allShardsReady();
    await live.management.apply(network);
    return live;
  }

  /** Waits until every shard has a snapshot. */
  async allShardsReady(patienceMs?: number): Promise<void> {
    await until('every shard is ready', async () => (await this.management.status()).isReady, patienceMs);
  }

  /**
   * Kills the worker of `shard` and waits until it has been replaced for the `count`th time and routes again; answers
   * how long that took, ms. `kill`: how, when not by a call.
   */
  async killShard(shard: number, count: number, kill = () => this.running.killShard(shard)): Promise<number> {
    const sinceMs = performance.now();
    await kill();
    await until(`shard ${shard} is replaced`, async () => {
      const found = (await this.management.status()).shards[shard];
      return found !== undefined && found.restarts === count && found.snapshotVersion !== null;
    });
    return performance.now() - sinceMs;
  }

  /** Fails when a limit's counter is not what the live calls hold. For a switch at rest: all of it is 0 then. */
  checkLimits(): void {
    const view = new SwitchView(this.running.memory);
    const held = countHeldSlots(view);
    assert.equal(held.size, 0, 'no live call is left on a board');
    for (let slot = 0; slot < 16; slot++) assert.equal(view.admission.calls(slot), 0, `the counter of slot ${slot}`);
    assert.equal(view.sum('defects'), 0, 'no defect was counted');
  }

  async stop(): Promise<void> {
    if (this.#isStopped) return;
    this.#isStopped = true;
    await this.running.stop();
  }
}
