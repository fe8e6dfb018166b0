// The log: one JSON line an event, by pino, to standard output. Nothing secret goes in; a line about a
// call carries its Call-ID.

import { createRequire } from 'node:module';
import type { DestinationStream, Logger } from 'pino';

/** What the rest of the switch may do with the log. */
export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error' | 'fatal'>;

/** Levels by rising weight; 'silent' writes nothing. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

/** Lines that wait to be written, bytes; what comes on top is lost. */
const WAITING_BYTES_MAX = 2 ** 20;
/** How soon it is tried again, ms. */
const RETRY_MS = 500;

const load = createRequire(import.meta.url);

/**
 * A log whose lines name the `part` of the switch (edge, control, shard 2) that wrote them. Its first line loads pino,
 * which takes a twentieth of a start: whoever starts writes when calls go.
 */
export function makeLog(part: string, level: LogLevel = 'info'): Log {
  let made: Logger | null = null;
  const logger = (): Logger => {
    made ??= pinoLogger(part, level);
    return made;
  };
  return {
    get debug() {
      return logger().debug.bind(made);
    },
    get info() {
      return logger().info.bind(made);
    },
    get warn() {
      return logger().warn.bind(made);
    },
    get error() {
      return logger().error.bind(made);
    },
    get fatal() {
      return logger().fatal.bind(made);
    },
  };
}

function pinoLogger(part: string, level: LogLevel): Logger {
  const { pino } = load('pino') as typeof import('pino');
  const options = { level, base: { part }, timestamp: pino.stdTimeFunctions.isoTime };
  return pino(options, standardOutput(pino));
}

/**
 * Written synchronously: a line is never lost to a crash, and the call path does not log. Where nothing can be written,
 * on a full disk or while a reader stands still, lines wait: the switch neither ends for want of its log nor waits.
 */
function standardOutput(pino: typeof import('pino').pino): DestinationStream {
  const output = pino.destination({ fd: 1, sync: true, maxLength: WAITING_BYTES_MAX, retryEAGAIN: () => false });
  let isRetrying = false;
  output.on('error', () => {
    if (isRetrying) return;
    isRetrying = true;
    setTimeout(() => {
      isRetrying = false;
      output.write('');
    }, RETRY_MS).unref();
  });
  return output;
}
