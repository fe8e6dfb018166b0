// The control thread fails as by a defect: a successor takes over on the same records and the same port.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { Worker } from 'node:worker_threads';
import { embeddedConfig } from '../../src/config.ts';
import { launchControl } from '../../src/control/launched-control.ts';
import { type RunningSwitch, startSwitch } from '../../src/main.ts';
import type { SinkSettings } from '../../src/sink-settings.ts';
import { readLocalToken } from '../../src/store/data-directory.ts';
import { SilentServer } from '../control/silent-server.ts';
import { temporaryDirectory } from '../store/temporary-directory.ts';
import { eventually, PATIENCE_MS, until } from './eventually.ts';
import { Management } from './management.ts';

const ADDRESS = '127.0.0.1';

/** A port below those the kernel hands out, so that no passing connection keeps the successor from it. */
async function steadyPort(): Promise<number> {
  for (let port = 20_000 + (process.pid % 5_000); ; port++) {
    const isFree = await new Promise<boolean>((resolve) => {
      const probe = createServer();
      probe.once('error', () => resolve(false));
      probe.listen(port, ADDRESS, () => probe.close(() => resolve(true)));
    });
    if (isFree) return port;
  }
}

async function durableSwitch(
  context: TestContext,
  directory: string,
  sinks: readonly SinkSettings[] = [],
): Promise<RunningSwitch> {
  const running = await startDurable(directory, { sinks });
  context.after(() => running.stop());
  return running;
}

/** Control is `launched`. */
async function startDurable(
  directory: string,
  { sinks = [], launched = launchControl() }: { readonly sinks?: readonly SinkSettings[]; readonly launched?: Worker },
): Promise<RunningSwitch> {
  const config = embeddedConfig(directory, ADDRESS, 'test');
  const management = { address: ADDRESS, port: await steadyPort() };
  return await startSwitch({ ...config, management, sinks }, { logLevel: 'silent', launched });
}

test('control fails: a successor answers on its port and every shard routes by what was in force', async (context) => {
  const directory = temporaryDirectory();
  const running = await durableSwitch(context, directory);
  const management = (): Management => new Management(directory, running.managementPort);
  await until('ready', async () => (await management().status()).isReady);
  await management().apply('accounts: [{ account: kept }]\n');
  const firstToken = readLocalToken(directory);
  running.crashControl();
  // The successor makes a new token: whoever answers to it is not the one that failed.
  await until('the successor is ready', async () => {
    try {
      if (readLocalToken(directory) === firstToken) return false;
      const { isReady, snapshotVersion } = await management().status();
      return isReady && snapshotVersion === 1;
    } catch {
      return false;
    }
  });
});

test('a successor knows that the switch takes no new calls: it does not say that it is ready', async (context) => {
  const directory = temporaryDirectory();
  const running = await durableSwitch(context, directory);
  const management = (): Management => new Management(directory, running.managementPort);
  await until('ready', async () => (await management().status()).isReady);
  const firstToken = readLocalToken(directory);
  running.drain();
  running.crashControl();
  const status = await eventually('a successor whose shards have their snapshot', async () => {
    if (readLocalToken(directory) === firstToken) return null;
    const found = await management().status();
    return found.shards.every(({ snapshotVersion }) => snapshotVersion !== null) ? found : null;
  });
  assert.equal(status.isReady, false);
});

test('a stop while a successor is on its way waits for it, and ends it', { timeout: PATIENCE_MS }, async () => {
  const directory = temporaryDirectory();
  const launched = launchControl();
  const running = await startDurable(directory, { launched });
  const ended = once(launched, 'exit');
  running.crashControl();
  await ended;
  readLocalToken(directory);
  await running.stop();
  assert.throws(() => readLocalToken(directory), 'who ends in order takes its token away');
});

for (const kind of ['postgresql', 'mariadb', 'jetstream'] as const) {
  test(`a ${kind} sink that waits for its server keeps no successor from beginning`, async (context) => {
    const silent = await SilentServer.open(context, 0);
    const directory = temporaryDirectory();
    const running = await durableSwitch(context, directory, [sinkTo(silent, kind)]);
    const management = (): Management => new Management(directory, running.managementPort);
    const isWaiting = async (): Promise<boolean> => (await management().status()).isReady && silent.socketCount > 0;
    await until('ready, and the sink waits', isWaiting);
    const firstToken = readLocalToken(directory);
    const diedAtMs = performance.now();
    running.crashControl();
    await until('the successor is ready', async () => {
      try {
        return readLocalToken(directory) !== firstToken && (await management().status()).isReady;
      } catch {
        return false; // Nobody listens at this moment.
      }
    });
    const tookMs = performance.now() - diedAtMs;
    assert.ok(tookMs < 5_000, `${tookMs} ms`);
  });
}

function sinkTo({ port, postgresql }: SilentServer, kind: 'postgresql' | 'mariadb' | 'jetstream'): SinkSettings {
  if (kind !== 'jetstream') return { ...postgresql, kind, name: kind };
  const servers = [`${ADDRESS}:${port}`];
  return { kind, name: kind, servers, stream: 'CDR', subject: 'cdr', user: '', password: '' };
}
