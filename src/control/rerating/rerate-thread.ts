// The thread that rates calls again: control reads the records and passes them on, here they are unpacked and rated. No
// call waits for it, and control hardly does.

import { on } from 'node:events';
import type { MessagePort } from 'node:worker_threads';
import { unpackCdr } from '../../store/records.ts';
import { RateAgain, type RatedAgain, type RateOrder } from './rate-again.ts';

/** What the thread is given. */
export interface RerateTask {
  readonly order: RateOrder;
  readonly port: MessagePort;
}

/** To the thread: records one after the other, and where each ends; then that there are no more. */
export type ToRerate =
  | { readonly kind: 'records'; readonly bytes: Uint8Array; readonly ends: Uint32Array }
  | { readonly kind: 'end' };

/** Task of the pool; it answers each message with another, when it has done what it says. */
export async function runRerate({ order, port }: RerateTask): Promise<RatedAgain> {
  const again = new RateAgain(order);
  try {
    for await (const [message] of on(port, 'message') as AsyncIterable<[ToRerate]>) {
      if (message.kind === 'end') break;
      let begin = 0;
      for (const end of message.ends) {
        again.take(unpackCdr(message.bytes.subarray(begin, end)));
        begin = end;
      }
      port.postMessage('taken');
    }
    return again.result();
  } finally {
    port.close();
  }
}
