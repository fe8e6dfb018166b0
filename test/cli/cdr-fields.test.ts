// The page about the fields of a CDR that is in the repository.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { cdrFieldsPage } from '../../src/cli/cdr-fields.ts';

test('config/CDR.md is what `tandem cdr fields --markdown` prints', () => {
  const written = readFileSync('config/CDR.md', 'utf8');
  const todo = 'make it anew: tandem cdr fields --markdown > config/CDR.md';
  assert.equal(written, `${cdrFieldsPage().join('\n')}\n`, todo);
});
