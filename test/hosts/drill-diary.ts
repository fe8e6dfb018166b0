// What the peers of a drill sent and heard, call by call, in a line each: told of calls that went wrong.

import type { Peer } from './peer.ts';

/** A message of a call. */
interface Line {
  readonly atMs: number;
  /** Whose line, which way, and the beginning of the message. */
  readonly what: string;
}

/** Keeps the lines of all calls of its peers. */
export class DrillDiary {
  readonly #lines = new Map<string, Line[]>();

  /** From now on with what `peer`, called `name`, sends and hears. */
  watch(peer: Peer, name: string): void {
    peer.onTraffic = (isSent, text) => {
      const callId = /\r\nCall-ID: (.*)\r\n/.exec(text)?.[1] ?? '';
      const lines = this.#lines.get(callId) ?? [];
      lines.push({ atMs: performance.now(), what: `${name} ${isSent ? 'sends' : 'hears'} ${wordsOf(text)}` });
      if (lines.length === 1) this.#lines.set(callId, lines);
    };
  }

  /**
   * The story of a call with these Call-IDs: seconds since its first message, the life of the switch (a kill begins the
   * next one), the message.
   */
  of(callIds: readonly string[], killedAtMs: readonly number[]): string[] {
    const lines = callIds
      .flatMap((callId) => this.#lines.get(callId) ?? [])
      .sort((one, other) => one.atMs - other.atMs);
    const beganAtMs = lines[0]?.atMs ?? 0;
    return lines.map(({ atMs, what }) => {
      const life = 1 + killedAtMs.filter((killMs) => killMs < atMs).length;
      return `${((atMs - beganAtMs) / 1000).toFixed(3)} s, life ${life}: ${what}`;
    });
  }
}

/** `INVITE`, or of a response `200 OK (INVITE)`. */
function wordsOf(text: string): string {
  const start = text.slice(0, text.indexOf('\r\n'));
  if (!start.startsWith('SIP/2.0 ')) return start.slice(0, start.indexOf(' '));
  return `${start.slice('SIP/2.0 '.length)} (${/\r\nCSeq: \d+ (\w+)/.exec(text)?.[1] ?? ''})`;
}
