// The sinks of a switch, from what its start file says and from its parameters.

import type { ParameterValues } from '../../core/parameters/registry.ts';
import type { Log } from '../../log.ts';
import { type SinkSettings, textSink } from '../../sink-settings.ts';
import type { CdrSpool } from '../../store/ports.ts';
import type { CdrStore } from './cdr-store.ts';
import { FileSink } from './file-sink.ts';
import { JetStreamStore } from './jetstream-store.ts';
import { MariadbStore } from './mariadb-store.ts';
import { PostgresqlStore } from './postgresql-store.ts';
import type { CdrSink } from './sink.ts';
import { SinkRunner } from './sink-runner.ts';
import { StoreSink } from './store-sink.ts';
import type { UnpackedSpool } from './unpacked-spool.ts';
import { WebhookStore } from './webhook-store.ts';

/** What sinks are made from. */
export interface SinkSurroundings {
  readonly spool: CdrSpool;
  readonly records: UnpackedSpool;
  readonly flush: () => Promise<void>;
  readonly log: Log;
  readonly node: string;
  readonly dataPath: string;
  /** Those in force. */
  readonly parameters: () => ParameterValues;
}

/** A runner for each of `settings`, and the one that parameters switch. */
export function makeSinks(settings: readonly SinkSettings[], around: SinkSurroundings): SinkRunner[] {
  const { spool, log, parameters } = around;
  const runners = settings.map((one) => new SinkRunner(sinkOf(one, around), spool, log));
  return [...runners, new SinkRunner(textSinkOf(around), spool, log, () => parameters().SS_CDR_RECORD_TO_FILE)];
}

function sinkOf(settings: SinkSettings, { spool, records, flush, log, node }: SinkSurroundings): CdrSink {
  const onUncompressed = (why: string): void =>
    log.error({ sink: settings.name, why }, 'a finished file of CDRs cannot be compressed');
  if (settings.kind === 'file') return new FileSink(settings, spool, { flush, records, onUncompressed });
  return new StoreSink(settings.name, spool, storeOf(settings, node), records);
}

function storeOf(settings: Exclude<SinkSettings, { kind: 'file' }>, node: string): CdrStore {
  switch (settings.kind) {
    case 'postgresql':
      return new PostgresqlStore(settings);
    case 'mariadb':
      return new MariadbStore(settings);
    case 'jetstream':
      return new JetStreamStore(settings, node);
    case 'webhook':
      return new WebhookStore(settings);
  }
}

function textSinkOf({ spool, records, flush, dataPath, parameters }: SinkSurroundings): CdrSink {
  return new FileSink(textSink(dataPath), spool, {
    flush,
    records,
    isWanted: ({ answeredAtWallMs }) => answeredAtWallMs !== null || parameters().SS_CDR_RECORD_NONCONNECT,
  });
}
