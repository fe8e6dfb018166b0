// What the operator reads at three in the morning.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { alignedTable } from '../../src/cli/aligned-table.ts';
import { duration, tellStatus } from '../../src/cli/status.ts';
import type { SwitchStatus } from '../../src/control/api/status.ts';

const WELL: SwitchStatus = {
  node: 'fra-1',
  version: '0.1.0',
  upSeconds: 90_000,
  isReady: true,
  isDraining: false,
  listeners: [],
  snapshotVersion: 4,
  calls: { active: 12, capacity: null, begun: 900, answered: 400, perSecond: 3.25, ended: { Normal: 390, Busy: 500 } },
  overload: { isNow: false, refused: 0, dropped: 0 },
  shards: [
    {
      shard: 0,
      snapshotVersion: 4,
      calls: 12,
      dialogs: 20,
      transactions: 3,
      timers: 40,
      restarts: 0,
      defects: 0,
      journalUseRatio: 0.001,
      journalFailures: 0,
    },
  ],
  qualitySeconds: 3_600,
  gateways: [
    {
      kind: 'routing',
      name: 'One',
      peer: '203.0.113.9:5060',
      locked: true,
      state: { isOut: false, bannedSeconds: 0, throttledPerSecond: null },
      calls: 12,
      capacity: 30,
      lastHourCalls: 90,
      asr: 0.4444,
      acdSeconds: 61.2,
    },
  ],
  sharers: [
    { kind: 'account', name: 'blue', calls: 12, capacity: 60, cps: null },
    { kind: 'group', name: 'east', calls: 0, capacity: null, cps: 5 },
  ],
  cdr: {
    spooled: 888,
    storeUseRatio: 0.012,
    storeFailures: 0,
    sinks: [{ name: 'json-lines', backlog: 0, lagSeconds: 0, isFailing: false, why: '' }],
  },
  lowBalances: [],
  feeDecimals: 2,
  limitDrift: [],
};

test('a switch that is well is told in sentences and tables, without alarms', () => {
  assert.deepEqual(tellStatus(WELL), [
    'Tandem 0.1.0 on fra-1, up 1 d 1 h, network version 4.',
    '12 calls now, 3.3 new a second; 900 since the start, 400 answered.',
    '888 CDRs in the spool; the store is 1.2 % full.',
    '',
    'shard  version  calls  dialogs  transactions  timers  restarts  defects',
    '    0        4     12       20             3      40         0        0',
    '',
    'kind     gateway  account or address  calls  capacity  last hour     ASR   ACD',
    'routing  One      203.0.113.9:5060       12        30         90  44.4 %  61 s  locked',
    '',
    'shared by gateways  name  calls  capacity   cps',
    'account             blue     12        60  None',
    'group               east      0      None     5',
    '',
    'calls ended by  count',
    'Busy              500',
    'Normal            390',
  ]);
});

const OUT = { isOut: true, bannedSeconds: 40, throttledPerSecond: 12.5 };

test('a gateway that gets no calls, or fewer than there are, says why', () => {
  const noteOf = (state: typeof OUT, locked = false): string | undefined => {
    const gateways = WELL.gateways.map((gateway) => ({ ...gateway, locked, state }));
    return tellStatus({ ...WELL, gateways })
      .find((line) => line.startsWith('routing'))
      ?.split(' s  ')[1];
  };
  assert.equal(noteOf(OUT, true), 'locked');
  assert.equal(noteOf(OUT), 'out: it does not answer');
  assert.equal(noteOf({ ...OUT, isOut: false }), 'banned for another 40 s (Retry-After)');
  assert.equal(noteOf({ ...OUT, isOut: false, bannedSeconds: 0 }), '12.5 calls/s: it refuses more with 503');
});

test('every trouble has its sentence', () => {
  const [shard] = WELL.shards;
  assert.ok(shard !== undefined);
  const lines = tellStatus({
    ...WELL,
    isDraining: true,
    overload: { isNow: true, refused: 500, dropped: 20 },
    shards: [
      { ...shard, snapshotVersion: null, journalFailures: 12 },
      { ...shard, shard: 1, snapshotVersion: 3, journalUseRatio: 0.853 },
    ],
    gateways: WELL.gateways.flatMap((gateway) => [
      { ...gateway, state: OUT },
      { ...gateway, locked: false, name: 'Two', state: OUT },
      { ...gateway, locked: false, name: 'Three', state: { ...OUT, isOut: false } },
    ]),
    cdr: {
      spooled: 9,
      storeUseRatio: 0.8,
      storeFailures: 2,
      sinks: [
        { name: 'json-lines', backlog: 70, lagSeconds: 90, isFailing: true, why: '' },
        { name: 'warehouse', backlog: 7, lagSeconds: 9, isFailing: true, why: 'with the CDR 01J alone: 413' },
        { name: 'other', backlog: 70, lagSeconds: 7_300, isFailing: false, why: '' },
      ],
    },
    lowBalances: [{ account: 'blue', currency: 'EUR', balanceNanos: 3_204_000_000n, warningNanos: 5_000_000_000n }],
    limitDrift: [
      { name: '', calls: 1 },
      { name: 'One', calls: -2 },
    ],
  });
  assert.deepEqual(
    lines.filter((line) => line.startsWith('!')),
    [
      '! The switch is about to stop: new calls get 503.',
      '! Shard 0 is being restarted.',
      '! The journal of shard 0 failed 12 times since the start; while it does, new calls get 503. The log says why.',
      '! Shard 1 still routes by version 3.',
      '! The journal of shard 1 is 85.3 % full; above 85 % new calls get 503.',
      '! Gateway Two (203.0.113.9:5060) does not answer. It gets calls again as soon as it does.',
      '! Overload: more calls come than the machine carries; those that wait too long get 503.',
      '! For want of time 500 INVITEs got 503 and 20 no answer since the start.',
      '! CDR sink json-lines fails; 70 CDRs wait. The log says why.',
      '! CDR sink warehouse fails; 7 CDRs wait. It says: with the CDR 01J alone: 413',
      '! CDR sink other is 2 h 1 min behind.',
      '! The store fills up: mend the sinks, or calls will be refused.',
      '! CDRs could not be stored at times: is the disk full? The log says why.',
      '! Account blue is at 3.20 EUR, below its warning of 5.00.',
      '! The call counter of the appliance is off by 1. Please report this.',
      '! The call counter of One is off by -2. Please report this.',
    ],
  );
});

test('SS_GATEWAY_ASR_RESERVE_TIME: the calls of gateways are told with how far back they go', () => {
  const lines = tellStatus({ ...WELL, qualitySeconds: 600 });
  assert.ok(lines.some((line) => line.endsWith(' capacity  last 10 min     ASR   ACD')));
});

test('SERVER_BILLING_FEE_PRECISION: a balance has the decimals that other amounts have', () => {
  const low = { account: 'blue', currency: 'EUR', balanceNanos: 9_996_000_000n, warningNanos: 10_000_000_000n };
  const lines = tellStatus({ ...WELL, lowBalances: [low], feeDecimals: 3 });
  assert.ok(lines.includes('! Account blue is at 9.996 EUR, below its warning of 10.000.'));
});

test('a switch without gateways says what to do', () => {
  assert.equal(tellStatus({ ...WELL, gateways: [] }).at(-1), 'No gateways yet: tandem apply NETWORK.yaml');
});

test('columns are as wide as their widest cell, wide characters counted twice', () => {
  assert.deepEqual(
    alignedTable(
      ['name', 'n'],
      [
        ['北京', '1'],
        ['a', '20'],
      ],
      [1],
    ),
    ['name   n', '北京   1', 'a     20'],
  );
});

test('a table may have as many rows as are asked for', () => {
  const lines = alignedTable(['n'], new Array<string[]>(200_000).fill(['1']));
  assert.equal(lines.length, 200_001);
});

test('what a caller has sent cannot move the cursor, nor look like another row', () => {
  assert.deepEqual(alignedTable(['caller', 'n'], [['a\x1b[31m\n9', '1']], [1]), [
    'caller          n',
    'a\\x1b[31m\\x0a9  1',
  ]);
});

test('durations are said in the two largest units', () => {
  assert.deepEqual([0, 59.9, 60, 3_600, 86_399, 90_000].map(duration), [
    '0 s',
    '59 s',
    '1 min',
    '1 h 0 min',
    '23 h 59 min',
    '1 d 1 h',
  ]);
});
