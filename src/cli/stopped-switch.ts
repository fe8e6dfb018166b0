// The data directory of a switch that does not run, opened by the command itself.

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { SwitchConfig } from '../config.ts';
import { Configuration } from '../control/tables/configuration.ts';
import { claimDataDirectory, giveToOwner, releaseDataDirectory } from '../store/data-directory.ts';
import { openLmdbStores } from '../store/lmdb.ts';
import type { Stores } from '../store/ports.ts';
import { TandemError } from '../tandem-error.ts';

/** What a command works on while the switch is down. */
export interface StoppedSwitch {
  readonly stores: Stores;
  readonly configuration: Configuration;
}

/**
 * Runs `work` on the data directory of `config`, which no switch can start on meanwhile. Throws TANDEM_DATA_NOT_RUNNING
 * when there is no such directory and `mayCreate` is false, TANDEM_DATA_UNREACHABLE when a switch starts just now.
 */
export async function withStoppedSwitch<T>(
  config: SwitchConfig,
  mayCreate: boolean,
  work: (stopped: StoppedSwitch) => T | Promise<T>,
): Promise<T> {
  const { dataPath, keyFile } = config;
  if (!mayCreate && !existsSync(join(dataPath, 'tandem.mdb'))) {
    const todo = 'Start one (tandem start), or name its start file with --config.';
    const sentence = `No switch runs on ${dataPath}, and nothing was ever stored there. ${todo}`;
    throw new TandemError('TANDEM_DATA_NOT_RUNNING', sentence);
  }
  claim(config);
  try {
    const stores = openLmdbStores(dataPath, { keyFile });
    try {
      await stores.configuration.prefetch();
      return await work({
        stores,
        configuration: new Configuration(stores.configuration, config.listeners, Date.now(), (account) =>
          stores.ledger.balanceNanos(account),
        ),
      });
    } finally {
      await stores.close();
    }
  } finally {
    giveToOwner(dataPath);
    releaseDataDirectory(dataPath);
  }
}

/** Refused, `tandem start` is: it asked for the directory itself. A command has only not come to it. */
function claim({ dataPath, management }: SwitchConfig): void {
  try {
    claimDataDirectory(dataPath, { address: management.address, port: 0 });
  } catch (cause) {
    if (!(cause instanceof TandemError) || cause.code !== 'TANDEM_DATA_IN_USE') throw cause;
    throw new TandemError('TANDEM_DATA_UNREACHABLE', cause.message, { cause });
  }
}
