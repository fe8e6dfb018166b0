// A short load through one shard and through three; test/interop/load.ts has the long one.

import { type TestContext, test } from 'node:test';
import { runLoad, tellReport } from './load.ts';
import { whySippIsMissing } from './sipp.ts';

const missing = whySippIsMissing();

async function shortLoad(context: TestContext, shards: number): Promise<void> {
  if (missing !== null) {
    process.stderr.write(`${context.name}: ${missing}\n`);
    return context.skip(missing);
  }
  const report = await runLoad(context, { rate: 100, seconds: 10, holdSeconds: 2, shards });
  context.diagnostic(tellReport(report));
}

test('100 calls a second for 10 s through 1 shard: every call succeeds and everything adds up', (context) =>
  shortLoad(context, 1));

test('100 calls a second for 10 s through 3 shards: every call succeeds and everything adds up', (context) =>
  shortLoad(context, 3));
