// tandem explain: where a call went, and why to no other gateway, as it was decided then.

import type { SwitchConfig } from '../config.ts';
import { type ExplainedCall, explainCall, findCall, wordsOfAttempt } from '../control/explained-call.ts';
import { endReasonRow } from '../core/base/end-reason.ts';
import type { Cdr, CdrAttempt } from '../core/cdr/cdr.ts';
import { TandemError } from '../tandem-error.ts';
import { alignedTable } from './aligned-table.ts';
import { withStoppedSwitch } from './stopped-switch.ts';
import { runningSwitch } from './switch-client.ts';
import { EXIT_OK, print, type Terminal } from './terminal.ts';

/** Explains the call with that Call-ID or CDR id. Throws TANDEM_CALL_UNKNOWN. */
export async function explain(config: SwitchConfig, id: string, terminal: Terminal): Promise<number> {
  const client = runningSwitch(config.dataPath);
  const explained =
    client === null
      ? await withStoppedSwitch(config, false, async ({ stores }) =>
          stoppedAnswer(await findCall(stores.spool, id), id),
        )
      : ((await client.get('/api/v1/explain', { call: id })) as ExplainedCall);
  print(terminal, explained, () => tell(explained));
  return EXIT_OK;
}

function stoppedAnswer(cdr: Cdr | null, id: string): ExplainedCall {
  if (cdr === null) throw new TandemError('TANDEM_CALL_UNKNOWN', `No call ${id} is among the last ones.`);
  return explainCall(cdr);
}

function tell({ cdr, gateways, furtherCount }: ExplainedCall): string[] {
  const { caller, callee, mappingGateway, endReason, snapshotVersion, setupAtWallMs, sipCode } = cdr;
  const at = new Date(setupAtWallMs).toISOString().slice(0, 23).replace('T', ' ');
  const lines = [
    `${at} UTC: a call from ${caller === '' ? 'an unknown number' : caller} by ${mappingGateway} to ${callee}, ` +
      `routed by version ${snapshotVersion}.`,
  ];
  // What its plan came to is written down when it is answered or over.
  if (endReason === null && gateways.length === 0) return [...lines, ...setUpLines(cdr.attempts)];
  if (endReason === null) lines.push('It lives.');
  else lines.push(`It ended with ${endReason} (${sipCode}): ${endReasonRow(endReason).sentence}`);
  if (gateways.length === 0) return [...lines, 'No route plan was made for it, or none had a prefix of its number.'];
  const rows = gateways.map(({ gateway, prefix, what, profitPercent }, index) => [
    String(index + 1),
    gateway,
    prefix === '' ? '(all)' : prefix,
    profitPercent === null ? '-' : `${profitPercent} %`,
    what,
  ]);
  const further = furtherCount === 0 ? [] : [`${furtherCount} more had no room in the record.`];
  return [
    ...lines,
    '',
    ...alignedTable(['', 'gateway', 'prefix', 'profit', 'what became of it'], rows, [0, 3]),
    ...further,
  ];
}

function setUpLines(attempts: readonly CdrAttempt[]): string[] {
  const lead = 'It is being set up. Which gateways were passed by is told once it is answered or over.';
  if (attempts.length === 0) return [lead];
  const rows = attempts.map((attempt, index) => [String(index + 1), attempt.gateway, wordsOfAttempt(attempt)]);
  return [lead, '', ...alignedTable(['', 'gateway', 'what became of it'], rows, [0])];
}
