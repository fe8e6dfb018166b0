// The management API: which request is answered by what. /metrics, /healthz and /readyz are open to whoever reaches
// the port (loopback unless configured otherwise); everything else wants the local token.

import { createHash, timingSafeEqual } from 'node:crypto';
import type { RouteQuestion } from '../../core/routing/explain.ts';
import type { Log } from '../../log.ts';
import { unpackCdr } from '../../store/records.ts';
import { sentenceOf, TandemError } from '../../tandem-error.ts';
import { verifyCdrs } from '../cdr/checks/verify-cdrs.ts';
import type { Control } from '../control.ts';
import { explainCall, findCall, isOf } from '../explained-call.ts';
import { gatewaysNow } from '../gateways-now.ts';
import type { HttpAnswer, HttpRequest } from '../http/http-server.ts';
import { json, problem, problemOf } from '../http/problem.ts';
import { findLiveCall, LIVE_CALLS_TOLD_MAX, liveCalls } from '../live-calls.ts';
import { gatewayFamilies } from '../metrics/gateway-families.ts';
import { Metrics } from '../metrics/metrics.ts';
import { registrationFamilies } from '../metrics/registration-families.ts';
import { sharedFamilies } from '../metrics/shared-families.ts';
import { switchFamilies } from '../metrics/switch-families.ts';
import { REGISTRATIONS_TOLD_MAX, registrationsOf } from '../registrations.ts';
import { knownAccounts } from './account-question.ts';
import { answerBill, type BillGround } from './bill-question.ts';
import { answerBlackList } from './black-list-routes.ts';
import { searchCdrs } from './cdr-search.ts';
import { givenParameters } from './given-parameters.ts';
import { givenPayment } from './given-payment.ts';
import { answerJobs } from './job-routes.ts';
import { refuseUnknownWords } from './known-words.ts';
import { countIn, textIn, yesIn } from './query.ts';
import { answerReport, type ReportGround } from './report-question.ts';
import { answerReratings } from './rerating-routes.ts';
import { statusOf } from './status.ts';

const CDRS_TOLD_MAX = 10_000;
const CDRS_TOLD = 20;

/** Answered to whoever reaches the port. */
const OPEN_PATHS = ['/metrics', '/healthz', '/readyz'];

type Route = (request: HttpRequest) => HttpAnswer | Promise<HttpAnswer>;

/** The API of one control. */
export class Api {
  readonly #control: Control;
  readonly #tokenHash: Buffer;
  readonly #log: Log;
  readonly #metrics: Metrics;
  readonly #routes: ReadonlyMap<string, Route>;

  constructor(control: Control, token: string, log: Log) {
    this.#control = control;
    this.#tokenHash = hash(token);
    this.#log = log;
    this.#metrics = new Metrics([
      ...switchFamilies(control),
      ...gatewayFamilies(control),
      ...sharedFamilies(control),
      ...registrationFamilies(control),
    ]);
    this.#routes = new Map<string, Route>([
      ['GET /api/v1/status', () => json(statusOf(control))],
      [
        'GET /api/v1/calls',
        (request) => json(liveCalls(control.view, countIn(request, 'limit', LIVE_CALLS_TOLD_MAX, LIVE_CALLS_TOLD_MAX))),
      ],
      ['GET /api/v1/registrations', (request) => this.#registrations(request)],
      ['GET /api/v1/cdrs', (request) => this.#cdrs(request)],
      ['GET /api/v1/cdrs/search', async ({ query }) => json(await searchCdrs(control.index, query))],
      [
        'GET /api/v1/cdrs/verify',
        (request) => json(verifyCdrs(control, countIn(request, 'after', 0, Number.MAX_SAFE_INTEGER))),
      ],
      ['GET /api/v1/bills', async ({ query }) => json(await answerBill(billGround(control), query))],
      ['GET /api/v1/reports', async ({ query }) => json(await answerReport(reportGround(control), query))],
      ['GET /api/v1/route', (request) => this.#route(request)],
      ['GET /api/v1/explain', (request) => this.#explain(request)],
      ['GET /api/v1/snapshots', () => json(control.configuration.versions(100))],
      [
        'GET /api/v1/accounts',
        (request) =>
          json(knownAccounts(control.accounts.states(), control.configuration.accounts(), textIn(request, 'tag'))),
      ],
      ['GET /api/v1/packages', async () => json(await control.packages.states())],
      ['GET /api/v1/payments', (request) => this.#payments(request)],
      ['POST /api/v1/payments', (request) => this.#pay(request)],
      ['GET /api/v1/ledger/faults', () => json(control.accounts.verify())],
      ['POST /api/v1/apply', (request) => this.#apply(request)],
      ['GET /api/v1/parameters', () => json(control.configuration.parameters())],
      ['PATCH /api/v1/parameters', (request) => this.#setParameters(request)],
    ]);
  }

  /** Whether a request is read beyond its head. The open paths take no body, and no other does without the token. */
  readonly takesBody = ({ method, path, authorization }: HttpRequest): boolean =>
    method !== 'GET' && !OPEN_PATHS.includes(path) && this.#isAllowed(authorization);

  /** Answers one request; never rejects. */
  readonly answer = async (request: HttpRequest): Promise<HttpAnswer> => {
    try {
      return await this.#dispatch(request);
    } catch (error) {
      if (!(error instanceof TandemError))
        this.#log.error({ why: sentenceOf(error), path: request.path }, 'API defect');
      return problemOf(error);
    }
  };

  #dispatch(request: HttpRequest): HttpAnswer | Promise<HttpAnswer> {
    switch (request.path) {
      case '/metrics':
        return this.#printMetrics();
      case '/healthz':
        return text(200, 'ok');
      case '/readyz':
        if (this.#control.isDraining) return text(503, 'draining');
        return this.#control.isReady() ? text(200, 'ready') : text(503, 'not every shard has a snapshot');
    }
    if (!this.#isAllowed(request.authorization)) {
      return problem(
        401,
        'TANDEM_API_UNAUTHORIZED',
        'Send Authorization: Bearer with the token in <data>/local-token.',
      );
    }
    refuseUnknownWords(request);
    const route = this.#routes.get(`${request.method} ${request.path}`);
    if (route !== undefined) return route(request);
    const drill = /^\/api\/v1\/shards\/(\d{1,3})\/kill$/.exec(request.path);
    if (drill !== null && request.method === 'POST') return this.#kill(Number(drill[1]));
    const answer =
      answerJobs(this.#control, request) ??
      answerReratings(this.#control, request) ??
      answerBlackList(this.#control, request, this.#log);
    if (answer !== null) return answer;
    return problem(404, 'TANDEM_API_NOT_FOUND', `There is no ${request.method} ${request.path}.`);
  }

  #isAllowed(authorization: string): boolean {
    const token = authorization.startsWith('Bearer ') ? authorization.slice('Bearer '.length) : '';
    return timingSafeEqual(hash(token), this.#tokenHash);
  }

  async #printMetrics(): Promise<HttpAnswer> {
    return { status: 200, contentType: this.#metrics.contentType, body: await this.#metrics.print() };
  }

  async #apply(request: HttpRequest): Promise<HttpAnswer> {
    const outcome = await this.#control.apply({
      text: request.body.toString('utf8'),
      name: request.query.get('name') ?? 'the network',
      author: request.query.get('author') ?? '',
      note: request.query.get('note') ?? '',
      dryRun: yesIn(request, 'dryRun'),
    });
    return json(outcome, outcome.isEverywhere || outcome.dryRun ? 200 : 202);
  }

  async #setParameters(request: HttpRequest): Promise<HttpAnswer> {
    const outcome = await this.#control.setParameters({
      given: givenParameters(request.body.toString('utf8')),
      expectedVersion: request.query.has('version') ? countIn(request, 'version', 0, Number.MAX_SAFE_INTEGER) : null,
      author: request.query.get('author') ?? '',
      note: request.query.get('note') ?? '',
    });
    return json(outcome, outcome.isEverywhere ? 200 : 202);
  }

  #registrations(request: HttpRequest): HttpAnswer {
    const { configuration, view, nowMs } = this.#control;
    const limit = countIn(request, 'limit', REGISTRATIONS_TOLD_MAX, REGISTRATIONS_TOLD_MAX);
    return json(registrationsOf(configuration.snapshot, view, nowMs, limit));
  }

  #payments(request: HttpRequest): HttpAnswer {
    const limit = countIn(request, 'limit', CDRS_TOLD, CDRS_TOLD_MAX);
    return json(this.#control.accounts.payments(request.query.get('account'), limit));
  }

  async #pay(request: HttpRequest): Promise<HttpAnswer> {
    const operator = request.query.get('author') ?? '';
    const ground = { operator, atWallMs: this.#control.wallNow(), key: request.idempotencyKey };
    const payment = givenPayment(request.body.toString('utf8'), ground);
    const entry = this.#control.accounts.pay(payment);
    // Who has heard of it does not send it again: a power cut may not take it any more.
    await this.#control.stores.flush();
    return json(entry, 201);
  }

  #cdrs(request: HttpRequest): HttpAnswer {
    const { spool } = this.#control.stores;
    const limit = countIn(request, 'limit', CDRS_TOLD, CDRS_TOLD_MAX);
    const after = request.query.get('after');
    const records =
      after === null
        ? spool.before(Number.POSITIVE_INFINITY, limit).toReversed()
        : spool.after(countIn(request, 'after', 0, Number.MAX_SAFE_INTEGER), limit);
    return json({
      cdrs: records.map(({ record }) => unpackCdr(record)),
      after: records.at(-1)?.position ?? spool.lastPosition(),
    });
  }

  #route(request: HttpRequest): HttpAnswer {
    const question: RouteQuestion = {
      from: request.query.get('from') ?? '',
      caller: request.query.get('caller') ?? '',
      callee: request.query.get('callee') ?? '',
    };
    if (question.from === '' || question.callee === '') {
      return problem(400, 'TANDEM_API_QUESTION', 'Name from (a mapping gateway or source address) and callee.');
    }
    const { configuration, view, nowMs } = this.#control;
    const wallMs = request.query.has('at') ? countIn(request, 'at', 0, Number.MAX_SAFE_INTEGER) : Date.now();
    return json(configuration.explain(question, gatewaysNow(view, nowMs, wallMs)));
  }

  async #explain(request: HttpRequest): Promise<HttpAnswer> {
    const id = request.query.get('call') ?? '';
    const { stores, view } = this.#control;
    const live = findLiveCall(view, (cdr) => isOf(cdr, id));
    const cdr = live ?? (await findCall(stores.spool, id));
    return cdr === null
      ? problem(404, 'TANDEM_CALL_UNKNOWN', `No call ${id} lives or is among the last ones.`)
      : json(explainCall(cdr));
  }

  #kill(shard: number): HttpAnswer {
    if (shard >= this.#control.view.shards.length) {
      return problem(404, 'TANDEM_API_NOT_FOUND', `There is no shard ${shard}.`);
    }
    this.#control.killShard(shard);
    return json({ shard }, 202);
  }
}

function billGround(control: Control): BillGround {
  const { ledger } = control.stores;
  return { ...reportGround(control), ledger, accountOf: (name) => control.configuration.account(name) };
}

function reportGround(control: Control): ReportGround {
  const { history, configuration } = control;
  return { history, snapshot: configuration.snapshot, wallMs: control.wallNow() };
}

function hash(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

function text(status: number, body: string): HttpAnswer {
  return { status, contentType: 'text/plain; charset=utf-8', body: `${body}\n` };
}
