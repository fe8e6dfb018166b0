// What control asks of a sink: a place where finished CDRs go, at its own pace, with its own cursor.

/** One sink. A sink that fails delays only itself: control calls `pump` again later. */
export interface CdrSink {
  /** Name of its cursor, and its label in metrics. */
  readonly name: string;
  /** The last spooled record it has. */
  readonly position: number;
  /** Finds its place after a start. Rejects when it cannot be used now. */
  recover(): Promise<void>;
  /** Takes one batch; resolves with the number of records, 0 when it has all. Rejects when it failed: none is lost. */
  pump(): Promise<number>;
  close(): Promise<void>;
}
