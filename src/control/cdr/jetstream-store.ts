// CDRs in a stream of NATS JetStream: one JSON message each, to the subject with the node's name at its end, with the
// id as its Nats-Msg-Id. The server drops a repeated id for two minutes only; a sink that was away longer than that
// reads the ids that came after its mark, the number of the last message it knows of, and leaves those out. Only this
// file knows the NATS client, and it is loaded when a sink of this kind is configured.

import type { JetStreamClient, JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Cdr } from '../../core/cdr/cdr.ts';
import type { JetStreamSinkSettings } from '../../sink-settings.ts';
import { jsonOf } from './cdr-columns.ts';
import { type CdrStore, STATEMENT_TIMEOUT_MS, storeIsClosed } from './cdr-store.ts';

/** JetStream's own answer to a stream that is not there. */
const NO_STREAM = 10_059;

/** The stream of `settings`, for the records of `node`. */
export class JetStreamStore implements CdrStore {
  readonly #settings: JetStreamSinkSettings;
  readonly #subject: string;
  #client: NatsConnection | null = null;
  #stream: JetStreamClient | null = null;
  /** Number of the last message of the stream that this sink knows of. */
  #sequence = 0;
  /** Ids that are in the stream beyond the mark. */
  #present = new Set<string>();

  constructor(settings: JetStreamSinkSettings, node: string) {
    this.#settings = settings;
    this.#subject = `${settings.subject}.${node}`;
  }

  async open(mark: string): Promise<string> {
    const { connect } = await import('@nats-io/transport-node');
    const { jetstream, jetstreamManager } = await import('@nats-io/jetstream');
    const { servers, user, password } = this.#settings;
    const client = await connect({
      servers: [...servers],
      ...(user === '' ? {} : { user, pass: password }),
      timeout: STATEMENT_TIMEOUT_MS,
      reconnect: false, // The sink begins again by itself, and looks then what is there.
      maxReconnectAttempts: 0,
    });
    this.#client = client;
    const streams = await jetstreamManager(client, { timeout: STATEMENT_TIMEOUT_MS });
    this.#stream = jetstream(client, { timeout: STATEMENT_TIMEOUT_MS });
    const newest = await this.#makeStream(streams);
    this.#present.clear();
    // A sink of another kind may have had this name, and left something else.
    this.#sequence = /^\d+$/.test(mark) ? Math.min(Number(mark), newest) : newest;
    if (this.#sequence < newest) await this.#readPresent(this.#stream);
    return String(this.#sequence);
  }

  async write(batch: readonly Cdr[]): Promise<string> {
    const stream = this.#stream;
    if (stream === null) throw storeIsClosed();
    const missing = batch.filter(({ id }) => !this.#present.has(id));
    const answers = await Promise.all(
      missing.map((cdr) =>
        stream.publish(this.#subject, jsonOf(cdr), { msgID: cdr.id, timeout: STATEMENT_TIMEOUT_MS }),
      ),
    );
    for (const { seq } of answers) this.#sequence = Math.max(this.#sequence, seq);
    return String(this.#sequence);
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = null;
    this.#stream = null;
    await client?.close().catch(() => undefined); // It is let go of because it is broken, most times.
  }

  /** Number of the newest message; the stream is made when there is none. */
  async #makeStream(streams: JetStreamManager): Promise<number> {
    const { stream, subject } = this.#settings;
    try {
      return (await streams.streams.info(stream)).state.last_seq;
    } catch (error) {
      if ((error as { readonly code?: unknown }).code !== NO_STREAM) throw error;
      return (await streams.streams.add({ name: stream, subjects: [`${subject}.>`] })).state.last_seq;
    }
  }

  /** Only what was written without its cursor: one batch at most, and what other nodes wrote is left out. */
  async #readPresent(stream: JetStreamClient): Promise<void> {
    const consumer = await stream.consumers.get(this.#settings.stream, {
      opt_start_seq: this.#sequence + 1,
      filter_subjects: this.#subject, // As a list it needs a server of 2.10, and Debian 12 has 2.9.
      headers_only: true,
    });
    let pending = (await consumer.info()).num_pending;
    while (pending > 0) {
      const messages = await consumer.fetch({ max_messages: pending, expires: STATEMENT_TIMEOUT_MS });
      const before = pending;
      for await (const message of messages) {
        this.#present.add(message.headers?.get('Nats-Msg-Id') ?? '');
        pending--;
      }
      if (pending === before) throw new Error('the stream does not give the messages that it has');
    }
    await consumer.delete();
  }
}
