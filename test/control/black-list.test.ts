// The dynamic blacklist in control: what operators put on it, and the copy that outlives a restart.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { KeptBlackList } from '../../src/control/black-list.ts';
import type { Problem } from '../../src/control/http/problem.ts';
import { BlackList, type BlackListEntry } from '../../src/core/admission/black-list.ts';
import { openLmdbStores } from '../../src/store/lmdb.ts';
import { openMemoryStores } from '../../src/store/memory.ts';
import { temporaryDirectory } from '../store/temporary-directory.ts';
import { ask, type ControlFixture, NETWORK, openControl } from './control-fixture.ts';

const WALL_MS = 1_800_000_000_000;

type Asking = (request: string, body?: string) => ReturnType<typeof ask>;

async function stage(context: TestContext): Promise<ControlFixture & { readonly asking: Asking }> {
  const path = temporaryDirectory();
  const fixture = openControl(path);
  const port = await fixture.control.start();
  context.after(() => fixture.control.stop());
  const asking: Asking = (request, body) => ask(path, port, request, body === undefined ? {} : { body });
  return { ...fixture, asking };
}

test('over the API a number is put on the list, told, and taken off', async (context) => {
  const { control, asking } = await stage(context);
  assert.deepEqual((await asking('GET /api/v1/blacklist')).json(), []);
  const added = await asking('POST /api/v1/blacklist?party=callee&number=4930123&seconds=60');
  assert.equal(added.status, 201, added.text);
  assert.ok(control.view.blackList.isBlocked({ party: 'callee', number: '4930123' }, control.wallNow()));
  const [entry, ...rest] = (await asking('GET /api/v1/blacklist')).json() as BlackListEntry[];
  assert.deepEqual(rest, []);
  assert.deepEqual([entry?.party, entry?.number, entry?.kind], ['callee', '4930123', 'manual']);
  assert.equal((await asking('DELETE /api/v1/blacklist?party=callee&number=4930123')).status, 200);
  assert.equal((await asking('DELETE /api/v1/blacklist?party=callee&number=4930123')).status, 404);
  assert.deepEqual((await asking('GET /api/v1/blacklist')).json(), []);
});

test('what is no number, no side, no time, or on the white list is refused', async (context) => {
  const { asking } = await stage(context);
  const whyNot = async (question: string): Promise<string> => {
    const answer = await asking(`POST /api/v1/blacklist?${question}`);
    assert.equal(answer.status, 422, answer.text);
    return (answer.json() as Problem).detail;
  };
  assert.match(await whyNot('number=49-30'), /number takes a number/);
  assert.match(await whyNot('number=4930&party=both'), /party takes caller or callee/);
  assert.match(await whyNot('number=4930&seconds=0'), /seconds takes a whole number from 1/);
  const listed = `${NETWORK}numberGroups: [{ name: rescue, numbers: 112 }]\nsystemWhiteList: rescue\n`;
  await asking('POST /api/v1/apply', listed);
  assert.match(await whyNot('number=112&party=callee'), /The callee 112 is on the system white list/);
});

test('the list is kept over a restart, as far as it has not expired', async () => {
  const path = temporaryDirectory();
  const stores = openLmdbStores(path);
  const list = new BlackList(BlackList.allocate());
  const kept = new KeptBlackList(list, stores.keepsakes);
  const since = { kind: 'noAnswer', sinceWallMs: WALL_MS, lastCallWallMs: WALL_MS + 2_000 } as const;
  const long = { ...since, party: 'callee', number: '4930', untilWallMs: WALL_MS + 90_000 } as const;
  list.block(long);
  list.block({ ...long, number: '4931', untilWallMs: WALL_MS + 1_000 });
  list.block({ ...long, number: '4932' });
  list.unblock({ party: 'callee', number: '4932' }, WALL_MS);
  kept.keep(WALL_MS + 5_000);
  await stores.close();
  const storesAgain = openLmdbStores(path);
  const again = new KeptBlackList(new BlackList(BlackList.allocate()), storesAgain.keepsakes);
  assert.deepEqual(again.entries(WALL_MS + 6_000), [long]);
  assert.deepEqual(again.entries(WALL_MS + 90_000), []);
  await storesAgain.close();
});

test('control that begins anew beside a running switch brings nothing back', () => {
  const { keepsakes } = openMemoryStores();
  const list = new BlackList(BlackList.allocate());
  const entry = { party: 'caller', number: '1', kind: 'manual', sinceWallMs: WALL_MS } as const;
  list.block({ ...entry, untilWallMs: WALL_MS + 9_000 });
  new KeptBlackList(list, keepsakes).keep(WALL_MS);
  list.unblock({ party: 'caller', number: '1' }, WALL_MS);
  assert.deepEqual(new KeptBlackList(list, keepsakes).entries(WALL_MS), []);
});
