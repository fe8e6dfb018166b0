// Commands are new as soon as the package is, the switch only once it has been started again: what one of an earlier
// release does not say is nothing.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { claimDataDirectory, issueLocalToken, releaseDataDirectory } from '../../src/store/data-directory.ts';
import { place, tandem } from './command-line.ts';

/** Answers of a switch of an earlier release, by path. */
const ANSWERS: Readonly<Record<string, unknown>> = {
  '/api/v1/apply': {
    version: 7,
    dryRun: false,
    changes: [],
    counts: { accounts: 1, mappingGateways: 1, routingGateways: 0 },
    isEverywhere: true,
  },
  '/api/v1/accounts': [
    {
      account: 'blue',
      isInNetwork: true,
      currency: 'EUR',
      balanceNanos: 1e9,
      spendableNanos: 1e9,
      creditLimitNanos: 0,
      paidNanos: 1e9,
      chargedNanos: 0,
      chargeCount: 0,
    },
  ],
  '/api/v1/bills': {
    account: 'blue',
    currency: 'EUR',
    memo: '',
    fromWallMs: 0,
    untilWallMs: 86_400_000,
    timeZone: 'UTC',
    lines: [],
    sums: [],
    payments: [],
    corrections: [],
    balances: null,
    knownFromWallMs: null,
  },
  '/api/v1/parameters': { parameters: [] },
  '/api/v1/payments': { account: 'blue', nanos: 1e9, balanceNanos: 2e9 },
};

/** The answer ends within. */
function breakOff(response: ServerResponse): void {
  response.writeHead(201, { 'content-length': 100 });
  response.write('{', () => setImmediate(() => response.destroy()));
}

/** A directory that such a switch has, which notes what it is asked and breaks off its answer to `silent`. */
async function earlierSwitch(context: TestContext, asked: string[] = [], silent = ''): Promise<string> {
  const directory = place();
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '', 'http://switch');
    asked.push(`${request.method} ${pathname}`);
    if (pathname === silent) request.resume().on('end', () => breakOff(response));
    else request.resume().on('end', () => response.end(JSON.stringify(ANSWERS[pathname])));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const dataPath = join(directory, 'data');
  claimDataDirectory(dataPath, { address: '127.0.0.1', port: (server.address() as AddressInfo).port });
  issueLocalToken(dataPath);
  context.after(() => {
    releaseDataDirectory(dataPath);
    server.close();
  });
  return directory;
}

test('apply, accounts and bill tell what a switch of an earlier release says', async (context) => {
  const directory = await earlierSwitch(context);
  const told = async (...words: string[]): Promise<string> => {
    const { code, out, error } = await tandem(directory, ...words);
    assert.equal(code, 0, error);
    return out;
  };
  assert.match(await told('apply', 'tandem.yaml'), /^tandem\.yaml says what is in force already .*: version 7\.\n$/);
  assert.match(await told('accounts'), /\nblue +EUR +1\.0{6} +1\.0{6} +0\.0{6} +1\.0{6} +0\.0{6} +0\n$/);
  assert.match(await told('bill', 'blue'), /^blue, 1970-01-01 00:00 to 1970-01-02 00:00 \(UTC\), in EUR\n/);
  assert.match(await told('bill', 'blue', '--html'), /<h1>blue<\/h1>\n\n<p>1970/);
});

test('pay asks all that it has to know before it enters the payment', async (context) => {
  const asked: string[] = [];
  const failed = await tandem(await earlierSwitch(context, asked, '/api/v1/parameters'), 'pay', 'blue', '1');
  assert.deepEqual([failed.code, new Set(asked)], [2, new Set(['GET /api/v1/parameters'])]);
  const paid = await tandem(await earlierSwitch(context), 'pay', 'blue', '1');
  assert.equal(paid.out, 'blue: 1.000000 entered, the balance is 2.000000.\n', paid.error);
});

test('pay says how it is repeated when the answer to the payment breaks off', async (context) => {
  const { code, error } = await tandem(await earlierSwitch(context, [], '/api/v1/payments'), 'pay', 'blue', '1');
  assert.equal(code, 2);
  assert.match(
    error,
    /^The switch does not answer on .* not known: repeat the command with --key \S+, which enters it once\.\n$/,
  );
});
