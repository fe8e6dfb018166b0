// A running switch as its operator sees it: API and metrics over HTTP.

import assert from 'node:assert/strict';
import { SwitchClient } from '../../src/cli/switch-client.ts';
import type { SwitchStatus } from '../../src/control/api/status.ts';
import type { Cdr } from '../../src/core/cdr/cdr.ts';
import { readLocalToken } from '../../src/store/data-directory.ts';
import { eventually, until } from './eventually.ts';
import { parseMetrics, type Samples } from './samples.ts';

/** CDRs asked for at once. */
const CDRS_PAGE = 10_000;

/** The management of one switch. */
export class Management {
  readonly #base: string;
  readonly #client: SwitchClient;

  /** `directory`: where the switch keeps its records, and the token. */
  constructor(directory: string, port: number) {
    this.#base = `http://127.0.0.1:${port}`;
    this.#client = new SwitchClient(this.#base, readLocalToken(directory));
  }

  async status(): Promise<SwitchStatus> {
    return (await this.#client.get('/api/v1/status')) as SwitchStatus;
  }

  /** What the API says at `path`. */
  get(path: string): Promise<unknown> {
    return this.#client.get(path);
  }

  /** Makes `network` the one in force, in every shard. */
  async apply(network: string): Promise<void> {
    const outcome = (await this.#client.post('/api/v1/apply', { name: 'the test' }, network)) as {
      readonly isEverywhere: boolean;
    };
    if (outcome.isEverywhere) return;
    await until('every shard has the network', async () => {
      const { shards, snapshotVersion } = await this.status();
      return shards.every((shard) => shard.snapshotVersion === snapshotVersion);
    });
  }

  /** The calls that live now, some thousands of them at most. */
  async calls(): Promise<Cdr[]> {
    return (await this.#client.get('/api/v1/calls', { limit: String(CDRS_PAGE) })) as Cdr[];
  }

  /** Every CDR so far. */
  async cdrs(): Promise<Cdr[]> {
    const found: Cdr[] = [];
    for (let after = 0; ; ) {
      const page = (await this.#client.get('/api/v1/cdrs', { after: String(after), limit: String(CDRS_PAGE) })) as {
        readonly cdrs: readonly Cdr[];
        readonly after: number;
      };
      if (page.cdrs.length === 0) return found;
      found.push(...page.cdrs);
      after = page.after;
    }
  }

  /** A crash drill, as an operator starts one. */
  async killShard(shard: number): Promise<void> {
    await this.#client.post(`/api/v1/shards/${shard}/kill`, {}, '');
  }

  /** What /metrics says now. */
  async metrics(): Promise<Samples> {
    const response = await fetch(`${this.#base}/metrics`);
    assert.equal(response.status, 200, '/metrics answers whoever reaches it');
    return parseMetrics(await response.text());
  }

  /** Waits until no call lives and no gateway's counter holds one. */
  async atRest(patienceMs?: number): Promise<void> {
    await eventually(
      'no call lives and every limit is back to 0',
      async () => {
        const { calls, gateways, shards } = await this.status();
        assert.equal(calls.active, 0, 'calls of the appliance');
        for (const { name, calls: held } of gateways) assert.equal(held, 0, `calls of ${name}`);
        for (const { shard, calls: alive } of shards) assert.equal(alive, 0, `calls of shard ${shard}`);
        return true;
      },
      patienceMs,
    );
  }
}
