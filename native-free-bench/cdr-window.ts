// The online window of CDRs at its full size: what a record costs to spool and to index, how much room it takes, and
// how long the first page of a search takes. Goes on where it stopped, so a large window can be made in parts:
//   node dist/native-free-bench/cdr-window.js --data DIR [--records 10000000] [--seconds 100]

import { CdrIndex } from '../src/control/cdr/index/cdr-index.ts';
import type { CdrQuestion } from '../src/control/cdr/index/search-keys.ts';
import { Prng } from '../src/core/base/prng.ts';
import { type Cdr, UNBILLED } from '../src/core/cdr/cdr.ts';
import { openLmdbStores } from '../src/store/lmdb.ts';
import { pack, unpackCdr } from '../src/store/records.ts';

const BATCH = 2_000;
const FIRST_WALL_MS = Date.UTC(2026, 0, 1);
/** 10 million calls in 30 days. */
const CALL_EVERY_MS = 259.2;
const ROOM_BYTES = 64 * 2 ** 30;
const SEARCHES = 40;
const CUSTOMERS = 200;
const VENDORS = 60;
const EVERYTHING: CdrQuestion = {
  number: null,
  gateway: null,
  account: null,
  endReason: null,
  fromWallMs: null,
  untilWallMs: null,
};

function option(name: string, fallback: string): string {
  const at = process.argv.indexOf(`--${name}`);
  return at < 0 ? fallback : (process.argv[at + 1] ?? fallback);
}

function cdrOf(number: number, prng: Prng): Cdr {
  const endedAtWallMs = Math.floor(FIRST_WALL_MS + number * CALL_EVERY_MS);
  const isAnswered = prng.below(100) < 45;
  const customer = prng.below(CUSTOMERS);
  const vendor = prng.below(VENDORS);
  const attempt = {
    gateway: `vendor-${vendor}`,
    address: `203.0.113.${vendor}:5060`,
    callId: `7f3a91c2-${number}`,
    startedAtWallMs: endedAtWallMs - 60_000,
    firstResponseAtWallMs: endedAtWallMs - 59_900,
    code: isAnswered ? 200 : 486,
    left: isAnswered ? 'answered' : 'failure',
  } as const;
  return {
    id: `01JABCDEFGHJKMNPQR${String(number).padStart(8, '0')}`,
    node: 'node-1',
    shard: 0,
    snapshotVersion: 3,
    callerCallId: `caller-${number}@198.51.100.7`,
    calleeCallId: `7f3a91c2-${number}`,
    caller: `49${3_000_000_000 + prng.below(50_000_000)}`,
    callee: `44${2_000_000_000 + prng.below(400_000_000)}`,
    callerSent: `49${3_000_000_000 + prng.below(1_000)}`,
    calleeSent: `44${2_000_000_000 + prng.below(400_000_000)}`,
    mappingGateway: `customer-${customer}`,
    routingGateway: attempt.gateway,
    account: `account-${customer >> 1}`,
    callerAddress: '198.51.100.7:5060',
    calleeAddress: attempt.address,
    setupAtWallMs: endedAtWallMs - 60_100,
    firstProvisionalAtWallMs: endedAtWallMs - 59_900,
    ringingAtWallMs: endedAtWallMs - 59_000,
    answeredAtWallMs: isAnswered ? endedAtWallMs - 50_000 : null,
    endedAtWallMs,
    postDialDelayMs: 1_100,
    holdMs: isAnswered ? 50_000 : 0,
    endReason: isAnswered ? 'Normal' : 'Busy',
    endedBy: 'caller',
    sipCode: attempt.code,
    q850: 16,
    reasonHeader: '',
    limitedBy: '',
    userAgentCaller: 'Asterisk PBX',
    userAgentCallee: '',
    codec: 'PCMA',
    sessionTimer: '',
    decision: '',
    lrn: '',
    ...UNBILLED,
    attempts: [attempt],
  };
}

const records = Number(option('records', '10000000'));
const untilMs = performance.now() + 1_000 * Number(option('seconds', '100'));
const stores = openLmdbStores(option('data', './cdr-window'), { roomBytes: ROOM_BYTES });
const index = new CdrIndex(stores.spool, stores.index);
const prng = new Prng(Date.now() % 2 ** 32);
const spent = { makeMs: 0, spoolMs: 0, indexMs: 0, count: 0 };

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

for (let number = stores.spool.lastPosition() + 1; number <= records && performance.now() < untilMs; number += BATCH) {
  const startMs = cpuMs();
  const batch = Array.from({ length: BATCH }, (_, at) => pack(cdrOf(number + at, prng)));
  const madeMs = cpuMs();
  stores.spool.append(batch);
  const spooledMs = cpuMs();
  while (index.follow() > 0);
  spent.makeMs += madeMs - startMs;
  spent.spoolMs += spooledMs - madeMs;
  spent.indexMs += cpuMs() - spooledMs;
  spent.count += BATCH;
}
while (index.follow() > 0);
const count = stores.spool.count();
const each = (ms: number): string => `${((1_000 * ms) / Math.max(1, spent.count)).toFixed(2)} us`;
console.log(`${count} records in the window, ${spent.count} of them made now`);
if (spent.count > 0) {
  console.log(
    `processor time a record: spool ${each(spent.spoolMs)}, index ${each(spent.indexMs)} (reading it included)`,
  );
}
console.log(`${((stores.useRatio() * ROOM_BYTES) / Math.max(1, count)).toFixed(0)} bytes a record, index included`);

/** Times of first pages, each of another question; processor time is what a loaded machine does not change. */
function report(what: string, questionOf: () => CdrQuestion): void {
  const times: number[] = [];
  let found = 0;
  let usedMs = 0;
  for (let round = 0; round < SEARCHES; round++) {
    const question = questionOf();
    const startMs = performance.now();
    const startCpuMs = cpuMs();
    found += index.search(question, 50, Number.POSITIVE_INFINITY).cdrs.length;
    times.push(performance.now() - startMs);
    usedMs += cpuMs() - startCpuMs;
  }
  times.sort((one, other) => one - other);
  const at = (share: number): string => (times[Math.floor(share * (SEARCHES - 1))] ?? 0).toFixed(1);
  const cpu = `processor ${(usedMs / SEARCHES).toFixed(1)} ms`;
  console.log(
    `${what.padEnd(28)} p50 ${at(0.5)} ms, max ${at(1)} ms, ${cpu}, ${(found / SEARCHES).toFixed(0)} records`,
  );
}

function some(): Cdr {
  const oldest = stores.spool.after(0, 1)[0]?.position ?? 1;
  const [found] = stores.spool.after(oldest - 1 + prng.below(count), 1);
  if (found === undefined) throw new Error('the window is empty');
  return unpackCdr(found.record);
}

report('a number', () => ({ ...EVERYTHING, number: some().callee }));
report('a number that nobody has', () => ({ ...EVERYTHING, number: `1${prng.below(2 ** 30)}` }));
report('a gateway', () => ({ ...EVERYTHING, gateway: some().mappingGateway }));
report('an account', () => ({ ...EVERYTHING, account: some().account }));
report('a time', () => ({ ...EVERYTHING, untilWallMs: some().endedAtWallMs }));
report('account, vendor and reason', () => {
  const { account, routingGateway, endReason } = some();
  return { ...EVERYTHING, account, gateway: routingGateway, endReason };
});
report('account on one day', () => {
  const { account, endedAtWallMs } = some();
  const fromWallMs = Math.floor((endedAtWallMs ?? 0) / 86_400_000) * 86_400_000;
  return { ...EVERYTHING, account, fromWallMs, untilWallMs: fromWallMs + 86_400_000 };
});
report('two that never meet', () => ({
  ...EVERYTHING,
  account: some().account,
  gateway: `customer-${prng.below(2) + CUSTOMERS}`,
}));
await stores.close();
