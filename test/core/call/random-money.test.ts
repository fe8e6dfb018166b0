// Random rates and calls over three shards that are killed now and then, against a reference that knows nothing but
// rates, seconds and sums: what each call costs whom, and what the prepaid account has left, at any moment.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Prng } from '../../../src/core/base/prng.ts';
import type { Cdr } from '../../../src/core/cdr/cdr.ts';
import { RateDeckBuilder } from '../../../src/core/rating/rate-deck-builder.ts';
import type { RateTableImage, Snapshot } from '../../../src/core/routing/snapshot.ts';
import { EPOCH_WALL_MS } from '../../simulator/switch.ts';
import { pick, randomDigits, randomRates, rowOf } from '../rating/random-rates.ts';
import { type PlainRate, plainCharge, plainFind, plainSeconds } from '../rating/reference.ts';
import { CALLER, PricedBench, snapshotOfFile, TRUNK } from './priced-bench.ts';

const RUN_COUNT = 40;
const CALL_COUNT = 12;
const SHARDS = 3;
const CALLS_BEGIN_MS = 60_000;
const END_MS = 1_000_000;
/** Rates of the reference change within its first 100 ms; here one of these is as long as so many. */
const STRETCH = 600;

const TABLES = ['retail', 'own', 'agents', 'vendor'] as const;

interface Terms {
  readonly limitNanos: bigint;
  /** Of the agent; null: none. */
  readonly agentLimitNanos: bigint | null;
  readonly precisionMs: number;
  readonly freeMs: number;
  readonly sliceSeconds: number;
}

const limitText = (nanos: bigint): string => `0.${String(nanos).padStart(9, '0')}`;

function networkOf({ limitNanos, agentLimitNanos, precisionMs, freeMs, sliceSeconds }: Terms): string {
  const agentLimit = agentLimitNanos === null ? 'None' : limitText(agentLimitNanos);
  const tables = TABLES.map((name) => `  - { name: ${name}, currency: EUR }\n`).join('');
  return `
rateTables:
${tables}
accounts:
  - account: prepaid
    rateTable: retail
    privateRateTable: own
    creditLimit: ${limitText(limitNanos)}
    agent: house
  - { account: house, type: agent, rateTable: agents, creditLimit: ${agentLimit} }
  - { account: carrier, type: settlement, rateTable: vendor, creditLimit: None }
mappingGateways:
  - { name: in, account: prepaid, remoteIps: ${CALLER.address} }
routingGateways:
  - { name: out, remoteIp: ${TRUNK.address}, clearingAccount: carrier }
systemParameters:
  SERVER_BILLING_HOLD_TIME_PRECISION: ${precisionMs}
  SERVER_BILLING_FREE_TIME: ${freeMs / 1000}
  SERVER_BILLING_RESERVE_TIME: ${sliceSeconds}
  SS_SIP_TIMEOUT_INVITE: 10
`;
}

/** One network, and the sums that the reference makes of its calls. */
class Run {
  readonly #prng: Prng;
  readonly #terms: Terms;
  readonly #rates: Readonly<Record<(typeof TABLES)[number], readonly PlainRate[]>>;
  readonly #bench: PricedBench;
  readonly #slots = new Map<string, number>();
  readonly #openings: Readonly<Record<string, bigint>>;
  readonly ends = new Map<string, number>();

  constructor(seed: number) {
    const prng = new Prng(seed);
    this.#prng = prng;
    this.#terms = {
      limitNanos: BigInt(pick(prng, [0, 0, 500_000_000])),
      agentLimitNanos: prng.chance(0.3) ? null : BigInt(pick(prng, [0, 500_000_000])),
      precisionMs: pick(prng, [0, 50, 999]),
      freeMs: pick(prng, [0, 0, 3_000]),
      sliceSeconds: pick(prng, [1, 7, 60]),
    };
    const rates = (): PlainRate[] => randomRates(prng).map(stretched);
    this.#rates = { retail: [...rates(), ...rates()].filter(isFirst), own: rates(), agents: rates(), vendor: rates() };
    const file = networkOf(this.#terms);
    const compiled = snapshotOfFile(file);
    const { accounts = [] } = compiled.prices ?? {};
    for (const { account, slot } of accounts) this.#slots.set(account, slot);
    const rateTables = TABLES.map((name) => imageOf(name, this.#rates[name]));
    const snapshot: Snapshot = { ...compiled, prices: { accounts, rateTables } };
    this.#bench = new PricedBench(file, { shardCount: SHARDS, seed, snapshot, isMortal: true });
    const opening = (): bigint => BigInt(prng.below(60)) * 500_000_000n;
    this.#openings = { prepaid: opening(), house: opening() };
    const { balances } = this.#bench.switch;
    for (const [account, nanos] of Object.entries(this.#openings)) balances.open(this.#slotOf(account), nanos);
  }

  play(): void {
    for (const { atMs, act } of this.#script().sort((one, other) => one.atMs - other.atMs)) {
      this.#advanceTo(atMs);
      act(atMs);
      this.#checkLimit();
    }
    this.#advanceTo(END_MS);
    this.#checkSums();
  }

  #script(): { readonly atMs: number; readonly act: (nowMs: number) => void }[] {
    const [prng, bench] = [this.#prng, this.#bench];
    const script = [];
    for (let call = 0; call < CALL_COUNT; call++) {
      const [name, callee] = [`call-${call}`, `${randomDigits(prng, 5)}9`];
      const atMs = prng.below(CALLS_BEGIN_MS);
      const isTaken = prng.chance(0.8);
      const act = isTaken ? bench.call.bind(bench) : bench.invite.bind(bench);
      script.push({ atMs, act: (nowMs: number) => act(name, callee, nowMs) });
      if (isTaken) script.push({ atMs: atMs + prng.below(300_000), act: (now: number) => bench.hangUp(name, now) });
    }
    for (let kill = prng.below(4); kill > 0; kill--) {
      const act = (nowMs: number) => {
        bench.switch.kill(prng.below(SHARDS), 'between', nowMs);
        bench.switch.advance(nowMs); // Its calls go on at once.
      };
      script.push({ atMs: prng.below(2 * CALLS_BEGIN_MS), act });
    }
    return script;
  }

  #advanceTo(untilMs: number): void {
    const { switch: tandem } = this.#bench;
    for (let dueMs = tandem.nextDueMs(); dueMs <= untilMs; dueMs = tandem.nextDueMs()) {
      tandem.advance(dueMs);
      this.#checkLimit();
    }
  }

  #checkLimit(): void {
    const { limitNanos, agentLimitNanos } = this.#terms;
    assert.ok(this.#left('prepaid') >= -limitNanos, 'the balance is never below its limit');
    const isAbove = agentLimitNanos === null || this.#left('house') >= -agentLimitNanos;
    assert.ok(isAbove, 'nor is that of its agent');
  }

  #checkSums(): void {
    const left = new Map([...this.#slots.keys()].map((account) => [account, this.#openings[account] ?? 0n]));
    for (const cdr of this.#bench.switch.cdrs) {
      this.ends.set(`${cdr.endReason}`, (this.ends.get(`${cdr.endReason}`) ?? 0) + 1);
      for (const [account, nanos] of this.#feesOf(cdr)) left.set(account, (left.get(account) ?? 0n) - nanos);
    }
    for (const [account, nanos] of left) assert.equal(this.#left(account), nanos, account);
  }

  /** Checks the fees of `cdr`; answers who lost what. */
  #feesOf(cdr: Cdr): (readonly [string, bigint])[] {
    if (cdr.answeredAtWallMs === null) {
      assert.deepEqual([cdr.sellFeeNanos, cdr.taxNanos, cdr.buyFeeNanos, cdr.agentFees], [0n, 0n, 0n, []]);
      return [];
    }
    const { own, retail, agents, vendor } = this.#rates;
    const { calleeBilled, setupAtWallMs, unpaidSeconds } = cdr;
    const find = (rates: readonly PlainRate[]) => plainFind(rates, calleeBilled, setupAtWallMs);
    const seconds = plainSeconds(cdr.holdMs, this.#terms.precisionMs, this.#terms.freeMs);
    assert.ok(unpaidSeconds === 0 || cdr.endReason === 'CreditExhausted', 'what is not paid for is cut');
    const sold = chargeBy(find(own) ?? find(retail), seconds - BigInt(unpaidSeconds));
    const bought = chargeBy(find(vendor), seconds);
    const agent = chargeBy(find(agents), seconds);
    const [{ feeNanos, taxNanos } = assert.fail('its agent pays')] = cdr.agentFees;
    assert.deepEqual([cdr.sellFeeNanos, cdr.taxNanos, BigInt(cdr.billedSeconds)], [sold.fee, sold.tax, sold.billed]);
    assert.deepEqual([cdr.buyFeeNanos, cdr.buyTaxNanos], [bought.fee, bought.tax]);
    assert.deepEqual([feeNanos, taxNanos], [agent.fee, agent.tax]);
    const losses = { prepaid: sold, carrier: bought, house: agent };
    return Object.entries(losses).map(([account, { fee, tax }]) => [account, fee + tax] as const);
  }

  #left(account: string): bigint {
    return this.#bench.switch.balances.spendable(this.#slotOf(account));
  }

  #slotOf(account: string): number {
    return this.#slots.get(account) ?? assert.fail(account);
  }
}

function stretched(rate: PlainRate): PlainRate {
  return { ...rate, from: EPOCH_WALL_MS + rate.from * STRETCH, until: EPOCH_WALL_MS + rate.until * STRETCH };
}

/** Whether no rate before it is of the same prefix and beginning. */
function isFirst({ prefix, from }: PlainRate, at: number, rates: readonly PlainRate[]): boolean {
  return rates.findIndex((rate) => rate.prefix === prefix && rate.from === from) === at;
}

function imageOf(name: string, rates: readonly PlainRate[]): RateTableImage {
  const builder = new RateDeckBuilder();
  for (const rate of rates) builder.add(rowOf(rate));
  const image = builder.build();
  assert.ok(image instanceof SharedArrayBuffer);
  return { name, image };
}

function chargeBy(rate: PlainRate | null, seconds: bigint): ReturnType<typeof plainCharge> {
  return rate === null ? { fee: 0n, tax: 0n, billed: 0n } : plainCharge(rate, seconds);
}

test(`${RUN_COUNT} random networks: every fee and every balance are those of the reference`, (context) => {
  const ends = new Map<string, number>();
  for (let seed = 1; seed <= RUN_COUNT; seed++) {
    const run = new Run(seed);
    try {
      run.play();
    } catch (error) {
      throw new Error(`run ${seed}: ${error instanceof Error ? error.message : error}`, { cause: error });
    }
    for (const [reason, count] of run.ends) ends.set(reason, (ends.get(reason) ?? 0) + count);
  }
  context.diagnostic(JSON.stringify([...ends]));
  for (const reason of ['Normal', 'CreditExhausted', 'InsufficientBalance', 'RateNotFound', 'GatewayTimeout']) {
    assert.ok((ends.get(reason) ?? 0) > 3, `calls that end as ${reason}`);
  }
});
