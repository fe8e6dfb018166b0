// Searches over the API: what is found, page by page, and what is refused.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CdrPage } from '../../src/control/cdr/index/cdr-index.ts';
import type { Problem } from '../../src/control/http/problem.ts';
import { sampleCdr } from '../store/sample-cdr.ts';
import { temporaryDirectory } from '../store/temporary-directory.ts';
import { ask, openControl, WALL_MS } from './control-fixture.ts';

test('a search is answered page by page, newest first; a bad question with what is right', async (context) => {
  const path = temporaryDirectory();
  const { control, shards } = openControl(path);
  const port = await control.start();
  context.after(() => control.stop());
  for (let number = 1; number <= 5; number++) {
    const account = number % 2 === 0 ? 'even' : 'odd';
    const billed = { callerBilled: '44800', calleeBilled: `+${number}` };
    shards[0]?.record({ ...sampleCdr(number, WALL_MS + number * 1_000), account, ...billed });
  }
  control.tick(0);
  const search = (query: string) => ask(path, port, `GET /api/v1/cdrs/search?${query}`);
  const page = async (query: string): Promise<CdrPage> => (await search(query)).json() as CdrPage;
  const idsOf = ({ cdrs }: CdrPage): string[] => cdrs.map(({ id }) => id);
  const first = await page('account=odd&limit=2');
  assert.deepEqual(idsOf(first), [sampleCdr(5).id, sampleCdr(3).id]);
  const second = await page(`account=odd&limit=2&before=${first.before}`);
  assert.deepEqual([idsOf(second), second.before], [[sampleCdr(1).id], null]);
  assert.deepEqual(idsOf(await page('account=odd&number=442079460000&gateway=Vendor+one&limit=1')), [sampleCdr(5).id]);
  assert.deepEqual(idsOf(await page('number=44207946')), [], 'numbers are whole');
  assert.deepEqual(idsOf(await page('number=44800&limit=1')), [sampleCdr(5).id], 'prices went by it');
  assert.deepEqual(idsOf(await page('number=%2B2')), [sampleCdr(2).id]);
  assert.deepEqual(idsOf(await page('endReason=Busy')), []);
  const from = new Date(WALL_MS + 2_000).toISOString().replace('.000', '');
  assert.deepEqual(idsOf(await page(`from=${from}&until=${WALL_MS + 4_000}`)), [sampleCdr(3).id, sampleCdr(2).id]);
  for (const [query, advice] of [
    ['endReason=Norml', /did you mean Normal\?/],
    ['acount=odd', /acount is no word of this question; did you mean account\?/],
    ['account=odd&account=even', /^account is said twice\.$/],
    ['from=yesterday', /from takes a date/],
    ['from=2026-01-02&until=2026-01-01', /until is not after from/],
    ['limit=0', /limit takes a whole number from 1 to 1000/],
    ['before=x', /before takes a whole number/],
  ] as const) {
    const refused = await search(query);
    assert.equal(refused.status, 400);
    assert.match((refused.json() as Problem).detail, advice);
  }
});
