// The drill of a restart: calls at a constant rate through a switch of its own process, which is killed with SIGKILL
// again and again and started again at once, while both peers live on. In the end the peers' stories and the CDRs are
// held against each other.

import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cdr } from '../../src/core/cdr/cdr.ts';
import { bookFaults, drillNetwork, limitFaults, PAID } from './drill-books.ts';
import type { DrillLoad, DrillStory } from './drill-caller.ts';
import { drillPeers } from './drill-peers.ts';
import type { Management } from './management.ts';
import type { Place } from './peer.ts';
import type { Scope } from './scope.ts';
import { SwitchProcess } from './switch-process.ts';

/** Size of a drill. */
export interface DrillPlan extends DrillLoad {
  readonly shards: number;
  readonly killCount: number;
  /** From one kill to the next. */
  readonly lifeMs: number;
  /** Command line of the revision that the first life is of; this one's unless it is said. */
  readonly firstProgram?: string;
}

/** What came of it. */
export interface DrillReport {
  readonly offeredCount: number;
  readonly answeredCount: number;
  readonly cdrCount: number;
  /** Kill to the first answered OPTIONS, of each kill. */
  readonly downMs: readonly number[];
  /** When, by performance.now(). */
  readonly killedAtMs: readonly number[];
  /** Live calls that each life took over. */
  readonly resumedCounts: readonly number[];
  /** Farthest that the talk time of a CDR is from what the caller saw. */
  readonly talkErrorMsMax: number;
  /** UPDATEs and BYEs of calls, and how many of them were answered 200. */
  readonly refreshes: readonly [number, number];
  readonly byes: readonly [number, number];
  /** What is wrong, a sentence each; empty when all is well. */
  readonly faults: readonly string[];
}

/** How long the last calls have to end, beyond their talk. */
const END_PATIENCE_MS = 60_000;
const PROBE_MS = 10;
const PROBER = '127.0.0.4';
const TALK_ERROR_MS_MAX = 1_000;
const DOWN_MS_MAX = 2_000;
const FAULTS_TOLD_MAX = 20;

/** Calls that live on when all have hung up: so many stories are told. */
const LEFT_TOLD_MAX = 5;

/** Runs one; what it opens ends with `scope`. `downMsMax`: more is a fault. */
export async function runDrill(scope: Scope, plan: DrillPlan, downMsMax = DOWN_MS_MAX): Promise<DrillReport> {
  const { caller, vendor, diary } = await drillPeers(scope);
  const network = drillNetwork([caller.peer.place.address, PROBER], vendor);
  let tandem = await SwitchProcess.start(scope, plan.shards, network, plan);
  await tandem.tandem('pay', 'acme', String(PAID), '--memo', 'in advance');
  const kills = { downMs: [] as number[], killedAtMs: [] as number[], resumedCounts: [] as number[] };
  const counted: string[] = [];
  caller.begin(tandem.sip, plan);
  await sleep(plan.holdMs + 1_000);
  for (let kill = 0; kill < plan.killCount; kill++) {
    const probed = firstAnswer(tandem.sip);
    kills.killedAtMs.push(performance.now());
    const gone = tandem.kill();
    const downMs = probed.since();
    await gone;
    tandem = await tandem.again(scope, plan.shards);
    kills.downMs.push(await downMs);
    kills.resumedCounts.push((await tandem.management.metrics()).sum('tandem_calls_resumed_total'));
    counted.push(...(await limitFaults(tandem.management)));
    await sleep(plan.lifeMs);
  }
  const stories = await caller.end(plan.holdMs + END_PATIENCE_MS);
  const left = await callsLeft(tandem.management);
  const { limitDrift } = await tandem.management.status();
  counted.push(
    ...(await limitFaults(tandem.management)),
    ...limitDrift.map(({ name }) => `the limit of ${name} drifted`),
  );
  const books = await bookFaults(tandem, () => tandem.cdrsOnDisk());
  await tandem.stop();
  const report = reportOf(stories, tandem.cdrsOnDisk(), kills);
  const living = left.slice(0, LEFT_TOLD_MAX).map((call) => {
    const callIds = [call.callerCallId, ...call.attempts.map(({ callId }) => callId)];
    return [`${call.callerCallId} lives on:`, ...diary.of(callIds, kills.killedAtMs)].join('\n  ');
  });
  const faults = [...living, ...report.faults, ...counted, ...books];
  const slow = kills.downMs.filter((ms) => ms > downMsMax).map((ms) => `down for ${ms.toFixed(0)} ms`);
  return { ...report, faults: [...faults, ...slow].slice(0, FAULTS_TOLD_MAX) };
}

/** Those that live on when everybody has hung up, after some patience. */
async function callsLeft(management: Management): Promise<Cdr[]> {
  const endMs = performance.now() + END_PATIENCE_MS;
  for (;;) {
    const left = await management.calls();
    if (left.length === 0 || performance.now() > endMs) return left;
    await sleep(PROBE_MS);
  }
}

/** Probes `place` with OPTIONS from now on; `since` resolves with the time from its call to the next answer. */
function firstAnswer(place: Place): { since(): Promise<number> } {
  const socket = createSocket('udp4');
  socket.bind(0, PROBER);
  let probeCount = 0;
  const probe = (): void => {
    probeCount += 1;
    const { address, port } = socket.address();
    const id = `probe-${port}-${probeCount}`;
    const lines = [
      `OPTIONS sip:${place.address}:${place.port} SIP/2.0`,
      `Via: SIP/2.0/UDP ${address}:${port};branch=z9hG4bK${id};rport`,
      'Max-Forwards: 70',
      `From: <sip:probe@${address}>;tag=${id}`,
      `To: <sip:${place.address}:${place.port}>`,
      `Call-ID: ${id}`,
      'CSeq: 1 OPTIONS',
      'Content-Length: 0',
    ];
    socket.send(`${lines.join('\r\n')}\r\n\r\n`, place.port, place.address);
  };
  return {
    since: async () => {
      const sinceMs = performance.now();
      const probing = setInterval(probe, PROBE_MS);
      await once(socket, 'message');
      clearInterval(probing);
      const downMs = performance.now() - sinceMs;
      socket.close();
      return downMs;
    },
  };
}

/** Holds the stories against the CDRs. */
function reportOf(
  stories: readonly DrillStory[],
  cdrs: readonly Cdr[],
  kills: Pick<DrillReport, 'downMs' | 'killedAtMs' | 'resumedCounts'>,
): DrillReport {
  const byCall = new Map<string, Cdr[]>();
  for (const cdr of cdrs) byCall.set(cdr.callerCallId, [...(byCall.get(cdr.callerCallId) ?? []), cdr]);
  const faults: string[] = [];
  const answered = stories.filter(({ status }) => status === 200);
  let talkErrorMsMax = 0;
  for (const story of answered) {
    const found = (byCall.get(story.callId) ?? []).filter(({ answeredAtWallMs }) => answeredAtWallMs !== null);
    if (found.length !== 1) faults.push(`${story.callId} was answered and has ${found.length} CDRs`);
    const errorMs = Math.max(0, ...found.map((cdr) => talkErrorOf(story, cdr, kills.killedAtMs)));
    talkErrorMsMax = Math.max(talkErrorMsMax, errorMs);
    if (errorMs > TALK_ERROR_MS_MAX) faults.push(`${story.callId}: the talk time is ${errorMs.toFixed(0)} ms off`);
    if (![200, 481].includes(story.byeStatus)) faults.push(`${story.callId}: BYE was answered ${story.byeStatus}`);
    // A BYE may be dealt with, and its 200 be lost with the process: the repeated one finds no call any more.
    if (story.byeStatus === 481 && story.byeCount < 2) faults.push(`${story.callId}: its first BYE found no call`);
  }
  const refreshed = answered.filter(({ refreshStatus }) => refreshStatus !== null);
  const fine = refreshed.filter(({ refreshStatus }) => refreshStatus === 200);
  for (const { callId, refreshStatus } of refreshed) {
    if (refreshStatus !== 200) faults.push(`${callId}: UPDATE was answered ${refreshStatus}`);
  }
  return {
    offeredCount: stories.length,
    answeredCount: answered.length,
    cdrCount: cdrs.length,
    ...kills,
    talkErrorMsMax,
    refreshes: [refreshed.length, fine.length],
    byes: [answered.length, answered.filter(({ byeStatus }) => byeStatus === 200).length],
    faults,
  };
}

/**
 * How far `holdMs` lies outside what the caller knows: it ended between the first BYE and the answer to one, and began
 * when the answer came; or at a kill before, for an answer given at that moment comes only after the restart.
 */
function talkErrorOf(story: DrillStory, { holdMs }: Cdr, killedAtMs: readonly number[]): number {
  const { askedAtMs, answeredAtMs, byeAtMs, overAtMs } = story;
  const beganAtMs = killedAtMs.find((atMs) => atMs > askedAtMs && atMs < answeredAtMs) ?? answeredAtMs;
  return Math.max(byeAtMs - answeredAtMs - holdMs, holdMs - (overAtMs - beganAtMs));
}
