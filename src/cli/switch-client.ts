// The running switch as commands see it: its API on the management port, with the local token.

import type { Problem } from '../control/http/problem.ts';
import { findRunningSwitch, readLocalToken } from '../store/data-directory.ts';
import { sentenceOf, TandemError, type TandemErrorCode } from '../tandem-error.ts';

const TIMEOUT_MS = 10_000;

/** The switch that runs on `dataPath`; null when none does. Throws TANDEM_TOKEN_UNREADABLE, TANDEM_DATA_UNREACHABLE. */
export function runningSwitch(dataPath: string): SwitchClient | null {
  const place = findRunningSwitch(dataPath);
  if (place === null) return null;
  const { managementAddress, managementPort, pid } = place;
  if (managementPort === 0) {
    throw new TandemError(
      'TANDEM_DATA_UNREACHABLE',
      `Process ${pid} is starting or working on ${dataPath}. Try again in a moment.`,
    );
  }
  const host = reachable(managementAddress);
  return new SwitchClient(`http://${host}:${managementPort}`, readLocalToken(dataPath));
}

/** The switch that runs on `dataPath`. Throws TANDEM_SWITCH_NOT_RUNNING, and what `runningSwitch` throws. */
export function requireRunningSwitch(dataPath: string): SwitchClient {
  const client = runningSwitch(dataPath);
  if (client !== null) return client;
  throw new TandemError('TANDEM_SWITCH_NOT_RUNNING', `No switch runs on ${dataPath}. Start it: tandem start`);
}

/** A wildcard is where the switch listens, not where it is reached. */
function reachable(address: string): string {
  if (address === '0.0.0.0') return '127.0.0.1';
  if (address === '::') return '[::1]';
  return address.includes(':') ? `[${address}]` : address;
}

/** How a POST is sent. */
export interface PostOptions {
  readonly timeoutMs?: number;
  readonly key?: string;
}

/** The API of one running switch. */
export class SwitchClient {
  readonly #base: string;
  readonly #token: string;

  constructor(base: string, token: string) {
    this.#base = base;
    this.#token = token;
  }

  /**
   * Answers the JSON of a GET. `query` values that are null are left out. Rejects with the switch's own TandemError,
   * or with TANDEM_API_UNREACHABLE, after `timeoutMs` too.
   */
  get(path: string, query: Readonly<Record<string, string | null>> = {}, timeoutMs = TIMEOUT_MS): Promise<unknown> {
    return this.#ask('GET', path, query, undefined, timeoutMs);
  }

  /** Answers the JSON of a POST. Rejects as `get` does. `key`: by which it is known when it comes once more. */
  post(
    path: string,
    query: Readonly<Record<string, string | null>>,
    body: string | Uint8Array,
    { timeoutMs = TIMEOUT_MS, key = '' }: PostOptions = {},
  ): Promise<unknown> {
    return this.#ask('POST', path, query, body, timeoutMs, key);
  }

  /** Answers the JSON of a DELETE. Rejects as `get` does. */
  delete(path: string, query: Readonly<Record<string, string | null>> = {}): Promise<unknown> {
    return this.#ask('DELETE', path, query);
  }

  /** Answers the JSON of a PATCH. Rejects as `get` does. */
  patch(path: string, query: Readonly<Record<string, string | null>>, body: string): Promise<unknown> {
    return this.#ask('PATCH', path, query, body);
  }

  async #ask(
    method: string,
    path: string,
    query: Readonly<Record<string, string | null>>,
    body?: string | Uint8Array,
    timeoutMs = TIMEOUT_MS,
    key = '',
  ): Promise<unknown> {
    const url = new URL(path, this.#base);
    for (const [name, value] of Object.entries(query)) if (value !== null) url.searchParams.set(name, value);
    const headers = { authorization: `Bearer ${this.#token}`, ...(key === '' ? {} : { 'idempotency-key': key }) };
    const request = { method, headers, ...(body === undefined ? {} : { body }) };
    const { isOk, answer } = await this.#send(url, request, timeoutMs);
    if (isOk) return answer;
    const { code, detail, refusals } = answer as Problem;
    throw new TandemError(code as TandemErrorCode, detail, { refusals });
  }

  /** An answer that breaks off is none. */
  async #send(url: URL, request: RequestInit, timeoutMs: number): Promise<{ isOk: boolean; answer: unknown }> {
    try {
      const response = await fetch(url, { ...request, signal: AbortSignal.timeout(timeoutMs) });
      return { isOk: response.ok, answer: await response.json() };
    } catch (cause) {
      const sentence = `The switch does not answer on ${this.#base} (${sentenceOf(cause)}). Look at its log.`;
      throw new TandemError('TANDEM_API_UNREACHABLE', sentence, { cause });
    }
  }
}
