// Errors over HTTP: problem+json (RFC 9457), with Tandem's stable code and every refusal of a refused file.

import { STATUS_CODES } from 'node:http';
import { jsonText } from '../../core/base/json-text.ts';
import { type Refusal, sentenceOf, TandemError } from '../../tandem-error.ts';
import type { HttpAnswer } from './http-server.ts';

/** Body of a problem answer. */
export interface Problem {
  readonly type: 'about:blank';
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  readonly refusals: readonly Refusal[];
}

/** HTTP status of the codes that have one of their own; any other TandemError is 400. */
const STATUS_OF_CODE: ReadonlyMap<string, number> = new Map([
  ['TANDEM_NETWORK_REFUSED', 422],
  ['TANDEM_NETWORK_NO_LISTENER', 422],
  ['TANDEM_NETWORK_TOO_MANY_NAMES', 422],
  ['TANDEM_PARAMETER_REFUSED', 422],
  ['TANDEM_NETWORK_CONFLICT', 409],
  ['TANDEM_IMPORT_REFUSED', 422],
  ['TANDEM_IMPORT_NAME', 422],
  ['TANDEM_IMPORT_CURRENCY', 422],
  ['TANDEM_RATES_CALENDAR', 422],
  ['TANDEM_JOB_RUNNING', 409],
  ['TANDEM_JOB_UNKNOWN', 404],
  ['TANDEM_JOB_ENDED', 409],
  ['TANDEM_VERSION_UNKNOWN', 404],
  ['TANDEM_PAYMENT_REFUSED', 422],
  ['TANDEM_ACCOUNT_UNKNOWN', 404],
  ['TANDEM_BLACK_LIST_REFUSED', 422],
  ['TANDEM_BLACK_LIST_UNKNOWN', 404],
  ['TANDEM_RERATING_UNKNOWN', 404],
  ['TANDEM_RERATING_RUNNING', 409],
  ['TANDEM_RERATING_REFUSED', 409],
  ['TANDEM_RERATING_OVERLAPS', 409],
  ['TANDEM_REPORT_BEHIND', 503],
  ['TANDEM_STORE_FULL', 507],
  ['TANDEM_DEFECT', 500],
  ['TANDEM_DISK_FULL', 507],
]);

/** A problem of the given status. */
export function problem(status: number, code: string, detail: string, refusals: readonly Refusal[] = []): HttpAnswer {
  const body: Problem = { type: 'about:blank', title: STATUS_CODES[status] ?? '', status, detail, code, refusals };
  return { status, contentType: 'application/problem+json', body: JSON.stringify(body) };
}

/** The problem for something caught: the operator's fault by its code, ours as 500. */
export function problemOf(caught: unknown): HttpAnswer {
  if (!(caught instanceof TandemError)) return problem(500, 'TANDEM_DEFECT', sentenceOf(caught));
  return problem(STATUS_OF_CODE.get(caught.code) ?? 400, caught.code, caught.message, caught.refusals);
}

/** `value` as a JSON answer. */
export function json(value: unknown, status = 200): HttpAnswer {
  return { status, contentType: 'application/json', body: jsonText(value) };
}
