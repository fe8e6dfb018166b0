import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  across,
  displayName,
  type InviteFacts,
  inviteIdentity,
  type PrivacyRule,
  privacyRuleOf,
  reasonAcross,
} from '../../../src/core/call/identity.ts';
import { EMPTY_CROSSING } from '../../../src/core/call/leg-events.ts';
import { SAME_NUMBER } from '../../../src/core/call/parties.ts';
import type { IdentityRule, PeerRules } from '../../../src/core/routing/snapshot.ts';
import { SipMessage } from '../../../src/core/sip/message.ts';
import { parseMessage } from '../../../src/core/sip/parse-message.ts';
import { PEER_RULES, parameters, routingGateway } from '../../simulator/trunks.ts';
import { inviteText } from '../sip/messages.ts';

const OURS = '192.0.2.1:5060';

/** Every rule lets everything across. */
const OPEN: PeerRules = {
  ...PEER_RULES,
  sipPAssertedIdentity: 'pass',
  sipPPreferredIdentity: 'pass',
  sipRemotePartyId: 'pass',
  sipDiversion: true,
  sipHistoryInfo: true,
};

interface Rules {
  readonly from?: Partial<PeerRules>;
  readonly to?: Partial<PeerRules>;
  readonly privacy?: PrivacyRule;
}

/** The lines that cross of `lines`, in a message inside the call; by default all that may. */
function told(lines: readonly string[], { from = {}, to = {}, privacy = 'pass' }: Rules = {}): string[] {
  const way = { from: { ...OPEN, ...from }, to: { ...OPEN, ...to }, privacy, hostPort: OURS, renumber: SAME_NUMBER };
  return linesOf(across({ ...EMPTY_CROSSING, ruled: textOf(lines) }, way).headers);
}

/** As `told`, of the first INVITE toward a gateway with the fields `to`, the caller being 49221. */
function toldOfInvite(lines: readonly string[], to: Partial<InviteFacts['to']>, caller = '49221'): string[] {
  const facts = factsOf({ from: OPEN, to: routingGateway(2, to), caller });
  return linesOf(inviteIdentity({ ...EMPTY_CROSSING, ruled: textOf(lines) }, facts).crossing.headers);
}

function factsOf(part: Partial<InviteFacts>): InviteFacts {
  const to = routingGateway(2);
  const facts = { from: OPEN, to, parameters: parameters(), hostPort: OURS, caller: '49221', display: '' };
  return { ...facts, renumber: SAME_NUMBER, ...part };
}

function textOf(lines: readonly string[]): string {
  return lines.map((line) => `${line}\r\n`).join('');
}

function linesOf(text: string): string[] {
  return text.split('\r\n').slice(0, -1);
}

const IDENTITIES = [
  ['P-Asserted-Identity', 'sipPAssertedIdentity'],
  ['P-Preferred-Identity', 'sipPPreferredIdentity'],
  ['Remote-Party-ID', 'sipRemotePartyId'],
] as const;

describe('identities', () => {
  const RULES: readonly IdentityRule[] = ['none', 'pass', 'caller'];

  for (const [name, field] of IDENTITIES) {
    for (const from of RULES) {
      for (const to of RULES) {
        const passes = to === 'pass' && from !== 'none';
        const made = to === 'caller';
        test(`${name}: ${from} to ${to} ${passes ? 'passes' : made ? 'is made' : 'stays'}`, () => {
          const sent = [`${name}: <sip:1@pbx.example>`];
          const params = name === 'Remote-Party-ID' ? ';party=calling;screen=yes;privacy=off' : '';
          const passed = passes ? [`${name}: <sip:1@${OURS}>`] : [];
          // Inside the call nobody but the sender knows who speaks: `caller` sends nothing there.
          assert.deepEqual(told(sent, { from: { [field]: from }, to: { [field]: to } }), passed);
          const facts = factsOf({ from: { ...OPEN, [field]: from }, to: routingGateway(2, { [field]: to }) });
          const { crossing } = inviteIdentity({ ...EMPTY_CROSSING, ruled: textOf(sent) }, facts);
          assert.deepEqual(linesOf(crossing.headers), made ? [`${name}: <sip:49221@${OURS}>${params}`] : passed);
        });
      }
    }
  }

  test('a caller without a number, or anonymous, has no identity to make a header of', () => {
    for (const caller of ['', 'anonymous', 'Anonymous']) {
      assert.deepEqual(toldOfInvite([], { sipPAssertedIdentity: 'caller', sipRemotePartyId: 'caller' }, caller), []);
    }
  });

  test('a number that is no number is escaped', () => {
    const [line] = toldOfInvite([], { sipPAssertedIdentity: 'caller' }, '1"\r\n<@\0');
    assert.equal(line, `P-Asserted-Identity: <sip:1%22%0D%0A%3C%40%00@${OURS}>`);
  });

  test('3325 9.1: at most one SIP URI and one tel URI of an asserted or preferred identity', () => {
    const values = '<sip:1@a.example>, <sip:2@a.example>, tel:3, <tel:4>';
    for (const name of ['P-Asserted-Identity', 'P-Preferred-Identity']) {
      assert.deepEqual(told([`${name}: ${values}`, `${name}: <sips:5@a.example>`]), [
        `${name}: <sip:1@${OURS}>`,
        `${name}: <tel:3>`,
      ]);
    }
    assert.equal(told([`Remote-Party-ID: ${values}`]).length, 4);
  });

  test('Remote-Party-ID keeps its own parameters and no other', () => {
    const line =
      'Remote-Party-ID: "Ada" <sip:1@a.example>;party=calling;screen=yes;id-type=user;privacy=full;x=a.example';
    assert.deepEqual(told([line]), [
      `Remote-Party-ID: "Ada" <sip:1@${OURS}>;party=calling;screen=yes;id-type=user;privacy=full`,
    ]);
  });
});

describe('addresses', () => {
  const CASES: readonly (readonly [string, string])[] = [
    ['<sip:+49300@pbx.example:5070>', `<sip:+49300@${OURS}>`],
    ['sip:49300@pbx.example', `<sip:49300@${OURS}>`],
    ['sip:49300@pbx.example;tag=x', `<sip:49300@${OURS}>`],
    ['<sips:49300@pbx.example>', `<sip:49300@${OURS}>`],
    ['<sip:49300:secret@pbx.example>', `<sip:49300@${OURS}>`],
    ['<sip:49300;npdi;rn=pbx.example@pbx.example>', `<sip:49300@${OURS}>`],
    ['<sip:49300@pbx.example;transport=tcp;user=Phone;maddr=192.0.2.9;ttl=1;lr>', `<sip:49300@${OURS};user=phone>`],
    ['<sip:49300@pbx.example;cause=302;target=sip:1%40pbx.example>', `<sip:49300@${OURS};cause=302>`],
    ['<sip:49300@pbx.example;cause=pbx.example>', `<sip:49300@${OURS}>`],
    ['<sip:49300@pbx.example?Reason=SIP%3Bcause%3D302>', `<sip:49300@${OURS}>`],
    ['<sip:49300@[2001:db8::1]:5070>', `<sip:49300@${OURS}>`],
    ['<sip:49300%40pbx.example@pbx.example>', `<sip:49300@${OURS}>`],
    ['<sip:4%39300@pbx.example>', `<sip:49300@${OURS}>`],
    ['<sip:49300%0D%0AX@pbx.example>', `<sip:49300%0D%0AX@${OURS}>`],
    ['<tel:+49300>', '<tel:+49300>'],
    ['<tel:49300;phone-context=pbx.example>', '<tel:49300>'],
    ['tel:+49300;isub=1', '<tel:+49300>'],
    ['"Ada, L." <sip:49300@pbx.example>', `"Ada, L." <sip:49300@${OURS}>`],
    ['"A \\"B\\" <c>" <sip:49300@pbx.example>', `"A \\"B\\" <c>" <sip:49300@${OURS}>`],
    ['Ada Lovelace <sip:49300@pbx.example>', `Ada Lovelace <sip:49300@${OURS}>`],
    ['"ada@pbx.example" <sip:49300@pbx.example>', `<sip:49300@${OURS}>`],
    ['"gate 10.1.2.3" <sip:49300@pbx.example>', `<sip:49300@${OURS}>`],
    ['"sip:pbx" <sip:49300@pbx.example>', `<sip:49300@${OURS}>`],
    ['"a\x01b" <sip:49300@pbx.example>', `<sip:49300@${OURS}>`],
  ];
  for (const [sent, seen] of CASES) {
    test(`${JSON.stringify(sent)} is told as ${seen}`, () => {
      assert.deepEqual(told([`P-Asserted-Identity: ${sent}`]), [`P-Asserted-Identity: ${seen}`]);
    });
  }

  const BROKEN = [
    '<sip:pbx.example>',
    '<sip:@pbx.example>',
    '<http://pbx.example/49300>',
    '<urn:service:sos>',
    'pbx.example',
    '<sip:49300@pbx.example',
    '"Ada <sip:49300@pbx.example>',
    '<sip:49300@>',
    '<sip:49300@pbx.example:99999>',
    '<tel:>',
    '<>',
    '',
    '<sip:49300@pbx.example>;;',
    '<sip:49300\0@pbx.example>',
    '"\0" <sip:49300@pbx.example>, <sip:49301@pbx.example>',
  ];
  for (const sent of BROKEN) {
    test(`${JSON.stringify(sent)} is not told, and does no harm to what follows`, () => {
      const lines = ['Diversion', 'History-Info', 'P-Asserted-Identity'].map((name) => `${name}: ${sent}`);
      const sound = 'Diversion: <sip:1@a.example>';
      assert.deepEqual(told([...lines, sound]), [`Diversion: <sip:1@${OURS}>`]);
    });
  }
});

describe('Privacy', () => {
  const CASES: readonly (readonly [PrivacyRule, readonly string[], readonly string[]])[] = [
    ['none', ['Privacy: id'], []],
    ['none', [], []],
    ['pass', ['Privacy: id'], ['Privacy: id']],
    ['pass', ['PRIVACY:  Id ; user;critical'], ['PRIVACY:  Id ; user;critical']],
    ['pass', ['Privacy: id', 'Privacy: user'], ['Privacy: id', 'Privacy: user']],
    ['pass', ['Privacy: id, user'], []],
    ['pass', ['Privacy: id\0'], []],
    ['pass', ['Privacy: <sip:pbx.example>'], []],
    ['pass', ['Privacy:'], []],
    ['pass', [], []],
    ['id', ['Privacy: user'], ['Privacy: id']],
    ['id', [], ['Privacy: id']],
    ['noneValue', ['Privacy: id'], ['Privacy: none']],
    ['noneValue', [], ['Privacy: none']],
  ];
  for (const [rule, sent, seen] of CASES) {
    test(`toward a gateway with ${rule}, ${JSON.stringify(sent)} is ${JSON.stringify(seen)}`, () => {
      assert.deepEqual(toldOfInvite(sent, { sipPrivacy: rule }), seen);
    });
  }

  test('the gateway’s rule wins over SS_SIP_USER_AGENT_PRIVACY', () => {
    const values = { Ignore: 'pass', Id: 'id', None: 'noneValue' };
    for (const [value, rule] of Object.entries(values)) {
      const system = parameters({ SS_SIP_USER_AGENT_PRIVACY: value });
      assert.equal(privacyRuleOf(routingGateway(2), system), rule);
      for (const own of ['none', 'pass', 'id', 'noneValue'] as const) {
        assert.equal(privacyRuleOf(routingGateway(2, { sipPrivacy: own }), system), own);
      }
    }
  });

  // 3325 7: who may be sent an identity is trusted to keep it, and must know that it has to.
  const WISHES: readonly (readonly [string, PrivacyRule, boolean, boolean])[] = [
    ['Privacy: id', 'pass', true, true],
    ['Privacy: id', 'id', true, true],
    ['Privacy: id', 'none', false, true],
    ['Privacy: id', 'noneValue', false, true],
    ['Privacy: user;ID', 'none', false, true],
    ['Privacy: history', 'pass', true, true],
    ['Privacy: history', 'id', true, false],
    ['Privacy: header', 'none', true, false],
    ['Privacy: user', 'none', true, true],
    ['Privacy: none', 'none', true, true],
    ['Privacy: id, history', 'pass', false, false],
    ['Privacy: \0', 'pass', false, false],
    ['Privacy: \0', 'id', true, false],
  ];
  for (const [wish, privacy, identity, history] of WISHES) {
    const fate = `identity ${identity ? 'told' : 'kept'}, history ${history ? 'told' : 'kept'}`;
    test(`${JSON.stringify(wish)} under ${privacy}: ${fate}`, () => {
      const names = IDENTITIES.map(([name]) => name);
      const lines = [...names, 'History-Info'].map((name) => `${name}: <sip:1@a.example>`);
      const seen = told([...lines, wish], { privacy }).map((line) => line.split(':')[0]);
      for (const name of names) assert.equal(seen.includes(name), identity, name);
      assert.equal(seen.includes('History-Info'), history);
    });
  }

  test('what is made of the caller number is as private as what the caller says', () => {
    const rules = { sipPAssertedIdentity: 'caller', sipRemotePartyId: 'caller' } as const;
    assert.deepEqual(toldOfInvite(['Privacy: id'], { ...rules, sipPrivacy: 'none' }), []);
    assert.deepEqual(toldOfInvite(['Privacy: id'], rules), [
      'Privacy: id',
      `P-Asserted-Identity: <sip:49221@${OURS}>`,
      `Remote-Party-ID: <sip:49221@${OURS}>;party=calling;screen=yes;privacy=full`,
    ]);
  });
});

describe('where a call has been', () => {
  const FIELDS = [
    [
      'Diversion: <sip:1@a.example>;reason="do not";counter=3;limit=5;privacy=off;screen=no;x=a.example',
      'sipDiversion',
    ],
    ['History-Info: <sip:1@a.example?Privacy=none&Route=x&Reason=SIP%3Bcause%3D302>;index=1.1;mp=1', 'sipHistoryInfo'],
    ['Identity: abc..d-_=;info=<https://cert.example/c.cer>;alg=ES256;ppt="shaken"', 'sipIdentity'],
    ['Reason: SIP;cause=200;text="a, b", Q.850;cause=16', 'sipReason'],
  ] as const;
  const SEEN = [
    `Diversion: <sip:1@${OURS}>;reason="do not";counter=3;limit=5;privacy=off;screen=no`,
    `History-Info: <sip:1@${OURS}?Privacy=none&Reason=SIP%3Bcause%3D302>;index=1.1;mp=1`,
    FIELDS[2][0],
    FIELDS[3][0],
  ];

  for (const [at, [line, field]] of FIELDS.entries()) {
    test(`${field}: crosses when both gateways have it On`, () => {
      assert.deepEqual(told([line]), [SEEN[at]]);
      for (const [from, to] of [
        [true, false],
        [false, true],
        [false, false],
      ] as const) {
        assert.deepEqual(told([line], { from: { [field]: from }, to: { [field]: to } }), []);
      }
    });
  }

  test('lists, repeated lines and folds come out as one value a line, in order', () => {
    const lines = ['Diversion: <sip:1@a>;reason=unknown,\r\n\t<sip:2@b>', 'diversion : "x, y" <sip:3@c>;counter = 1'];
    assert.deepEqual(told(lines), [
      `Diversion: <sip:1@${OURS}>;reason=unknown`,
      `Diversion: <sip:2@${OURS}>`,
      `Diversion: "x, y" <sip:3@${OURS}>;counter = 1`,
    ]);
  });

  test('Identity and Reason pass byte for byte, folds and compact names included', () => {
    const lines = [
      'y:  abc;info=<https://cert.example/1>',
      'Identity: "c2ln="',
      'n: <https://cert.example/1>;alg=rsa-sha1',
      'Reason:  SIP ;cause=486\r\n ;text="x"',
    ];
    assert.deepEqual(told(lines).join('\r\n'), lines.join('\r\n'));
  });

  test('an Identity or Reason that does not parse stays behind', () => {
    const broken = [
      'Identity: a b',
      'Identity: abc;info=<https://x',
      'Identity: abc;info=<https://x>;a="\0"',
      'Identity-Info: https://x',
      'Reason: ',
      'Reason: ;cause=1',
      'Reason: Q.850;cause=16;;',
      'Reason: Q.850;text="never closed',
      'Reason: Q.850;text="\0"',
      'Reason: Q.850;cause=16, <sip:x>',
    ];
    for (const line of broken) assert.deepEqual(told([line]), [], line);
  });

  test('3326: the Reason of a BYE or CANCEL travels when both gateways have sipReason On', () => {
    const reason = 'Q.850;cause=16;text="x"';
    const off = { ...OPEN, sipReason: false };
    assert.equal(reasonAcross(reason, OPEN, OPEN), reason);
    assert.equal(reasonAcross(reason, OPEN, off), '');
    assert.equal(reasonAcross(reason, off, OPEN), '');
    for (const broken of ['', ';', 'Q.850;text="\0"', '"x"']) assert.equal(reasonAcross(broken, OPEN, OPEN), '');
  });
});

describe('the display name in From', () => {
  const CASES: readonly (readonly ['Pass' | 'Number' | 'None', string, string, string])[] = [
    ['Pass', '"Ada"', '49221', '"Ada"'],
    ['Pass', '', '49221', ''],
    ['Number', '"Ada"', '49221', '"49221"'],
    ['Number', '"Ada"', '', ''],
    ['Number', '', '1"\\\n', '"1%22%5C%0A"'],
    ['None', '"Ada"', '49221', ''],
  ];
  for (const [rule, display, caller, seen] of CASES) {
    test(`${rule} makes ${JSON.stringify(seen)} of ${display} and ${JSON.stringify(caller)}`, () => {
      const system = parameters({ SS_SIP_DISPLAY_FROM: rule });
      assert.equal(inviteIdentity(EMPTY_CROSSING, factsOf({ parameters: system, display, caller })).display, seen);
      const to = routingGateway(2, { sipDisplay: rule });
      assert.equal(inviteIdentity(EMPTY_CROSSING, factsOf({ to, display, caller })).display, seen);
    });
  }

  test('one with a control character or an address in it does not cross', () => {
    for (const display of ['"a\0"', 'a\x7f', '"a\tb"', 'a@b', '"<sip:b>"', '"192.0.2.7"'])
      assert.equal(displayName(display), '');
    assert.equal(displayName('"Grüße, \\"x\\""'), '"Grüße, \\"x\\""');
  });
});

describe('any message', () => {
  test('without such headers crosses as it is, and by default costs nothing', () => {
    const crossing = { ...EMPTY_CROSSING, headers: 'X: 1\r\n', body: 'b' };
    const way = { from: OPEN, to: OPEN, privacy: 'id', hostPort: OURS, renumber: SAME_NUMBER } as const;
    assert.equal(across(crossing, way), crossing);
    assert.equal(inviteIdentity(crossing, factsOf({})).crossing, crossing);
  });

  test('keeps its other headers and its body, and is judged once', () => {
    const crossing = { headers: 'X: 1\r\n', ruled: 'Reason: SIP\r\n', body: 'b', hasSdp: true };
    const judged = across(crossing, { from: OPEN, to: OPEN, privacy: 'pass', hostPort: OURS, renumber: SAME_NUMBER });
    assert.deepEqual(judged, { headers: 'X: 1\r\nReason: SIP\r\n', ruled: '', body: 'b', hasSdp: true });
  });

  test('whatever it says, what crosses is whole lines without NUL that cross once more unchanged', () => {
    const names = [
      'P-Asserted-Identity',
      'Remote-Party-ID',
      'Privacy',
      'Diversion',
      'History-Info',
      'Identity',
      'Reason',
    ];
    const piece = fc.constantFrom(
      ...['<', '>', '"', '\\', ',', ';', ':', '@', '?', '&', '=', '%0D%0A', '%', ' ', '\t', '\r\n ', '\0', '\x7f', 'é'],
      ...['sip:', 'tel:', 'a.example', '10.0.0.1', '[::1]', '4930', 'index=1', 'reason=', 'Reason=x', 'id', 'Q.850'],
      ...['<sip:1@a.example>', '"x"', 'user=phone'],
    );
    const line = fc
      .tuple(fc.constantFrom(...names), fc.array(piece, { maxLength: 12 }))
      .map(([name, pieces]) => `${name}: ${pieces.join('')}`);
    fc.assert(
      fc.property(fc.array(line, { maxLength: 6 }), (lines) => {
        const seen = told(lines);
        assert.ok(!seen.join('').includes('\0'));
        const message = parseMessage(inviteText(seen));
        assert.ok(message instanceof SipMessage, `parses: ${JSON.stringify(seen)}`);
        assert.deepEqual(told(seen), seen);
      }),
      { numRuns: 2000, examples: [[['P-Asserted-Identity: tel:10.0.0.1@']]] },
    );
  });
});
