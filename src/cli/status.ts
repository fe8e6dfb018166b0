// tandem status: is it well, what does it carry, and where does it hurt.

import type { SwitchConfig } from '../config.ts';
import type { GatewayStatus, ShardStatus, SharerStatus, SwitchStatus } from '../control/api/status.ts';
import { whyClosed } from '../control/gateway-state.ts';
import { moneyText } from '../core/rating/money.ts';
import { alignedTable } from './aligned-table.ts';
import { requireRunningSwitch } from './switch-client.ts';
import { counted, EXIT_OK, print, type Terminal } from './terminal.ts';

/** Share of the store, and of a journal, from which it is told. */
const ROOM_ALARM_RATIO = 0.7;
const SINK_LAG_ALARM_SECONDS = 60;
/** Of finished calls, where a switch of an earlier release does not say how far back they go. */
const HOUR_SECONDS = 3_600;

/** Prints the state of the running switch. Throws TANDEM_SWITCH_NOT_RUNNING and what the client throws. */
export async function status(config: SwitchConfig, terminal: Terminal): Promise<number> {
  const found = (await requireRunningSwitch(config.dataPath).get('/api/v1/status')) as SwitchStatus;
  print(terminal, found, () => tellStatus(found));
  return EXIT_OK;
}

/** The status as lines. */
export function tellStatus(found: SwitchStatus): string[] {
  const { calls, cdr } = found;
  const load = calls.capacity === null ? `${calls.active}` : `${calls.active} of ${calls.capacity}`;
  const up = duration(found.upSeconds);
  const cps = calls.perSecond.toFixed(1);
  const lines = [
    `Tandem ${found.version} on ${found.node}, up ${up}, network version ${found.snapshotVersion}.`,
    `${load} calls now, ${cps} new a second; ${calls.begun} since the start, ${calls.answered} answered.`,
    `${cdr.spooled} CDRs in the spool; the store is ${percent(cdr.storeUseRatio)} full.`,
    ...troubles(found).map((sentence) => `! ${sentence}`),
    '',
    ...shardLines(found.shards),
  ];
  if (found.gateways.length === 0) return [...lines, '', 'No gateways yet: tandem apply NETWORK.yaml'];
  lines.push('', ...gatewayLines(found.gateways, found.qualitySeconds ?? HOUR_SECONDS));
  if (found.sharers.length > 0) lines.push('', ...sharerLines(found.sharers));
  const ended = Object.entries(calls.ended).sort(([, one], [, other]) => other - one);
  if (ended.length > 0)
    lines.push(
      '',
      ...alignedTable(
        ['calls ended by', 'count'],
        ended.map(([reason, count]) => [reason, String(count)]),
        [1],
      ),
    );
  return lines;
}

/** Decimals of amounts where a switch of an earlier release does not say them. */
const DECIMALS = 2;

function troubles(found: SwitchStatus): string[] {
  const sentences = found.isDraining ? ['The switch is about to stop: new calls get 503.'] : [];
  sentences.push(...found.shards.flatMap((shard) => shardTroubles(shard, found.snapshotVersion)));
  for (const { name, peer, locked, state } of found.gateways) {
    if (locked || state === null || !state.isOut) continue;
    sentences.push(`Gateway ${name} (${peer}) does not answer. It gets calls again as soon as it does.`);
  }
  const { isNow, refused, dropped } = found.overload;
  if (isNow) sentences.push('Overload: more calls come than the machine carries; those that wait too long get 503.');
  if (refused + dropped > 0)
    sentences.push(`For want of time ${refused} INVITEs got 503 and ${dropped} no answer since the start.`);
  for (const sink of found.cdr.sinks) {
    // A switch of an earlier release does not say why.
    const why = sink.why ? `It says: ${sink.why}` : 'The log says why.';
    if (sink.isFailing) sentences.push(`CDR sink ${sink.name} fails; ${sink.backlog} CDRs wait. ${why}`);
    else if (sink.lagSeconds > SINK_LAG_ALARM_SECONDS)
      sentences.push(`CDR sink ${sink.name} is ${duration(sink.lagSeconds)} behind.`);
  }
  if (found.cdr.storeUseRatio > ROOM_ALARM_RATIO)
    sentences.push('The store fills up: mend the sinks, or calls will be refused.');
  if (found.cdr.storeFailures > 0)
    sentences.push('CDRs could not be stored at times: is the disk full? The log says why.');
  const decimals = found.feeDecimals ?? DECIMALS;
  for (const { account, currency, balanceNanos, warningNanos } of found.lowBalances) {
    const [balance, warning] = [balanceNanos, warningNanos].map((nanos) => moneyText(BigInt(nanos), decimals));
    const amount = `${balance} ${currency}`.trimEnd();
    sentences.push(`Account ${account} is at ${amount}, below its warning of ${warning}.`);
  }
  for (const { name, calls } of found.limitDrift) {
    sentences.push(
      `The call counter of ${name === '' ? 'the appliance' : name} is off by ${calls}. Please report this.`,
    );
  }
  return sentences;
}

function shardTroubles(of: ShardStatus, version: number): string[] {
  const { shard, snapshotVersion, journalUseRatio, journalFailures } = of;
  const sentences: string[] = [];
  if (snapshotVersion === null) sentences.push(`Shard ${shard} is being restarted.`);
  else if (snapshotVersion !== version) sentences.push(`Shard ${shard} still routes by version ${snapshotVersion}.`);
  if (journalUseRatio > ROOM_ALARM_RATIO)
    sentences.push(`The journal of shard ${shard} is ${percent(journalUseRatio)} full; above 85 % new calls get 503.`);
  if (journalFailures > 0) {
    const times = `${counted(journalFailures, 'time')} since the start`;
    sentences.push(
      `The journal of shard ${shard} failed ${times}; while it does, new calls get 503. The log says why.`,
    );
  }
  return sentences;
}

function shardLines(shards: readonly ShardStatus[]): string[] {
  const heads = ['shard', 'version', 'calls', 'dialogs', 'transactions', 'timers', 'restarts', 'defects'];
  const rows = shards.map((shard) => [
    String(shard.shard),
    shard.snapshotVersion === null ? '-' : String(shard.snapshotVersion),
    String(shard.calls),
    String(shard.dialogs),
    String(shard.transactions),
    String(shard.timers),
    String(shard.restarts),
    String(shard.defects),
  ]);
  return alignedTable(heads, rows, [0, 1, 2, 3, 4, 5, 6, 7]);
}

function gatewayLines(gateways: readonly GatewayStatus[], windowSeconds: number): string[] {
  const window = windowSeconds === HOUR_SECONDS ? 'last hour' : `last ${duration(windowSeconds)}`;
  const heads = ['kind', 'gateway', 'account or address', 'calls', 'capacity', window, 'ASR', 'ACD', ''];
  const rows = gateways.map((gateway) => [
    gateway.kind,
    gateway.name,
    gateway.peer,
    String(gateway.calls),
    gateway.capacity === null ? 'None' : String(gateway.capacity),
    String(gateway.lastHourCalls),
    gateway.asr === null ? '-' : percent(gateway.asr),
    gateway.acdSeconds === null ? '-' : `${gateway.acdSeconds.toFixed(0)} s`,
    noteOf(gateway),
  ]);
  return alignedTable(heads, rows, [3, 4, 5, 6, 7]);
}

/** Accounts and groups: what they use of what they may. */
function sharerLines(sharers: readonly SharerStatus[]): string[] {
  const rows = sharers.map(({ kind, name, calls, capacity, cps }) => {
    return [
      kind,
      name,
      String(calls),
      capacity === null ? 'None' : String(capacity),
      cps === null ? 'None' : String(cps),
    ];
  });
  return alignedTable(['shared by gateways', 'name', 'calls', 'capacity', 'cps'], rows, [2, 3, 4]);
}

/** What stands behind a gateway's figures: why it gets no calls, or fewer than there are. */
function noteOf({ locked, state }: GatewayStatus): string {
  if (locked) return 'locked';
  if (state === null) return '';
  const limit = state.throttledPerSecond;
  return whyClosed(state) || (limit === null ? '' : `${limit.toFixed(1)} calls/s: it refuses more with 503`);
}

function percent(ratio: number): string {
  return `${(ratio * 100).toFixed(1)} %`;
}

/** Seconds as an operator says them: 45 s, 12 min, 3 h 20 min, 5 d 2 h. */
export function duration(seconds: number): string {
  const whole = Math.floor(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return `${hours} h ${minutes % 60} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}
