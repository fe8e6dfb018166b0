// Entry of a shard's worker: the pool calls it once, and it ends when the switch stops.

import type { MessagePort } from 'node:worker_threads';
import type { ShardTask } from '../core/shard/shard-task.ts';
import { ShardHost } from './shard-host.ts';

/** The task and the port to main. */
export interface ShardJob {
  readonly task: ShardTask;
  readonly port: MessagePort;
}

/** The never-ending task. Rejects, and so has the worker replaced, when something escapes the shard's guard. */
export async function runShard({ task, port }: ShardJob): Promise<void> {
  await new ShardHost(task, port).run();
  port.close();
}
