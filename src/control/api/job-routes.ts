// The part of the API that imports tables and goes back to earlier versions. An import is a job: it is begun, its bytes
// are posted in order, it is finished, and asked about until it has ended.

import { TandemError } from '../../tandem-error.ts';
import type { Control } from '../control.ts';
import type { HttpAnswer, HttpRequest } from '../http/http-server.ts';
import { json } from '../http/problem.ts';
import { IMPORT_KINDS, type ImportTask } from '../jobs/table-reader.ts';
import { countIn, textIn } from './query.ts';

const VERSIONS_TOLD = 20;
const VERSIONS_TOLD_MAX = 100;

/** The answer to a question about jobs and versions; null when `request` is about something else. */
export function answerJobs(control: Control, request: HttpRequest): HttpAnswer | Promise<HttpAnswer> | null {
  switch (`${request.method} ${request.path}`) {
    case 'GET /api/v1/jobs':
      return json({ jobs: control.jobs.views() });
    case 'POST /api/v1/jobs':
      return json(begin(control, request), 201);
    case 'GET /api/v1/versions':
      return json({
        versions: control.configuration.versions(countIn(request, 'limit', VERSIONS_TOLD, VERSIONS_TOLD_MAX)),
      });
  }
  const [, version] = /^\/api\/v1\/versions\/(\d{1,9})\/rollback$/.exec(request.path) ?? [];
  if (version !== undefined && request.method === 'POST') return rollback(control, Number(version), request);
  const [, id, action = ''] = /^\/api\/v1\/jobs\/(\d{1,9})(?:\/(bytes|finish))?$/.exec(request.path) ?? [];
  return id === undefined ? null : answerJob(control, Number(id), `${request.method} ${action}`, request.body);
}

function answerJob(
  { jobs }: Control,
  id: number,
  question: string,
  body: Uint8Array,
): HttpAnswer | Promise<HttpAnswer> | null {
  switch (question) {
    case 'GET ':
      return json(jobs.view(id));
    case 'POST bytes':
      return jobs.feed(id, body).then((view) => json(view, 202));
    case 'POST finish':
      return json(jobs.finish(id), 202);
    case 'DELETE ':
      return jobs.cancel(id).then((view) => json(view));
    default:
      return null;
  }
}

function begin(control: Control, request: HttpRequest): unknown {
  return control.jobs.begin({
    task: taskOf(control, request),
    name: textIn(request, 'file') || 'the file',
    sizeBytes: countIn(request, 'size', 0, Number.MAX_SAFE_INTEGER),
    author: textIn(request, 'author'),
    note: textIn(request, 'note'),
  });
}

function taskOf({ configuration }: Control, request: HttpRequest): ImportTask {
  const asked = textIn(request, 'kind');
  const kind = IMPORT_KINDS.find((one) => one === asked);
  if (kind === undefined) throw new TandemError('TANDEM_API_QUESTION', `kind takes ${IMPORT_KINDS.join(', ')}.`);
  return configuration.importTask({ kind, name: textIn(request, 'name'), currency: textIn(request, 'currency') });
}

async function rollback(control: Control, version: number, request: HttpRequest): Promise<HttpAnswer> {
  const told = { author: textIn(request, 'author'), note: textIn(request, 'note') };
  const outcome = await control.rollback(version, told);
  return json(outcome, outcome.isEverywhere ? 200 : 202);
}
