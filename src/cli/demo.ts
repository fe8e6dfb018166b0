// tandem demo: the whole switch on loopback, with customers and vendors simulated in this process over real UDP. It
// takes free ports, keeps its records in a temporary directory, and ends with a summary that has to add up.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { embeddedConfig } from '../config.ts';
import type { SwitchStatus } from '../control/api/status.ts';
import { Prng } from '../core/base/prng.ts';
import type { Cdr } from '../core/cdr/cdr.ts';
import { type RunningSwitch, startSwitch } from '../main.ts';
import { Customer } from './demo/customer.ts';
import { CUSTOMERS, networkFile, SWITCH_ADDRESS, VENDORS } from './demo/network.ts';
import { introduction, LiveLine, liveLine, tellSummary } from './demo/report.ts';
import { Tally } from './demo/tally.ts';
import { Traffic } from './demo/traffic.ts';
import { Vendor } from './demo/vendor.ts';
import { requireRunningSwitch, type SwitchClient } from './switch-client.ts';
import { EXIT_OK, EXIT_REFUSED } from './terminal.ts';

/** What `tandem demo` was asked for. */
export interface DemoOptions {
  /** Ends after so many; null goes on until Ctrl-C. */
  readonly seconds: number | null;
  /** Calls a second; null takes CALLS_PER_SECOND. */
  readonly cps: number | null;
  /** True: nothing but one JSON document at the end. */
  readonly json: boolean;
}

const CALLS_PER_SECOND = 25;
const LOOK_MS = 250;
const LOOKS_A_LINE = 4;

/** What ends the demo in good order: Ctrl-C, a kill, a terminal that was closed. */
const ENDING_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** A second signal within this time is the first one's echo: npm passes on what the terminal sends to both. */
const ECHO_MS = 500;

/** Time for the last calls to end and for their CDRs to come. */
const SETTLE_MS = 15_000;
const CDRS_A_PAGE = '10000';

interface Stage {
  readonly options: DemoOptions;
  readonly running: RunningSwitch;
  readonly client: SwitchClient;
  readonly vendors: readonly Vendor[];
  readonly customers: readonly Customer[];
  readonly tally: Tally;
  readonly prng: Prng;
}

/** Runs the demo; answers 0 when the summary adds up and 1 when it does not. Throws what `startSwitch` throws. */
export async function demo(options: DemoOptions): Promise<number> {
  const dataPath = mkdtempSync(join(tmpdir(), 'tandem-demo-'));
  const removeRecords = (): void => rmSync(dataPath, { recursive: true, force: true });
  const ending = new AbortController();
  let endingSinceMs = 0;
  const onSignal = (): void => {
    const nowMs = performance.now();
    if (!ending.signal.aborted) {
      endingSinceMs = nowMs;
      ending.abort();
    } else if (nowMs - endingSinceMs > ECHO_MS) {
      removeRecords();
      // Not exit(): that would wait for threads that are busy with a switch nobody wants any more.
      process.kill(process.pid, 'SIGKILL');
    }
  };
  const onReaderGone = (): void => ending.abort();
  for (const signal of ENDING_SIGNALS) process.on(signal, onSignal);
  process.stdout.on('error', onReaderGone);
  try {
    return await withSwitch(dataPath, options, ending.signal);
  } finally {
    for (const signal of ENDING_SIGNALS) process.off(signal, onSignal);
    process.stdout.off('error', onReaderGone);
    removeRecords();
  }
}

async function withSwitch(dataPath: string, options: DemoOptions, ending: AbortSignal): Promise<number> {
  const running = await startSwitch(embeddedConfig(dataPath, SWITCH_ADDRESS, 'demo'), {
    logLevel: options.json ? 'silent' : 'error',
  });
  const vendors: Vendor[] = [];
  const customers: Customer[] = [];
  try {
    const prng = new Prng(Date.now());
    const tally = new Tally();
    for (const place of VENDORS) vendors.push(await Vendor.open({ ...place, prng }));
    const target = { address: SWITCH_ADDRESS, port: running.sipPorts[0] ?? 0 };
    for (const place of CUSTOMERS) {
      customers.push(await Customer.open({ ...place, target, prng, onOver: (report) => tally.over(report) }));
    }
    const client = requireRunningSwitch(dataPath);
    await client.post('/api/v1/apply', { name: 'demo', author: 'demo' }, networkFile(vendors.map(({ port }) => port)));
    return await play({ options, running, client, vendors, customers, tally, prng }, ending);
  } finally {
    for (const peer of [...customers, ...vendors]) peer.close();
    await running.stop();
  }
}

async function play(stage: Stage, ending: AbortSignal): Promise<number> {
  const { options, running, customers, tally, prng } = stage;
  const { seconds, cps, json } = options;
  if (!json) {
    const ports = { sip: running.sipPorts[0] ?? 0, management: running.managementPort };
    for (const line of introduction(ports, seconds)) console.log(line);
  }
  const onOffered = (callId: string): void => tally.offered(callId);
  const traffic = new Traffic({ customers, callsPerSecond: cps ?? CALLS_PER_SECOND, prng, onOffered });
  const collect = cdrCollector(stage.client, tally);
  const begunAtMs = performance.now();
  traffic.start();
  await watch(stage, collect, begunAtMs, ending);
  traffic.stop();
  const offeredSeconds = (performance.now() - begunAtMs) / 1000;
  for (const customer of customers) customer.endAll();
  const status = await settle(stage, collect);
  const summary = tally.summary(offeredSeconds, stage.vendors, status);
  if (json) console.log(JSON.stringify(summary));
  else for (const line of tellSummary(summary)) console.log(line);
  return summary.faults.length === 0 ? EXIT_OK : EXIT_REFUSED;
}

/** Shows the live line until the time is over or `ending` says so. */
async function watch(
  stage: Stage,
  collect: () => Promise<void>,
  begunAtMs: number,
  ending: AbortSignal,
): Promise<void> {
  const { options, tally } = stage;
  const line = new LiveLine();
  for (let looks = 1; !ending.aborted; looks++) {
    const restMs = options.seconds === null ? LOOK_MS : begunAtMs + options.seconds * 1000 - performance.now();
    if (restMs <= 0) break;
    await pause(Math.min(LOOK_MS, restMs), undefined, { signal: ending }).catch(() => undefined);
    await collect();
    if (options.json || looks % LOOKS_A_LINE !== 0) continue;
    line.show(liveLine((performance.now() - begunAtMs) / 1000, tally, await statusOf(stage.client)));
  }
  line.close();
}

/** Waits until every call is over, recorded, and given back; answers the switch's state then, or after SETTLE_MS. */
async function settle({ client, tally }: Stage, collect: () => Promise<void>): Promise<SwitchStatus> {
  const endMs = performance.now() + SETTLE_MS;
  for (;;) {
    await collect();
    const status = await statusOf(client);
    const isSettled = tally.isSettled(status.overload.refused) && status.calls.active === 0;
    if ((isSettled && status.gateways.every(({ calls }) => calls === 0)) || performance.now() > endMs) return status;
    await pause(LOOK_MS);
  }
}

async function statusOf(client: SwitchClient): Promise<SwitchStatus> {
  return (await client.get('/api/v1/status')) as SwitchStatus;
}

/** Reads the CDRs that came since the last time, as an operator's script would. */
function cdrCollector(client: SwitchClient, tally: Tally): () => Promise<void> {
  let after = 0;
  return async () => {
    const page = (await client.get('/api/v1/cdrs', { after: String(after), limit: CDRS_A_PAGE })) as {
      readonly cdrs: readonly Cdr[];
      readonly after: number;
    };
    for (const cdr of page.cdrs) tally.recorded(cdr);
    after = page.after;
  };
}
