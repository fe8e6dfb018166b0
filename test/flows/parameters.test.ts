// Every system parameter changes what happens. For each there is a ladder that sets it to another value than its
// default and fails without that setting, and a ladder that leaves it at its default and fails with the other value.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { parameterNameOf } from '../../src/core/parameters/registry.ts';
import { PARAMETERS, type ParameterName } from '../../src/core/parameters/table.ts';
import { parameters } from '../simulator/trunks.ts';
import type { Flow, FlowSetting } from './flow-file.ts';
import { flowFiles } from './flow-folder.ts';
import { passes, withSettings } from './flow-runner.ts';

/** What no ladder can show, and the test that proves it. */
const PROVED_ELSEWHERE: Partial<Record<ParameterName, string>> = {
  SS_GATEWAY_ASR_CALCULATE: 'test/core/call/quality-signs.test.ts',
  SS_GATEWAY_ASR_RESERVE_TIME: 'test/core/admission/quality.test.ts',
  SS_GATEWAY_ASR_RESERVE_SEPARATE: 'test/core/admission/quality.test.ts',
  SS_GATEWAY_ASR_ROUTE_SORT_CONFIG: 'test/core/routing/route-order.test.ts',
  SS_GATEWAY_FEE_RATE_ROUTE_SORT_CONFIG: 'test/core/routing/route-order.test.ts',
  SS_GATEWAY_FEE_RATE_ROUTE_BEFORE_ASR: 'test/core/routing/route-order.test.ts',
  SERVER_BILLING_FEE_PRECISION: 'test/cli/accounts.test.ts',
  SERVER_BILLING_HOLD_TIME_PRECISION: 'test/core/call/priced-call.test.ts',
  SERVER_BILLING_RESERVE_TIME: 'test/core/call/prepaid-call.test.ts',
  SERVER_BILLING_PREVENT_OVERDRAFT_ADVANCE_TIME: 'test/core/call/prepaid-call.test.ts',
  SERVER_BILLING_FREE_TIME: 'test/core/call/priced-call.test.ts',
  SS_SIP_SIGNAL_TOS: 'test/edge/signal-precedence.test.ts',
  SS_CDR_RECORD_TO_FILE: 'test/control/control-sinks.test.ts',
  SS_CDR_RECORD_NONCONNECT: 'test/control/control-sinks.test.ts',
};

const FLOWS = [...flowFiles().values()].flat();
const NAMES = Object.keys(PARAMETERS) as ParameterName[];

/** A ladder and what it sets a parameter to. */
interface Changed {
  readonly flow: Flow;
  readonly setting: FlowSetting;
}

describe('every parameter changes what happens', () => {
  for (const name of NAMES) {
    const elsewhere = PROVED_ELSEWHERE[name];
    if (elsewhere === undefined) {
      test(`${name}: in a ladder, and in one at its default`, () => provedByLadders(name));
    } else {
      test(`${name}: in ${elsewhere}`, () => {
        assert.deepEqual(laddersThatSet(name), [], 'a ladder sets it: take it out of PROVED_ELSEWHERE');
        assert.match(readFileSync(elsewhere, 'utf8'), new RegExp(name));
      });
    }
  }
});

function provedByLadders(name: ParameterName): void {
  const changed = laddersThatSet(name).filter(({ setting }) => !isDefault(name, setting.value));
  assert.ok(changed.length > 0, `no ladder sets ${name} to another value than ${PARAMETERS[name].fallback}`);
  assert.ok(
    changed.some(({ flow, setting }) => passes(flow) && !passes(withSettings(flow, without(flow, setting)))),
    `${name} changes nothing: each ladder that sets it passes without that setting as well`,
  );
  const others = [...new Set(changed.map(({ setting }) => setting.value))];
  assert.ok(
    FLOWS.some((flow) => isAtDefault(flow, name) && others.some((value) => tellsApart(flow, name, value))),
    `${name} at its default shows in no ladder: each passes with ${others.join(' or ')} as well`,
  );
}

function laddersThatSet(name: ParameterName): Changed[] {
  return FLOWS.flatMap((flow) =>
    flow.settings.filter(({ of }) => parameterNameOf(of) === name).map((setting) => ({ flow, setting })),
  );
}

function isDefault(name: ParameterName, value: string): boolean {
  return JSON.stringify(parameters({ [name]: value })) === JSON.stringify(parameters());
}

function isAtDefault(flow: Flow, name: ParameterName): boolean {
  return !flow.settings.some(({ of }) => parameterNameOf(of) === name);
}

/** True when `flow`, which is right at the default of `name`, is wrong at `value`. */
function tellsApart(flow: Flow, name: ParameterName, value: string): boolean {
  const setting = { of: name, field: '', value };
  return !passes(withSettings(flow, [...flow.settings, setting])) && passes(flow);
}

function without({ settings }: Flow, setting: FlowSetting): readonly FlowSetting[] {
  return settings.filter((other) => other !== setting);
}
