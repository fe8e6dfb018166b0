// The metrics of the switch itself: calls, datagrams, shards, rings, CDRs, the store.

import { APPLIANCE_SLOT } from '../../core/base/appliance-slot.ts';
import { END_REASON_NAMES } from '../../core/base/end-reason.ts';
import { PARSE_FAILURE_LABELS, type ShardNumberName } from '../../core/shard/counters.ts';
import type { SinkRunner } from '../cdr/sink-runner.ts';
import type { Control } from '../control.ts';
import { RING_NAMES } from '../switch-view.ts';
import { counter, type Family, gauge, type Sample, single } from './family.ts';

/** Reasons of the edge that are told; there are fewer, and this keeps it so. */
const SCREENED_LABELS_MAX = 32;
const OVERLOAD_LABELS_MAX = 8;

/** All families without a `gateway` label. */
export function switchFamilies(control: Control): Family[] {
  return [
    ...callFamilies(control),
    ...messageFamilies(control),
    ...overloadFamilies(control),
    ...shardFamilies(control),
    ...recordFamilies(control),
    gauge('tandem_build_info', 'Always 1; the labels say which Tandem and which Node.', () => [
      { labels: { version: control.options.version, node: process.version }, value: 1 },
    ]),
  ];
}

function callFamilies(control: Control): Family[] {
  const { view } = control;
  return [
    gauge(
      'tandem_calls_active',
      'Calls now, from INVITE to the end.',
      single(() => view.admission.calls(APPLIANCE_SLOT)),
    ),
    counter('tandem_calls_total', 'Ended calls, by end reason.', () =>
      END_REASON_NAMES.map((reason) => ({ labels: { end_reason: reason }, value: view.ends(reason) })),
    ),
    counter(
      'tandem_calls_begun_total',
      'Calls begun.',
      single(() => view.sum('callsBegun')),
    ),
    counter(
      'tandem_calls_answered_total',
      'Calls answered.',
      single(() => view.sum('answered')),
    ),
    gauge(
      'tandem_cps',
      'New calls a second over the last five seconds.',
      single(() => control.rate.perSecond()),
    ),
    gauge(
      'tandem_limit_drift',
      'Calls by which limit counters differ from the live calls: always 0.',
      single(() => driftOf(control)),
    ),
  ];
}

function driftOf(control: Control): number {
  let sum = 0;
  for (const calls of control.drift.drifting().values()) sum += Math.abs(calls);
  return sum;
}

function messageFamilies(control: Control): Family[] {
  const { view } = control;
  const retransmissions = (method: string, direction: string, name: ShardNumberName): Sample => {
    return { labels: { method, direction }, value: view.sum(name) };
  };
  return [
    counter('tandem_datagrams_total', 'Datagrams at the sockets.', () => [
      { labels: { direction: 'received' }, value: control.edge.datagramsReceived },
      { labels: { direction: 'sent' }, value: control.edge.datagramsSent },
    ]),
    counter('tandem_screened_total', 'Datagrams dropped before any parsing, by why.', () =>
      Object.entries(control.edge.screened)
        .slice(0, SCREENED_LABELS_MAX)
        .map(([why, value]) => ({ labels: { why }, value })),
    ),
    counter(
      'tandem_send_errors_total',
      'Datagrams the platform refused to send.',
      single(() => control.edge.sendErrors),
    ),
    counter('tandem_parse_failures_total', 'Datagrams that were no message, by why.', () =>
      PARSE_FAILURE_LABELS.map((why) => {
        let value = 0;
        for (const { counters } of view.shards) value += counters.parseFailures(why);
        return { labels: { why }, value };
      }),
    ),
    counter('tandem_retransmissions_total', 'Messages sent again, and received again.', () => [
      retransmissions('INVITE', 'sent', 'retransmissionsSentInvite'),
      retransmissions('other', 'sent', 'retransmissionsSentOther'),
      retransmissions('INVITE', 'received', 'retransmissionsReceivedInvite'),
      retransmissions('other', 'received', 'retransmissionsReceivedOther'),
    ]),
    counter('tandem_stray_messages_total', 'Messages that belong to no transaction or dialog here.', () => [
      { labels: { what: 'request' }, value: view.sum('datagramsToNobody') },
      { labels: { what: 'response' }, value: view.sum('responsesStray') },
    ]),
    counter('tandem_requests_refused_total', 'Requests refused before they reached a call, by how.', () => [
      { labels: { how: 'answered' }, value: view.sum('requestsRefused') },
      { labels: { how: 'unheard' }, value: view.sum('requestsUnheard') },
      { labels: { how: 'full' }, value: view.sum('requestsWithoutRoom') },
    ]),
    counter(
      'tandem_refusal_acks_total',
      'ACKs of refusals that were answered once and not kept.',
      single(() => view.sum('refusalAcks')),
    ),
  ];
}

function overloadFamilies(control: Control): Family[] {
  const verdicts = (): Sample[] => {
    const { admitted, refused, dropped } = control.edge.newCalls;
    const by = (verdict: string, reasons: Readonly<Record<string, number>>): Sample[] =>
      Object.entries(reasons).map(([why, value]) => ({ labels: { verdict, why }, value }));
    return [
      ...by('admitted', admitted).slice(0, OVERLOAD_LABELS_MAX),
      ...by('refused', refused).slice(0, OVERLOAD_LABELS_MAX),
      ...by('dropped', dropped).slice(0, OVERLOAD_LABELS_MAX),
    ];
  };
  return [
    gauge(
      'tandem_overload',
      '1 while new calls are refused because the switch has no time or memory for them.',
      single(() => Number(control.edge.isOverloaded)),
    ),
    gauge(
      'tandem_overload_wait_seconds',
      'Longest wait of a new call for its turn, over the last quarter of a second.',
      single(() => control.edge.longestWaitMs / 1000),
    ),
    counter('tandem_overload_invites_total', 'INVITEs, by what became of them and why.', verdicts),
    counter(
      'tandem_overload_acks_total',
      'ACKs of refused INVITEs.',
      single(() => control.edge.newCalls.acksAbsorbed),
    ),
    gauge('tandem_heap_use_ratio', 'Share of its heap that the thread of a shard uses.', () =>
      control.view.shards.map(({ counters }, shard) => ({
        labels: { shard: String(shard) },
        value: counters.get('heapUseRatio'),
      })),
    ),
    ...journalFamilies(control),
  ];
}

function shardFamilies(control: Control): Family[] {
  const { view } = control;
  const ofEach = (name: ShardNumberName, divisor = 1): (() => Sample[]) => {
    return () =>
      view.shards.map(({ counters }, shard) => ({
        labels: { shard: String(shard) },
        value: counters.get(name) / divisor,
      }));
  };
  const ofRings = (read: 'depthBytes' | 'refusedCount'): (() => Sample[]) => {
    return () =>
      view.shards.flatMap(({ rings }, shard) =>
        RING_NAMES.map((ring) => ({ labels: { shard: String(shard), ring }, value: rings[ring][read] })),
      );
  };
  return [
    gauge(
      'tandem_transactions_active',
      'SIP transactions now.',
      single(() => view.sum('transactionsActive')),
    ),
    gauge(
      'tandem_dialogs_active',
      'SIP dialogs now.',
      single(() => view.sum('dialogsActive')),
    ),
    gauge(
      'tandem_timers_active',
      'Armed timers now.',
      single(() => view.sum('timersActive')),
    ),
    gauge('tandem_timer_lag_seconds', 'How late the last timer fired.', ofEach('timerLagMs', 1000)),
    gauge('tandem_ring_depth_bytes', 'Bytes waiting in the rings of a shard.', ofRings('depthBytes')),
    gauge(
      'tandem_ring_age_seconds',
      'How long the last datagram waited before its shard took it.',
      ofEach('ringAgeMs', 1000),
    ),
    counter('tandem_ring_refused_total', 'Frames that found a ring full.', ofRings('refusedCount')),
    counter('tandem_shard_restarts_total', 'Times the worker of a shard died and was replaced.', () =>
      control.shardRestarts.map((value, shard) => ({ labels: { shard: String(shard) }, value })),
    ),
    counter('tandem_shard_defects_total', 'Defects of the switch; each cost one call.', ofEach('defects')),
    gauge(
      'tandem_snapshot_version',
      'Version of the network in force.',
      single(() => control.configuration.snapshot.version),
    ),
    gauge('tandem_shard_snapshot_version', 'Version a shard routes by; -1 when it has none.', () =>
      view.shards.map((_, shard) => ({
        labels: { shard: String(shard) },
        value: control.deployment.versionOf(shard) ?? -1,
      })),
    ),
  ];
}

function recordFamilies(control: Control): Family[] {
  const { drain, sinks, stores, view } = control;
  const ofSinks = (read: (sink: SinkRunner) => number): (() => Sample[]) => {
    return () => sinks.filter(({ isOn }) => isOn).map((sink) => ({ labels: { sink: sink.name }, value: read(sink) }));
  };
  return [
    counter(
      'tandem_cdr_written_total',
      'CDRs committed to the spool.',
      single(() => drain.appendedCount),
    ),
    counter(
      'tandem_cdr_repeated_total',
      'CDRs that came a second time after a crash and were dropped.',
      single(() => drain.repeatedCount),
    ),
    counter(
      'tandem_cdr_store_failures_total',
      'Rounds in which the spool could take nothing.',
      single(() => control.drainFailureCount),
    ),
    gauge(
      'tandem_cdr_held',
      'CDRs that wait in shards because their ring is full.',
      single(() => view.sum('cdrsHeld')),
    ),
    gauge(
      'tandem_cdr_spool_records',
      'CDRs in the spool.',
      single(() => stores.spool.count()),
    ),
    gauge(
      'tandem_cdr_sink_backlog_records',
      'CDRs a sink has not got yet.',
      ofSinks((sink) => sink.backlog()),
    ),
    gauge(
      'tandem_cdr_sink_lag_seconds',
      'Age of the oldest CDR a sink has not got yet.',
      ofSinks((sink) => sink.lagSeconds(control.wallNow())),
    ),
    counter(
      'tandem_cdr_sink_failures_total',
      'Rounds of a sink that failed.',
      ofSinks((sink) => sink.failureCount),
    ),
    gauge(
      'tandem_lmdb_map_use_ratio',
      'Share of its room the store uses.',
      single(() => stores.useRatio()),
    ),
  ];
}

/** What keeps live calls. */
function journalFamilies({ view }: Control): Family[] {
  return [
    gauge('tandem_journal_use_ratio', 'Share of its room that the journal of a shard uses.', () =>
      view.shards.map(({ counters }, shard) => ({
        labels: { shard: String(shard) },
        value: counters.get('journalUseRatio'),
      })),
    ),
    counter(
      'tandem_journal_failures_total',
      'Attempts to write a journal that failed.',
      single(() => view.sum('journalFailures')),
    ),
    counter(
      'tandem_journal_refused_total',
      'Parts of journals that were torn or damaged when they were read.',
      single(() => view.sum('journalRefused')),
    ),
    counter(
      'tandem_calls_resumed_total',
      'Answered calls of an earlier life that went on.',
      single(() => view.sum('callsResumed')),
    ),
  ];
}
