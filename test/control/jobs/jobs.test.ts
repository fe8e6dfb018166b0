// Imports over the API, in the thread they have in a switch.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { DeployedOutcome } from '../../../src/control/control.ts';
import type { Problem } from '../../../src/control/http/problem.ts';
import type { JobView } from '../../../src/control/jobs/jobs.ts';
import { RateDeck } from '../../../src/core/rating/rate-deck.ts';
import { numberGroupsOf } from '../../../src/core/routing/number-group.ts';
import { RoutePrefixes } from '../../../src/core/routing/route-prefixes.ts';
import type { Snapshot } from '../../../src/core/routing/snapshot.ts';
import { openLmdbStores } from '../../../src/store/lmdb.ts';
import { temporaryDirectory } from '../../store/temporary-directory.ts';
import { ask, type ControlFixture, NETWORK, openControl } from '../control-fixture.ts';

type Ask = (request: string, body?: string) => ReturnType<typeof ask>;

interface Stage extends ControlFixture {
  readonly ask: Ask;
}

/** A control with a network of two vendors; what they take by prefixes of the file is One: 44, Two: all. */
async function stage(context: TestContext, options: Parameters<typeof openControl>[1] = {}): Promise<Stage> {
  const path = temporaryDirectory();
  const fixture = openControl(path, options);
  const port = await fixture.control.start();
  context.after(() => fixture.control.stop());
  const asking: Ask = (request, body) => ask(path, port, request, body === undefined ? {} : { body });
  await asking('POST /api/v1/apply', NETWORK);
  return { ...fixture, ask: asking };
}

async function begin(asking: Ask, query: string): Promise<number> {
  const begun = await asking(`POST /api/v1/jobs?${query}`, '');
  assert.equal(begun.status, 201, begun.text);
  return (begun.json() as JobView).id;
}

/** A whole import of `text`; how it ended. */
async function importText(asking: Ask, query: string, text: string): Promise<JobView> {
  const id = await begin(asking, `${query}&author=ops`);
  await asking(`POST /api/v1/jobs/${id}/bytes`, text);
  return finish(asking, id);
}

async function finish(asking: Ask, id: number): Promise<JobView> {
  let job = (await asking(`POST /api/v1/jobs/${id}/finish`, '')).json() as JobView;
  while (job.state === 'packing') job = (await asking(`GET /api/v1/jobs/${id}`)).json() as JobView;
  return job;
}

/** The gateways with the longest prefix of `callee`, and that prefix. */
function planOf(snapshot: Snapshot | undefined, callee: string): string[] {
  if (snapshot === undefined) return assert.fail();
  const { routingGateways, routePrefixes } = snapshot;
  const prefixes = new RoutePrefixes(routePrefixes, routingGateways.length);
  prefixes.find(callee);
  if (!prefixes.next()) return [];
  const indexes = [...prefixes.gateways.slice(0, prefixes.count)];
  return indexes.map((index) => `${routingGateways[index]?.name}:${callee.slice(0, prefixes.length)}`);
}

test('an import is the next version, with progress on the way, and can be undone', async (context) => {
  const { ask: asking, published } = await stage(context);
  const id = await begin(asking, 'kind=prefixes&file=deck.csv&size=36&author=ops');
  const half = await asking(`POST /api/v1/jobs/${id}/bytes`, 'gateway,prefix\nTwo,4930\n');
  assert.equal(half.status, 202);
  const { state, takenBytes, sizeBytes } = half.json() as JobView;
  assert.deepEqual([state, takenBytes, sizeBytes], ['reading', 24, 36]);
  await asking(`POST /api/v1/jobs/${id}/bytes`, 'One,493\n');
  const job = await finish(asking, id);
  assert.deepEqual([job.state, job.rowCount, job.version, job.fault], ['done', 2, 2, null]);
  assert.deepEqual(planOf(published.at(-1), '4930'), ['Two:4930']);
  assert.deepEqual(planOf(published.at(-1), '4931'), ['One:493']);
  const { versions } = (await asking('GET /api/v1/versions')).json() as { versions: { version: number }[] };
  assert.deepEqual(
    versions.map(({ version }) => version),
    [2, 1],
  );
  const dry = await asking('POST /api/v1/versions/1/rollback?dryRun', '');
  assert.deepEqual([dry.status, (dry.json() as Problem).code], [400, 'TANDEM_API_QUESTION'], 'there is no such');
  const back = await asking('POST /api/v1/versions/1/rollback?author=ops', '');
  assert.equal(back.status, 200, back.text);
  assert.deepEqual(back.json(), {
    version: 3,
    changes: [{ what: 'importedPrefixes', name: 'all gateways', change: 'removed', fields: [] }],
    isEverywhere: true,
  });
  assert.deepEqual(planOf(published.at(-1), '4930'), ['Two:']);
  await asking('POST /api/v1/versions/2/rollback', '');
  assert.deepEqual(planOf(published.at(-1), '4930'), ['Two:4930'], 'undo can be undone');
  const unknown = (await asking('POST /api/v1/versions/9/rollback', '')).json() as Problem;
  assert.equal(unknown.code, 'TANDEM_VERSION_UNKNOWN');
});

test('a broken row is refused with its line, and nothing changes', async (context) => {
  const { ask: asking, published } = await stage(context);
  const late = await importText(asking, 'kind=prefixes&file=deck.csv', 'gateway,prefix\nOne,1\nOne,1\n');
  assert.equal(late.state, 'failed');
  assert.match(late.fault?.message ?? '', /deck\.csv was refused: line 3, prefix: "1" of this/);
  assert.deepEqual(late.fault?.refusals[0]?.line, 3);
  const id = await begin(asking, 'kind=numbers&name=blocked&file=list.csv');
  const early = await asking(`POST /api/v1/jobs/${id}/bytes`, `number\n${'x\n'.repeat(30)}`);
  assert.equal(early.status, 422);
  assert.equal((early.json() as Problem).refusals.length, 20);
  assert.equal((await asking(`POST /api/v1/jobs/${id}/bytes`, '1\n')).status, 422, 'and takes no more');
  assert.equal(published.at(-1)?.version, 1);
});

test('who takes out, or renames, a gateway that prefixes were imported for is told', async (context) => {
  const { ask: asking, published } = await stage(context);
  await importText(asking, 'kind=prefixes', 'gateway,prefix\nTwo,4930\nOne,493\n');
  const advice = async (network: string): Promise<readonly string[]> =>
    ((await asking('POST /api/v1/apply', network)).json() as DeployedOutcome).advice;
  assert.deepEqual(await advice(NETWORK.replace('priority: 2', 'priority: 3')), []);
  assert.deepEqual(await advice(NETWORK.replace('name: Two', 'name: Second')), [
    'Prefixes were imported for Two, which is no routing gateway: they bring no calls.',
  ]);
  assert.deepEqual(planOf(published.at(-1), '4930'), ['One:493']);
  assert.deepEqual(await advice(NETWORK.replace('name: One', 'name: First').replace('name: Two', 'name: Second')), [
    'Prefixes were imported for Two and 1 more, which are no routing gateways: they bring no calls.',
  ]);
  assert.deepEqual(await advice(NETWORK), []);
  assert.deepEqual(planOf(published.at(-1), '4930'), ['Two:4930']);
});

test('a number group is imported under a name, and a network file leaves it alone', async (context) => {
  const { ask: asking, published } = await stage(context);
  const job = await importText(asking, 'kind=numbers&name=blocked', 'number\n4930123\n');
  assert.equal(job.version, 2);
  const groups = () => numberGroupsOf(published.at(-1)?.numberGroups ?? []);
  assert.ok(groups().get('blocked')?.has('4930123'));
  await asking('POST /api/v1/apply', `${NETWORK}numberGroups: [{ name: vips, numbers: [1] }]\n`);
  assert.deepEqual([...groups().keys()].sort(), ['blocked', 'vips']);
  await asking('POST /api/v1/apply', `${NETWORK}numberGroups: [{ name: blocked, numbers: [1] }]\n`);
  assert.deepEqual([groups().get('blocked')?.has('4930123'), groups().get('blocked')?.has('1')], [false, true]);
});

/** A network whose customer pays by the table `retail`, which it does not list. */
const PAYING = NETWORK.replace('account: alpha\n', 'account: alpha\n    rateTable: retail\n');

/** What a call to `callee` costs per period by the table `retail`, in 10^-9 units. */
function priceOf(snapshot: Snapshot | undefined, callee: string): number | undefined {
  const table = snapshot?.prices?.rateTables.find(({ name }) => name === 'retail');
  return table && new RateDeck(table.image).find(callee, 0)?.terms.priceNanos;
}

test('a rate table is imported, accounts may pay by it, and it can be undone', async (context) => {
  const { ask: asking, published } = await stage(context);
  assert.match((await asking('POST /api/v1/apply', PAYING)).text, /names .*retail.*, which is not in rateTables/);
  const rates = 'kind=rates&name=retail&currency=EUR';
  assert.equal((await importText(asking, rates, 'prefix,price\n49,0.02\n')).version, 2);
  const applied = await asking('POST /api/v1/apply', PAYING);
  assert.equal(applied.status, 200, applied.text);
  assert.equal(priceOf(published.at(-1), '4930'), 20_000_000);
  await importText(asking, 'kind=rates&name=retail', 'prefix,price\n49,0.03\n');
  assert.equal(priceOf(published.at(-1), '4930'), 30_000_000, 'the currency is known by now');
  await asking('POST /api/v1/versions/3/rollback', '');
  assert.equal(priceOf(published.at(-1), '4930'), 20_000_000);
  const dollars = (await asking('POST /api/v1/jobs?kind=rates&name=retail&currency=USD', '')).json() as Problem;
  assert.match(dollars.detail, /Account alpha has its money in EUR and pays by retail/);
});

test('a currency that accounts have got while a table was read is refused at the end', async (context) => {
  const { ask: asking, published } = await stage(context);
  const id = await begin(asking, 'kind=rates&name=retail&currency=USD');
  const listed = `rateTables: [{ name: retail, currency: EUR, rates: [{ prefix: '', price: 1 }] }]\n`;
  assert.equal((await asking('POST /api/v1/apply', listed + PAYING)).status, 200);
  await asking(`POST /api/v1/jobs/${id}/bytes`, 'prefix,price\n49,0.02\n');
  const job = await finish(asking, id);
  assert.deepEqual([job.state, job.fault?.code], ['failed', 'TANDEM_IMPORT_CURRENCY']);
  assert.equal(priceOf(published.at(-1), '49'), 1_000_000_000);
});

test('a calendar that imported rates go by cannot be taken out, also while they are read', async (context) => {
  const { ask: asking } = await stage(context);
  const withNights = `${NETWORK}calendars: [{ name: nights, periods: [{ from: 22:00, to: 06:00 }] }]\n`;
  const importNights = async (): Promise<number> => {
    const id = await begin(asking, 'kind=rates&name=retail&currency=EUR');
    await asking(`POST /api/v1/jobs/${id}/bytes`, 'prefix,price,calendar\n49,0.02,nights\n');
    return id;
  };
  await asking('POST /api/v1/apply', withNights);
  const late = await importNights();
  await asking('POST /api/v1/apply', NETWORK);
  assert.equal((await finish(asking, late)).fault?.code, 'TANDEM_RATES_CALENDAR');
  await asking('POST /api/v1/apply', withNights);
  assert.equal((await finish(asking, await importNights())).state, 'done');
  const refused = await asking('POST /api/v1/apply', NETWORK);
  assert.equal(refused.status, 422);
  assert.match((refused.json() as Problem).detail, /Rate table retail, which was imported, has rates by .*"nights"/);
});

test('a number group that was imported may be named, one that nobody has may not', async (context) => {
  const { ask: asking } = await stage(context);
  const naming = NETWORK.replace('remoteIps:', 'callerLimitE164Groups: blocked, remoteIps:');
  assert.match((await asking('POST /api/v1/apply', naming)).text, /names .*blocked.*, which is not in numberGroups/);
  await importText(asking, 'kind=numbers&name=blocked', 'number\n4930123\n');
  assert.equal((await asking('POST /api/v1/apply', naming)).status, 200);
});

test('one import at a time; one that is cancelled changes nothing and makes room', async (context) => {
  const { ask: asking, published, control } = await stage(context);
  const id = await begin(asking, 'kind=numbers&name=blocked');
  const second = await asking('POST /api/v1/jobs?kind=prefixes', '');
  assert.deepEqual([second.status, (second.json() as Problem).code], [409, 'TANDEM_JOB_RUNNING']);
  await asking(`POST /api/v1/jobs/${id}/bytes`, 'number\n1\n');
  assert.equal(((await asking(`DELETE /api/v1/jobs/${id}`)).json() as JobView).state, 'cancelled');
  assert.equal((await asking(`POST /api/v1/jobs/${id}/bytes`, '2\n')).status, 409);
  control.tick(0);
  const silent = await begin(asking, 'kind=numbers&name=blocked');
  control.tick(60_000);
  assert.equal(((await asking(`GET /api/v1/jobs/${silent}`)).json() as JobView).state, 'reading');
  control.tick(60_001);
  assert.equal(
    ((await asking(`GET /api/v1/jobs/${silent}`)).json() as JobView).state,
    'cancelled',
    'its sender is gone',
  );
  const { jobs } = (await asking('GET /api/v1/jobs')).json() as { jobs: JobView[] };
  assert.deepEqual(
    jobs.map((job) => [job.id, job.state]),
    [
      [silent, 'cancelled'],
      [id, 'cancelled'],
    ],
  );
  assert.equal(published.at(-1)?.version, 1);
});

test('a job whose thread takes a minute for some bytes is not one whose sender is gone', async (context) => {
  const { ask: asking, control } = await stage(context);
  control.tick(0);
  const id = await begin(asking, 'kind=numbers&name=blocked');
  const fed = control.jobs.feed(id, new TextEncoder().encode('number\n1\n'));
  control.tick(60_001);
  assert.equal((await fed).state, 'reading');
  control.tick(120_001);
  assert.equal((await finish(asking, id)).state, 'done', 'a minute of silence counts from there');
});

test('questions about no job, no kind, no name are refused', async (context) => {
  const { ask: asking } = await stage(context);
  const codes = async (request: string) => {
    const answer = await asking(request, '');
    return [answer.status, (answer.json() as Problem).code];
  };
  assert.deepEqual(await codes('POST /api/v1/jobs?kind=sheep'), [400, 'TANDEM_API_QUESTION']);
  assert.deepEqual(await codes('POST /api/v1/jobs?kind=numbers'), [422, 'TANDEM_IMPORT_NAME']);
  assert.deepEqual(await codes('POST /api/v1/jobs?kind=rates&name=retail'), [422, 'TANDEM_IMPORT_CURRENCY']);
  assert.deepEqual(await codes('POST /api/v1/jobs?kind=rates&name=retail&currency=euro'), [
    422,
    'TANDEM_IMPORT_CURRENCY',
  ]);
  assert.deepEqual(await codes('POST /api/v1/jobs/77/finish'), [404, 'TANDEM_JOB_UNKNOWN']);
});

test('what was imported is there after a restart', async (context) => {
  const path = temporaryDirectory();
  const first = openControl(path, { stores: openLmdbStores(path) });
  const port = await first.control.start();
  const asking: Ask = (request, body) => ask(path, port, request, body === undefined ? {} : { body });
  await asking('POST /api/v1/apply', NETWORK);
  await importText(asking, 'kind=prefixes', 'gateway,prefix\nTwo,4930\n');
  await importText(asking, 'kind=numbers&name=blocked', 'number\n1\n');
  await importText(asking, 'kind=rates&name=retail&currency=EUR', 'prefix,price\n49,0.02\n');
  await first.control.stop();
  const second = openControl(path, { stores: openLmdbStores(path) });
  await second.control.start();
  context.after(() => second.control.stop());
  const { snapshot } = second.control.configuration;
  assert.deepEqual(planOf(snapshot, '4930'), ['Two:4930']);
  assert.equal(priceOf(snapshot, '4930'), 20_000_000);
  assert.ok(
    numberGroupsOf(snapshot.numberGroups ?? [])
      .get('blocked')
      ?.has('1'),
  );
});
