import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { calendarsIn } from '../../../src/control/tables/calendar-compile.ts';
import { filterOf, NUMBER_FILTER_DEFAULTS } from '../../../src/control/tables/number-filter-fields.ts';
import {
  type CallNumbers,
  type NumberFault,
  numberFault,
  OPEN_FILTER,
} from '../../../src/core/routing/number-filter.ts';
import { numberGroupsOf, packNumberGroup } from '../../../src/core/routing/number-group.ts';
import type { NumberFilterFields } from '../../../src/store/network-numbers.ts';

/** Open before `CLOSES_AT_MS`. */
const CALENDARS = calendarsIn(
  new Map([
    ['day', { name: 'day', fromWallMs: 0, untilWallMs: 9, isOpenAtFirst: true, changesAtWallMs: Float64Array.of(5) }],
  ]),
);
const CLOSES_AT_MS = 5;

const GROUPS = numberGroupsOf([
  { name: 'fraud', image: packNumberGroup(['4930666', '4930777']) },
  { name: 'offices', image: packNumberGroup(['49221']) },
]);

/** What a filter with `fields` says to a call of 49221 to 4930123. */
function faultOf(
  fields: Partial<NumberFilterFields>,
  numbers: Partial<CallNumbers> = {},
  wallMs = 0,
): NumberFault | '' {
  const filter = filterOf({ ...NUMBER_FILTER_DEFAULTS, ...fields }, CALENDARS);
  return numberFault(filter, { caller: '49221', callee: '4930123', forwarder: '', ...numbers }, GROUPS, wallMs);
}

describe('an empty list lets every number pass, whatever its flag says', () => {
  test('by default', () => assert.deepEqual(filterOf(NUMBER_FILTER_DEFAULTS, CALENDARS), OPEN_FILTER));

  test('also where the flag says deny', () => {
    const { callerPrefixesAllow: _, ...rest } = NUMBER_FILTER_DEFAULTS;
    assert.deepEqual(filterOf({ ...rest, callerPrefixesAllow: false }, CALENDARS), OPEN_FILTER);
  });
});

describe('lists of prefixes', () => {
  test('allow: only callers that begin so', () => {
    assert.equal(faultOf({ callerPrefixes: ['49', '44'] }), '');
    assert.equal(faultOf({ callerPrefixes: ['4930', '44'] }), 'callerPrefix');
  });

  test('deny: all but those', () => {
    assert.equal(faultOf({ calleePrefixes: ['4930'], calleePrefixesAllow: false }), 'calleePrefix');
    assert.equal(faultOf({ calleePrefixes: ['4940'], calleePrefixesAllow: false }), '');
  });

  test('a prefix longer than the number does not fit it', () => {
    assert.equal(faultOf({ callerPrefixes: ['492211'] }), 'callerPrefix');
  });

  test('forward prefixes: only of calls that somebody has sent on', () => {
    const fields = { forwardPrefixes: ['4989'] };
    assert.equal(faultOf(fields), '');
    assert.equal(faultOf(fields, { forwarder: '498912' }), '');
    assert.equal(faultOf(fields, { forwarder: '494012' }), 'forwardPrefix');
  });
});

describe('scheduled prefixes', () => {
  const by = (party: 'caller' | 'callee', isAllowed: boolean, ...prefixes: string[]) => ({
    calendar: 'day',
    value: { party, isAllowed, prefixes },
  });

  test('hold while their calendar is open, and not a moment longer', () => {
    const fields = { scheduledPrefixes: [by('callee', false, '493')] };
    assert.equal(faultOf(fields, {}, CLOSES_AT_MS - 1), 'scheduledPrefix');
    assert.equal(faultOf(fields, {}, CLOSES_AT_MS), '');
  });

  test('each of them holds, of its party, beside the lists that always do', () => {
    const allowed = by('caller', true, '49');
    assert.equal(faultOf({ scheduledPrefixes: [allowed] }), '');
    assert.equal(faultOf({ scheduledPrefixes: [allowed, by('callee', true, '44')] }), 'scheduledPrefix');
    assert.equal(faultOf({ scheduledPrefixes: [allowed], callerPrefixes: ['44'] }), 'callerPrefix');
  });
});

test('lengths: only numbers of so many digits; a number of more than 31 has no allowed length', () => {
  assert.equal(faultOf({ callerAllowLength: [5, 31] }), '');
  assert.equal(faultOf({ callerAllowLength: [4, 6] }), 'callerLength');
  assert.equal(faultOf({ calleeAllowLength: [7] }), '');
  assert.equal(faultOf({ calleeAllowLength: [8] }), 'calleeLength');
  assert.equal(faultOf({ calleeAllowLength: [31] }, { callee: '1'.repeat(31) }), '');
  assert.equal(faultOf({ calleeAllowLength: [31] }, { callee: '1'.repeat(63) }), 'calleeLength');
});

describe('number groups', () => {
  test('allow: only numbers of one of them, whole', () => {
    assert.equal(faultOf({ callerLimitE164Groups: ['fraud', 'offices'] }), '');
    assert.equal(faultOf({ callerLimitE164Groups: ['fraud'] }), 'callerGroup');
    assert.equal(faultOf({ callerLimitE164Groups: ['offices'] }, { caller: '492211' }), 'callerGroup');
  });

  test('deny: all but those', () => {
    const fields = { calleeLimitE164Groups: ['fraud'], calleeLimitE164GroupsAllow: false };
    assert.equal(faultOf(fields), '');
    assert.equal(faultOf(fields, { callee: '4930666' }), 'calleeGroup');
  });
});

describe('pairs', () => {
  test('deny: a caller and a called number together, and no other of either', () => {
    const fields = { denyCallerCallee: ['49221:4930123', '49222:4930124'] };
    assert.equal(faultOf(fields), 'callerCallee');
    assert.equal(faultOf(fields, { callee: '4930124' }), '');
    assert.equal(faultOf(fields, { caller: '49222' }), '');
  });

  test('* at the end of either is any rest', () => {
    assert.equal(faultOf({ denyCallerCallee: ['492*:4930*'] }), 'callerCallee');
    assert.equal(faultOf({ denyCallerCallee: ['*:4930123'] }), 'callerCallee');
    assert.equal(faultOf({ denyCallerCallee: ['49221:*'] }), 'callerCallee');
    assert.equal(faultOf({ denyCallerCallee: ['493*:*'] }), '');
  });

  test('allow: no other pair', () => {
    const fields = { denyCallerCallee: ['49221:4930123'], denyCallerCalleeAllow: true };
    assert.equal(faultOf(fields), '');
    assert.equal(faultOf(fields, { callee: '4930124' }), 'callerCallee');
  });
});

// A second reading of the same fields, one entry after the other.
function naiveFault(
  fields: NumberFilterFields,
  { caller, callee, forwarder }: CallNumbers,
  wallMs: number,
): NumberFault | '' {
  const fits = (list: readonly string[], isAllowed: boolean, fitsOne: (entry: string) => boolean): boolean =>
    list.length === 0 || list.some(fitsOne) === isAllowed;
  const begins = (number: string) => (prefix: string) => number.startsWith(prefix);
  const matches = (number: string, pattern = ''): boolean =>
    pattern.endsWith('*') ? number.startsWith(pattern.slice(0, -1)) : number === pattern;
  if (!fits(fields.callerAllowLength.map(String), true, (length) => String(caller.length) === length)) {
    return 'callerLength';
  }
  if (!fits(fields.calleeAllowLength.map(String), true, (length) => String(callee.length) === length)) {
    return 'calleeLength';
  }
  if (!fits(fields.callerPrefixes, fields.callerPrefixesAllow, begins(caller))) return 'callerPrefix';
  if (!fits(fields.calleePrefixes, fields.calleePrefixesAllow, begins(callee))) return 'calleePrefix';
  if (forwarder !== '' && !fits(fields.forwardPrefixes, fields.forwardPrefixesAllow, begins(forwarder))) {
    return 'forwardPrefix';
  }
  const isWithin = fields.scheduledPrefixes.every(({ value: { party, isAllowed, prefixes } }) =>
    fits(prefixes, isAllowed, begins(party === 'caller' ? caller : callee)),
  );
  if (!isWithin && wallMs < CLOSES_AT_MS) return 'scheduledPrefix';
  const pair = (entry: string): boolean => {
    const [one, other] = entry.split(':');
    return matches(caller, one) && matches(callee, other);
  };
  return fits(fields.denyCallerCallee, fields.denyCallerCalleeAllow, pair) ? '' : 'callerCallee';
}

const digits = fc.string({ unit: fc.constantFrom('1', '2'), minLength: 1, maxLength: 4 });
const list = fc.array(digits, { maxLength: 3 });
const lengths = fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 4 });
const pattern = fc.tuple(digits, fc.constantFrom('', '*')).map(([number, end]) => number + end);
const pairs = fc.array(
  fc.tuple(pattern, pattern).map(([one, other]) => `${one}:${other}`),
  { maxLength: 4 },
);
const scheduled = fc.array(
  fc.record({
    calendar: fc.constant('day'),
    value: fc.record({
      party: fc.constantFrom('caller' as const, 'callee' as const),
      isAllowed: fc.boolean(),
      prefixes: fc.array(digits, { minLength: 1, maxLength: 3 }),
    }),
  }),
  { maxLength: 2 },
);
const fields: fc.Arbitrary<NumberFilterFields> = fc.record({
  callerAllowLength: lengths,
  calleeAllowLength: lengths,
  callerPrefixes: list,
  callerPrefixesAllow: fc.boolean(),
  calleePrefixes: list,
  calleePrefixesAllow: fc.boolean(),
  forwardPrefixes: list,
  forwardPrefixesAllow: fc.boolean(),
  scheduledPrefixes: scheduled,
  callerLimitE164Groups: fc.constant([]),
  callerLimitE164GroupsAllow: fc.boolean(),
  calleeLimitE164Groups: fc.constant([]),
  calleeLimitE164GroupsAllow: fc.boolean(),
  denyCallerCallee: pairs,
  denyCallerCalleeAllow: fc.boolean(),
});
const numbers = fc.record({ caller: digits, callee: digits, forwarder: fc.oneof(fc.constant(''), digits) });

test('20 000 random filters decide as a naive reading of their lists does', () => {
  const seen = new Map<string, number>();
  fc.assert(
    fc.property(fields, numbers, fc.integer({ min: 0, max: 8 }), (lists, call, wallMs) => {
      const fault = numberFault(filterOf(lists, CALENDARS), call, GROUPS, wallMs);
      seen.set(fault, (seen.get(fault) ?? 0) + 1);
      assert.equal(fault, naiveFault(lists, call, wallMs));
    }),
    { numRuns: 20_000, seed: 5 },
  );
  for (const fault of [
    '',
    'callerLength',
    'calleeLength',
    'callerPrefix',
    'calleePrefix',
    'forwardPrefix',
    'scheduledPrefix',
    'callerCallee',
  ]) {
    assert.ok((seen.get(fault) ?? 0) > 100, `"${fault}" was reached ${seen.get(fault) ?? 0} times`);
  }
});
