// The program of the control thread: gives Control its clock, its stores and its port to main.

import { setTimeout as pause } from 'node:timers/promises';
import type { MessagePort } from 'node:worker_threads';
import { monotonicMs } from '../clock.ts';
import type { LrnAnswer } from '../core/call/lrn-dips.ts';
import type { Snapshot } from '../core/routing/snapshot.ts';
import { packSnapshot } from '../core/shard/packed-snapshot.ts';
import { type Log, makeLog } from '../log.ts';
import { openLmdbStores, shareOfDisk } from '../store/lmdb.ts';
import { openMemoryStores } from '../store/memory.ts';
import type { Stores } from '../store/ports.ts';
import { sentenceOf, TandemError } from '../tandem-error.ts';
import { Control } from './control.ts';
import { MainWatch } from './main-watch.ts';
import type { ControlFault, ControlStart, FromControl, ToControl } from './messages.ts';

/** How often clocks are looked at, and whether the rings hold much, ms. */
const TICK_MS = 200;

/** How long the thread may live on when all is closed, ms: as long as a socket that is being connected, else. */
const LINGER_MAX_MS = 500;

/** Runs control until `port` is closed. */
export async function runControl(port: MessagePort, options: ControlStart): Promise<void> {
  const log = makeLog('control', options.logLevel);
  const post = (message: FromControl): void => port.postMessage(message);
  try {
    const control = await openControl(options, post, log);
    await control.begin(monotonicMs());
    serve(control, port, post, log, options.isWatched ? new MainWatch(log) : null);
  } catch (error) {
    cannotStart(error, post, log);
    port.close();
  }
}

/** Calls may begin; HTTP follows. */
function serve(
  control: Control,
  port: MessagePort,
  post: (message: FromControl) => void,
  log: Log,
  watch: MainWatch | null,
): void {
  const ticking = setInterval(() => {
    control.tick(monotonicMs());
    watch?.look(monotonicMs());
  }, TICK_MS);
  const abandon = (): void => {
    clearInterval(ticking);
    end(control.abandon(), port, log);
  };
  // Whatever escaped: the thread ends in order, for uWebSockets.js takes the process along when it is torn down
  // with its sockets open. Main starts a successor, which finds everything as it was.
  process.once('uncaughtException', (error) => {
    log.fatal({ why: sentenceOf(error), stack: error.stack }, 'control died');
    void listening.then(abandon);
  });
  post({ kind: 'network', snapshot: packSnapshot(control.configuration.snapshot) });
  const listening = control.start().then(
    (managementPort) => post({ kind: 'listening', managementPort }),
    (error: unknown) => {
      cannotStart(error, post, log);
      abandon();
    },
  );
  port.on('message', (message: ToControl) => {
    if (message.kind === 'crash') throw new Error('a crash drill');
    if (message.kind === 'edge') watch?.hear();
    if (message.kind !== 'stop') return control.hear(message);
    clearInterval(ticking);
    // What is half open cannot be closed.
    void listening.then(() => end(control.stop(), port, log, { kind: 'stopped' }));
  });
}

function cannotStart(error: unknown, post: (message: FromControl) => void, log: Log): void {
  log.fatal({ why: sentenceOf(error) }, 'control cannot start');
  post({ kind: 'fatal', error: faultOf(error) });
}

async function openControl(options: ControlStart, post: (message: FromControl) => void, log: Log): Promise<Control> {
  const stores = options.isDurable ? openStores(options) : openMemoryStores();
  await stores.configuration.prefetch();
  const outward = {
    publish: (snapshot: Snapshot) => post({ kind: 'snapshot', snapshot: packSnapshot(snapshot) }),
    lrnAnswered: (shard: number, id: number, answer: LrnAnswer | null) =>
      post({ kind: 'lrnAnswered', shard, id, answer }),
    killShard: (shard: number) => post({ kind: 'killShard', shard }),
  };
  return new Control(options, stores, outward, log, () => Date.now());
}

function openStores({ dataPath, diskShare, keyFile }: ControlStart): Stores {
  try {
    return openLmdbStores(dataPath, { roomBytes: shareOfDisk(dataPath, diskShare), keyFile });
  } catch (cause) {
    if (cause instanceof TandemError) throw cause;
    const sentence = `The data directory ${dataPath} cannot be used: ${sentenceOf(cause)}.`;
    throw new TandemError('TANDEM_STORE_UNUSABLE', sentence, { cause });
  }
}

function end(closing: Promise<void>, port: MessagePort, log: Log, last?: FromControl): void {
  closing
    .catch((error: unknown) => log.error({ why: sentenceOf(error) }, 'control did not close cleanly'))
    .finally(() => {
      if (last !== undefined) port.postMessage(last);
      port.close();
      // Main waits for the end of the thread, which what cannot be cut off may put off: a client that still connects.
      void pause(LINGER_MAX_MS, null, { ref: false }).then(() => process.exit());
    });
}

function faultOf(error: unknown): ControlFault {
  if (error instanceof TandemError) return { code: error.code, message: error.message, refusals: error.refusals };
  return { code: 'TANDEM_DEFECT', message: sentenceOf(error), refusals: [] };
}
