// The operator's faults: a file that cannot be taken, a port in use, a full disk. Each has a stable code
// for scripts and a sentence that says what to do. The peer's faults are values, ours are Defects.

/** One reason why a file was refused. */
export interface Refusal {
  /** Line in the file, from 1; 0 when the file as a whole is meant. */
  readonly line: number;
  /** Path of the field, such as `routingGateways[2].signalPort`; '' for the file as a whole. */
  readonly field: string;
  /** A sentence for the operator. */
  readonly reason: string;
}

/** Stable codes: TANDEM_<AREA>_<WHAT>. */
export type TandemErrorCode = `TANDEM_${string}`;

/** An error the operator can mend. `message` says what is wrong and what to do. */
export class TandemError extends Error {
  override readonly name = 'TandemError';
  readonly code: TandemErrorCode;
  /** Every reason found in a refused file, in the file's order; empty for other errors. */
  readonly refusals: readonly Refusal[];

  constructor(
    code: TandemErrorCode,
    message: string,
    options: { cause?: unknown; refusals?: readonly Refusal[] } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.refusals = options.refusals ?? [];
  }
}

/** What can be said about something caught: its message, or its text. */
export function sentenceOf(caught: unknown): string {
  if (!(caught instanceof Error)) return String(caught);
  // Of `fetch`, which tells its cause alone why: that nobody listens there, say.
  return caught.message === 'fetch failed' ? `${caught.message}: ${whyOf(caught.cause)}` : caught.message;
}

/** One that was tried at several addresses has no message. */
function whyOf(cause: unknown): string {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : '';
  return (cause instanceof Error && cause.message.trim()) || code || String(cause);
}
