// RFC 4475 and RFC 5118, message by message: this layer's outcome is pinned, and must be one that the RFC leaves open.
// Refusals of the layers above (405, 415, 420, 481, 501 ...) begin here with a message that passes.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { type Outcome, outcomeOf, type TortureCase, tortureCases, tortureText } from './torture-cases.ts';

// All that is not named here passes.
const REFUSED: Readonly<Record<string, Outcome>> = {
  'badinv01.dat': 400,
  'clerr.dat': 400,
  'ncl.dat': 400,
  'scalar02.dat': 400,
  'quotbal.dat': 400,
  'ltgtruri.dat': 400,
  'lwsruri.dat': 400,
  'lwsstart.dat': 400,
  'trws.dat': 400,
  'escruri.dat': 400,
  'regbadct.dat': 400,
  'badaspec.dat': 400,
  'baddn.dat': 400,
  'baddn.no-empty-line.dat': 400,
  'badvers.dat': 505,
  'mismatch01.dat': 400,
  'mismatch02.dat': 400,
  'insuf.dat': 400,
  'multi01.dat': 400,
  'mcl01.dat': 400,
  'unkscm.dat': 416,
  'novelsc.dat': 416,
  // Not answered: no Via says where to.
  'test.dat': 'silent',
  // Responses are never answered; these two parse, the next two do not.
  'unreason.dat': 'silent',
  'noreason.dat': 'silent',
  'bcast.dat': 'silent',
  'scalarlg.dat': 'silent',
  'bigcode.dat': 'silent',
  'ipv6-bad.dat': 400,
  'ipv6-in-sdp.rfc-literal-length.dat': 400,
};

for (const rfc of ['rfc4475', 'rfc5118'] as const) {
  for (const torture of tortureCases(rfc)) {
    const expected = REFUSED[torture.file] ?? 'passes';
    test(`${rfc} ${torture.file}: ${expected}. ${torture.why}`, () => {
      const outcome = outcomeOf(tortureText(`${rfc}/${torture.file.slice(0, -'.dat'.length)}`));
      assert.equal(outcome, expected);
      assert.ok(isAcceptable(torture, outcome), `${outcome} is not among ${torture.acceptable_outcomes.join(', ')}`);
    });
  }
}

test('every refusal named here belongs to a message of a manifest', () => {
  const files = new Set([...tortureCases('rfc4475'), ...tortureCases('rfc5118')].map((torture) => torture.file));
  assert.deepEqual(
    Object.keys(REFUSED).filter((file) => !files.has(file)),
    [],
  );
});

function isAcceptable(torture: TortureCase, outcome: Outcome): boolean {
  if (outcome !== 'passes') return torture.acceptable_outcomes.includes(outcome);
  return torture.acceptable_outcomes.some((open) => open === 'route' || isDecidedAbove(open));
}

// A message repaired by leniency must not pass: 'liberal' is not counted, and 400, 416, 505 are this layer's own.
function isDecidedAbove(open: number | string): boolean {
  return typeof open === 'number' && open !== 400 && open !== 416 && open !== 505;
}
