// A short load through one shard and through three; test/interop/load.ts has the long one.

import type { TestContext } from 'node:test';
import { testWith } from './debian.ts';
import { runLoad, tellReport } from './load.ts';
import { whySippIsMissing } from './sipp.ts';

const missing = whySippIsMissing();

async function shortLoad(context: TestContext, shards: number): Promise<void> {
  const report = await runLoad(context, { rate: 100, seconds: 10, holdSeconds: 2, shards });
  context.diagnostic(tellReport(report));
}

testWith(
  missing,
  '100 calls a second for 10 s through 1 shard: every call succeeds and everything adds up',
  (context) => shortLoad(context, 1),
);

testWith(
  missing,
  '100 calls a second for 10 s through 3 shards: every call succeeds and everything adds up',
  (context) => shortLoad(context, 3),
);
