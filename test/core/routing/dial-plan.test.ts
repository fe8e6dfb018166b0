import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { Prng } from '../../../src/core/base/prng.ts';
import { type DialPlan, EMPTY_DIAL_PLAN, ruleFor, translate } from '../../../src/core/routing/dial-plan.ts';
import { compileDialPlan, splitRules } from '../../../src/core/routing/dial-plan-compiler.ts';
import {
  DIAL_DIGITS_MAX,
  DIAL_EXPRESSIONS_MAX,
  DIAL_FORMS_MAX,
  DIAL_RULES_MAX,
  DIAL_TARGETS_MAX,
  EXPRESSION_DIGITS_MAX,
} from '../../../src/core/routing/number-limits.ts';

/** No rule here may ask for chance. */
const NO_CHANCE = (): number => assert.fail('nothing is drawn');

function planOf(...rules: string[]): DialPlan {
  const { plan, faults } = compileDialPlan(rules);
  assert.deepEqual(faults, []);
  return plan;
}

function faultsOf(...rules: string[]): string[] {
  return compileDialPlan(rules).faults.map(({ rule, reason }) => `${rule} ${reason}`);
}

function translated(rules: string, number: string): string {
  return translate(planOf(...splitRules(rules)), number, NO_CHANCE);
}

describe('what operators of VOS3000 write', () => {
  test('00*:* strips 00', () => assert.equal(translated('00*:*', '00442071234567'), '442071234567'));

  test('*:88* adds 88', () => assert.equal(translated('*:88*', '13800138000'), '8813800138000'));

  test('0044???*:44???* keeps by place', () => {
    assert.equal(translated('0044???*:44???*', '00442071234567'), '442071234567');
    assert.equal(translated('0044???*:44???*', '004420'), '004420', 'too short for three digits');
  });

  test('*:a* steers by a letter at the mapping gateway, a*:* takes it off at the routing gateway', () => {
    assert.equal(translated('*:a*', '90080001'), 'a90080001');
    assert.equal(translated('a*:*', 'a90080001'), '90080001');
  });

  test('the longest matching pattern wins, whatever the order they stand in', () => {
    const rules = '*:1*,0*:2*,00*:3*,0086*:4*';
    assert.equal(translated(rules, '00861380'), '41380');
    assert.equal(translated(rules, '0044'), '344');
    assert.equal(translated(rules, '0210'), '2210');
    assert.equal(translated(rules, '5'), '15');
  });
});

describe('a pattern', () => {
  test('of digits alone is that number and no longer one', () => {
    assert.equal(translated('110:4930110', '110'), '4930110');
    assert.equal(translated('110:4930110', '1101'), '1101');
  });

  test('an unmatched number stays as it is', () => assert.equal(translated('00*:*', '49301'), '49301'));

  test('? is one digit, and neither a letter nor a sign', () => {
    assert.equal(translated('?*:+?*', '49301'), '+49301');
    assert.equal(translated('?*:+?*', '+49301'), '+49301');
    assert.equal(translated('?*:+?*', 'anonymous'), 'anonymous');
    assert.equal(translated('?*:+?*', ''), '');
  });

  test('* is any rest, none included', () => {
    assert.equal(translated('49*:0*', '49'), '0');
    assert.equal(translated('*:49*', ''), '49');
  });

  test('of equal length: a digit before ?, then without * before *', () => {
    const rules = '1???:a,12??:b,1?3?:c,1234:d,1234*:e,????*:f*';
    assert.equal(translated(rules, '1999'), 'a');
    assert.equal(translated(rules, '1299'), 'b');
    assert.equal(translated(rules, '1239'), 'b', 'the digit further left decides');
    assert.equal(translated(rules, '1939'), 'c');
    assert.equal(translated(rules, '1234'), 'd');
    assert.equal(translated(rules, '12345'), 'e');
    assert.equal(translated(rules, '56789'), 'f9');
  });

  test('a backslash takes the meaning from a sign', () => {
    assert.equal(translated('\\*21*:0*', '*21#49301'), '0#49301');
    assert.equal(translated('0?:\\*\\?\\$?', '07'), '*?$7');
    assert.equal(translated('1:\\:\\;\\,\\/\\\\', '1'), ':;,/\\');
  });
});

describe('a target', () => {
  test('$ is the digit at its own place', () => {
    assert.equal(translated('12???*:99$$$*', '1234567'), '9934567');
    assert.equal(translated('0??:1$$', '057'), '157');
  });

  test('? is the next of the digits at ?', () => assert.equal(translated('0?1?:?9?', '0517'), '597'));

  test('may leave nothing', () => assert.equal(translated('anonymous:', 'anonymous'), ''));

  test('several are drawn from, evenly, by the seed of the shard', () => {
    const plan = planOf('*:4930100;4930101;4930102');
    const prng = new Prng(7);
    const counts = new Map<string, number>();
    for (let call = 0; call < 30_000; call++) {
      const number = translate(plan, 'anonymous', (bound) => prng.below(bound));
      counts.set(number, (counts.get(number) ?? 0) + 1);
    }
    assert.deepEqual([...counts.keys()].sort(), ['4930100', '4930101', '4930102']);
    for (const count of counts.values()) assert.ok(Math.abs(count - 10_000) < 300, `${count} of 30 000`);
    const again = new Prng(7);
    const first = translate(plan, '1', (bound) => again.below(bound));
    const same = new Prng(7);
    assert.equal(
      translate(plan, '1', (bound) => same.below(bound)),
      first,
    );
  });
});

describe('a regular expression', () => {
  test('/^0(\\d+)$/44$1/ changes the number by its groups', () => {
    assert.equal(translated('/^0(\\d+)$/44$1/', '02071234567'), '442071234567');
    assert.equal(translated('/^0(\\d+)$/44$1/', '0'), '0');
  });

  test('comes before all patterns, and the first that matches decides', () => {
    const rules = '*:9*,/^0[1-3](\\d*)$/a$1/,/^0(\\d*)$/b$1/';
    assert.equal(translated(rules, '0155'), 'a55');
    assert.equal(translated(rules, '0455'), 'b455');
    assert.equal(translated(rules, '455'), '9455');
  });

  test('keeps what follows the match', () => {
    assert.equal(translated('/^00/+/', '0049301'), '+49301');
    assert.equal(translated('/^(?:\\+|00)(\\d)/$1-$0-/', '+49'), '4-+4-9');
  });

  test('its own commas part no rules', () => {
    assert.equal(translated('00*:*, /^(\\d{2,3})0$/$1/ ,1*:2*', '1230'), '123');
  });

  test('may have several targets', () => {
    assert.equal(
      translate(planOf('/^0(\\d+)$/44$1;45$1/'), '07', () => 1),
      '457',
    );
  });

  test('a number beyond EXPRESSION_DIGITS_MAX is not held against it', () => {
    const longest = '0'.repeat(EXPRESSION_DIGITS_MAX);
    assert.equal(translated('/^0+$/1/', longest), '1');
    assert.equal(translated('/^0+$/1/', `${longest}0`), `${longest}0`);
  });
});

describe('a fault names the rule and what is wrong with it', () => {
  const faults: readonly (readonly [rule: string, reason: string])[] = [
    ['0049', 'lacks the : between pattern and target'],
    ['0\\:49', 'lacks the : between pattern and target'],
    [':49', 'has no pattern before the :'],
    ['0*0:1', 'has * before the end of its pattern'],
    ['**:1', 'has * before the end of its pattern'],
    ['0$:1', 'has $, which is written \\$'],
    ['0 0*:1', 'has a sign that is in no number'],
    ['0:1 2', 'has a sign that is in no number'],
    ['0ü*:1', 'has a sign that is in no number'],
    ['0"*:1', 'has ", which is written \\"'],
    ['0:1\\', 'ends in a backslash, or has one before no visible sign'],
    ['0:*', 'has * in * and none in its pattern'],
    ['0*:**', 'has * in ** twice'],
    ['0?:??', 'has more ? in ?? than in its pattern'],
    ['0*:1$*', 'has $ in 1$* at a place that its pattern does not reach'],
    ['00*:*$', 'has $ behind the * of *$, where it has no place'],
    ['/^0/', 'is not of the form /expression/target/'],
    ['/^0/1', 'is not of the form /expression/target/'],
    ['/^0/1/2/', 'is not of the form /expression/target/'],
    ['/^(0)/$2/', 'has $2 in $2, a group that the expression lacks'],
    ['/^(0)/$x/', 'has $ in $x without the number of a group'],
    ['/^(0)/a*/', 'has *, which is written \\*'],
    [`${'0'.repeat(DIAL_DIGITS_MAX + 1)}*:1`, `has a pattern of more than ${DIAL_DIGITS_MAX} digits`],
    [`0:${'1'.repeat(DIAL_DIGITS_MAX + 1)}`, `has a target of more than ${DIAL_DIGITS_MAX} digits`],
    [`/^0/${'1'.repeat(DIAL_DIGITS_MAX + 1)}/`, `has a target of more than ${DIAL_DIGITS_MAX} digits`],
    [`0:${'1;'.repeat(DIAL_TARGETS_MAX)}1`, `has more than ${DIAL_TARGETS_MAX} targets`],
    [`/^0/${'1;'.repeat(DIAL_TARGETS_MAX)}1/`, `has more than ${DIAL_TARGETS_MAX} targets`],
  ];
  for (const [rule, reason] of faults) {
    test(`${rule.slice(0, 30)}: ${reason}`, () => assert.deepEqual(faultsOf('1*:2*', rule), [`${rule} ${reason}`]));
  }

  test('a pattern twice', () =>
    assert.deepEqual(faultsOf('0?*:1', '0*:1', '0?*:2'), ['0?*:2 has the pattern of 0?*:1']));

  test('all faults are told, and the other rules stand', () => {
    const { plan, faults } = compileDialPlan(['0', '1:2', '3']);
    assert.equal(faults.length, 2);
    assert.equal(translate(plan, '1', NO_CHANCE), '2');
  });

  test('more than DIAL_RULES_MAX rules', () => {
    const rules = Array.from({ length: DIAL_RULES_MAX + 1 }, (_, i) => `${i}:1`);
    assert.deepEqual(faultsOf(...rules), [`${DIAL_RULES_MAX}:1 is one of more than ${DIAL_RULES_MAX} rules`]);
  });

  test('more than DIAL_EXPRESSIONS_MAX expressions', () => {
    const rules = Array.from({ length: DIAL_EXPRESSIONS_MAX + 1 }, () => '/^0/1/');
    assert.deepEqual(faultsOf(...rules), [`/^0/1/ is one of more than ${DIAL_EXPRESSIONS_MAX} expressions`]);
  });

  test('more than DIAL_FORMS_MAX forms of patterns', () => {
    const rules = Array.from({ length: DIAL_FORMS_MAX + 1 }, (_, i) => `${i.toString(2).replaceAll('0', '?')}:1`);
    assert.deepEqual(faultsOf(...rules), [`${rules.at(-1)} makes more than ${DIAL_FORMS_MAX} forms of patterns`]);
  });
});

describe('splitting a text of rules', () => {
  test('commas part them, blanks around them do not count', () => {
    assert.deepEqual(splitRules('00*:*, *:88*'), ['00*:*', '*:88*']);
    assert.deepEqual(splitRules(''), ['']);
    assert.deepEqual(splitRules('1:2,'), ['1:2', '']);
    assert.deepEqual(splitRules('1\\,2:3,4:5'), ['1\\,2:3', '4:5']);
    assert.deepEqual(splitRules('/^0{1,2}/\\,/,4:5'), ['/^0{1,2}/\\,/', '4:5']);
  });
});

// A second, slow reading of the same text, digit by digit and rule by rule.
interface NaiveRule {
  readonly pattern: string;
  readonly target: string;
}

function naiveFixed({ pattern }: NaiveRule): string {
  return pattern.endsWith('*') ? pattern.slice(0, -1) : pattern;
}

function naiveMatches(rule: NaiveRule, number: string): boolean {
  const fixed = naiveFixed(rule);
  if (number.length < fixed.length || (fixed === rule.pattern && number.length > fixed.length)) return false;
  return [...fixed].every((sign, i) =>
    sign === '?' ? '0123456789'.includes(number[i] as string) : sign === number[i],
  );
}

function naiveIsBefore(one: NaiveRule, other: NaiveRule): boolean {
  const [a, b] = [naiveFixed(one), naiveFixed(other)];
  if (a.length !== b.length) return a.length > b.length;
  for (let i = 0; i < a.length; i++) if ((a[i] === '?') !== (b[i] === '?')) return b[i] === '?';
  return a === one.pattern && b !== other.pattern;
}

function naiveTranslate(rules: readonly NaiveRule[], number: string): string {
  let best: NaiveRule | null = null;
  for (const rule of rules) {
    if (naiveMatches(rule, number) && (best === null || naiveIsBefore(rule, best))) best = rule;
  }
  if (best === null) return number;
  const fixed = naiveFixed(best);
  const wild = [...fixed].flatMap((sign, i) => (sign === '?' ? [number[i] as string] : []));
  let text = '';
  for (const [place, sign] of [...best.target].entries()) {
    if (sign === '*') text += number.slice(fixed.length);
    else if (sign === '$') text += number[place];
    else text += sign === '?' ? wild.shift() : sign;
  }
  return text;
}

/** Few digits, so that patterns and numbers meet. */
const number = fc.string({ unit: fc.constantFrom('0', '1', '2', 'a', '+'), maxLength: 6 });
const rule = fc
  .tuple(
    fc.string({ unit: fc.constantFrom('0', '1', '2', '?', 'a'), maxLength: 4 }),
    fc.boolean(),
    fc.string({ unit: fc.constantFrom('7', '8', 'b', '?', '$', '*'), maxLength: 5 }),
  )
  .map(([fixed, hasRest, target]) => {
    const pattern = hasRest || fixed === '' ? `${fixed}*` : fixed;
    return { pattern, target: fitting(target, fixed, pattern.endsWith('*')) };
  });

/** `target` without what the pattern has nothing for. */
function fitting(target: string, fixed: string, hasRest: boolean): string {
  let text = '';
  let wildcards = [...fixed].filter((sign) => sign === '?').length;
  for (const sign of target) {
    if (sign === '*' && (!hasRest || text.includes('*'))) continue;
    if (sign === '$' && (text.length >= fixed.length || text.includes('*'))) continue;
    if (sign === '?' && wildcards-- <= 0) continue;
    text += sign;
  }
  return text;
}

test('20 000 random plans translate as a naive reading of their text does', () => {
  let matchedCount = 0;
  fc.assert(
    fc.property(
      fc.uniqueArray(rule, { selector: ({ pattern }) => pattern, maxLength: 12 }),
      number,
      (rules, dialled) => {
        const plan = planOf(...rules.map(({ pattern, target }) => `${pattern}:${target}`));
        if (ruleFor(plan, dialled) !== null) matchedCount += 1;
        assert.equal(translate(plan, dialled, NO_CHANCE), naiveTranslate(rules, dialled));
      },
    ),
    { numRuns: 20_000, seed: 5 },
  );
  assert.ok(matchedCount > 8_000, `${matchedCount} numbers were matched at all`);
});

test('an empty plan leaves every number as it is', () => {
  fc.assert(fc.property(fc.string(), (text) => assert.equal(translate(EMPTY_DIAL_PLAN, text, NO_CHANCE), text)));
});
