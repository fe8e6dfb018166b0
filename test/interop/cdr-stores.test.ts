// CDRs in real stores that go away under load, while the process that writes them is killed.

import assert from 'node:assert/strict';
import { fileScope } from '../hosts/scope.ts';
import { testWith, whyMissing } from './debian.ts';
import { checkOutcome, outage } from './store-outage.ts';
import { STORE_PROGRAMS } from './store-server.ts';

const scope = fileScope();

testWith(
  whyMissing(STORE_PROGRAMS),
  'stores that go away for 5 s under load, the process killed meanwhile: every record is in each, once',
  async () => {
    const outcome = await outage(scope, { seconds: 5, rate: 200 });
    assert.ok(outcome.spooled.length > 1_000, `${outcome.spooled.length} records`);
    checkOutcome(outcome);
  },
);
