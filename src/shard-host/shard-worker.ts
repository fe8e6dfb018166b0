// Entry of a shard's worker: the pool calls it once, and it ends when the switch stops.

import { once } from 'node:events';
import type { MessagePort } from 'node:worker_threads';
import type { ShardTask } from '../core/shard/shard-task.ts';
import { journalFolder } from '../store/journal-disk.ts';
import { readFormerLife } from './former-life.ts';
import { ShardHost } from './shard-host.ts';

/** What there is before the task: the shard's journal, the port to main, and the one that the task comes by. */
export interface ShardJob {
  readonly journalPath: string;
  /** Whether a batch waits for the disk before its datagrams leave. */
  readonly isStrict: boolean;
  readonly port: MessagePort;
  readonly start: MessagePort;
}

/** The never-ending task. Rejects, and so has the worker replaced, when something escapes the shard's guard. */
export async function runShard({ journalPath, isStrict, port, start }: ShardJob): Promise<void> {
  const begun = once(start, 'message');
  const former = readFormerLife(journalFolder(journalPath), isStrict);
  const [task] = (await begun) as [ShardTask];
  start.close();
  await new ShardHost(task, port, former).run();
  port.close();
}
