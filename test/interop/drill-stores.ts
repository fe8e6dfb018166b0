// The stores of the drill of the sinks: what each is to the switch, how it goes away and comes back, what it has.

import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SinkSettings } from '../../src/sink-settings.ts';
import type { Scope } from '../hosts/scope.ts';
import { temporaryDirectory } from '../store/temporary-directory.ts';
import { type StoreKind, StoreServer } from './store-server.ts';
import { STORED_CALLS, type StoredCall, storedInCsv } from './stored-calls.ts';
import { WebhookReceiver } from './webhook-receiver.ts';

/** A place that CDRs go to, and that goes away. */
export interface DrillStore {
  /** Of its sink. */
  readonly name: string;
  readonly settings: SinkSettings;
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
  /** All that it has. */
  calls(): Promise<StoredCall[]>;
}

const SERVERS: readonly StoreKind[] = ['postgresql', 'mariadb', 'jetstream'];

/** Starts the servers; they end with `scope`. */
export function serverStores(scope: Scope): Promise<DrillStore[]> {
  return Promise.all(
    SERVERS.map(async (kind) => {
      const server = await StoreServer.start(scope, kind);
      const { name, settings } = server;
      const calls = (): Promise<StoredCall[]> => STORED_CALLS[kind](settings);
      return { name, settings, goAway: () => server.kill(), comeBack: () => server.startAgain(), calls };
    }),
  );
}

/** A receiver by HTTP that keeps a record once, by its id, as decision 19 asks of receivers. */
export async function webhookStore(scope: Scope): Promise<DrillStore> {
  const receiver = await WebhookReceiver.start(scope);
  const { settings } = receiver;
  return {
    name: settings.name,
    settings,
    goAway: async () => receiver.kill(),
    comeBack: () => receiver.startAgain(),
    calls: async () => receiver.calls,
  };
}

/** A folder of CSV files that is moved away, with a file in its place. */
export function csvStore(): DrillStore {
  const directory = join(temporaryDirectory(), 'csv');
  const elsewhere = `${directory}.away`;
  return {
    name: 'csv',
    settings: { kind: 'file', name: 'csv', format: 'csv', directory, rotation: 'hour', gzip: true },
    goAway: async () => {
      renameSync(directory, elsewhere);
      writeFileSync(directory, 'no folder');
    },
    comeBack: async () => {
      rmSync(directory);
      renameSync(elsewhere, directory);
    },
    calls: async () => storedInCsv(directory),
  };
}
