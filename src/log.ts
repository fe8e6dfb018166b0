// The log: one JSON line an event, by pino, to standard output. Nothing secret goes in; a line about a
// call carries its Call-ID.

import { type Logger, type LoggerOptions, pino } from 'pino';

/** What the rest of the switch may do with the log. */
export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error' | 'fatal'>;

/** Levels by rising weight; 'silent' writes nothing. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

/** A log whose lines name the `part` of the switch (edge, control, shard 2) that wrote them. */
export function makeLog(part: string, level: LogLevel = 'info'): Log {
  const options: LoggerOptions = { level, base: { part }, timestamp: pino.stdTimeFunctions.isoTime };
  // Written synchronously: a line is never lost to a crash, and the call path does not log.
  return pino(options, pino.destination({ fd: 1, sync: true }));
}
