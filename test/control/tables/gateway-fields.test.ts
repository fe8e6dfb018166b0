// The tables of fields: each says enough to be written about.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { GatewayField } from '../../../src/control/tables/gateway-field.ts';
import { MAPPING_FIELDS } from '../../../src/control/tables/mapping-fields.ts';
import { ROUTING_FIELDS } from '../../../src/control/tables/routing-fields.ts';
import type { ParameterRow } from '../../../src/core/parameters/row.ts';
import { PARAMETERS } from '../../../src/core/parameters/table.ts';

const KINDS: Readonly<Record<string, readonly GatewayField<unknown>[]>> = {
  mapping: Object.values(MAPPING_FIELDS),
  routing: Object.values(ROUTING_FIELDS),
};
const ALL = Object.values(KINDS).flat();

test('every field has a sentence of help and says what it takes', () => {
  for (const { name, range, help } of ALL) {
    assert.match(help, /^\S.*\.$/s, name);
    assert.notEqual(range, '', `${name} takes something`);
    assert.ok(!range.includes('\u0000'), name);
  }
});

test('no name stands twice in a kind of gateway', () => {
  for (const fields of Object.values(KINDS)) {
    const names = fields.map(({ name }) => name);
    assert.equal(new Set(names).size, names.length);
  }
});

test('a parameter names the fields that override it, and those fields name the parameter', () => {
  for (const [name, { override }] of Object.entries<ParameterRow>(PARAMETERS)) {
    const own = ALL.filter(({ parameter }) => parameter === name).map((field) => field.name);
    const named = override.match(/(?<=`)\w+(?=`)/g) ?? [];
    assert.deepEqual(new Set(named.filter((field) => field !== 'sipTimer')), new Set(own), name);
    for (const [kind, fields] of Object.entries(KINDS)) {
      if (!override.startsWith(`${kind} gateway`)) continue;
      for (const field of named)
        assert.ok(
          fields.some((one) => one.name === field),
          `${kind} ${field}`,
        );
    }
  }
});
