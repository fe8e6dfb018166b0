// tandem route: what would become of a call from this gateway to that number, and why.

import type { SwitchConfig } from '../config.ts';
import { SwitchView } from '../control/switch-view.ts';
import type { ExplainedRoute, GatewaysNow, RouteQuestion } from '../core/routing/explain.ts';
import { SeenConditions } from '../core/shard/route-conditions.ts';
import { allocateSwitchMemory } from '../core/shard/shared-memory.ts';
import { alignedTable } from './aligned-table.ts';
import { withStoppedSwitch } from './stopped-switch.ts';
import { runningSwitch } from './switch-client.ts';
import { EXIT_OK, EXIT_REFUSED, print, type Terminal } from './terminal.ts';

/** A switch that is down has no calls, and nobody has found a gateway silent. */
function atRest(): GatewaysNow {
  const memory = allocateSwitchMemory(1);
  const view = new SwitchView(memory);
  const { admission, health, quality, turns } = view;
  return {
    wallMs: Date.now(),
    conditions: new SeenConditions({ admission, health, quality, turns, nowMs: 0 }),
    quality: (slot, prefix, windowMs) => quality.read(slot, prefix, windowMs, 0),
  };
}

/** Prints the decision; EXIT_REFUSED when the call would be refused or has no gateway to go to. */
export async function route(config: SwitchConfig, question: RouteQuestion, terminal: Terminal): Promise<number> {
  const client = runningSwitch(config.dataPath);
  const { from, caller, callee } = question;
  const explained =
    client === null
      ? await withStoppedSwitch(config, false, ({ configuration }) => configuration.explain(question, atRest()))
      : ((await client.get('/api/v1/route', { from, caller, callee })) as ExplainedRoute);
  print(terminal, explained, () => tell(explained, client !== null));
  return explained.refusal === '' && explained.candidates.some(({ taken }) => taken) ? EXIT_OK : EXIT_REFUSED;
}

function tell(explained: ExplainedRoute, isRunning: boolean): string[] {
  const { mappingGateway, caller, callee, refusal, candidates } = explained;
  if (refusal !== '') return [`The call would be refused: ${refusal}.`];
  const load = isRunning ? '' : ' The switch is down: loads are shown as 0.';
  const lines = [
    `A call from ${caller === '' ? 'an unknown number' : caller} by ${mappingGateway} to ${callee}.${load}`,
  ];
  if (candidates.length === 0) return [...lines, 'No routing gateway has a prefix of this number: NoAvailableRouter.'];
  const rows = candidates.map((candidate, index) => [
    String(index + 1),
    candidate.gateway,
    candidate.address,
    candidate.prefix === '' ? '(all)' : candidate.prefix,
    String(candidate.priority),
    `${candidate.calls}/${candidate.capacity ?? 'None'}`,
    candidate.taken ? 'yes' : 'no',
    candidate.why,
  ]);
  return [
    ...lines,
    '',
    ...alignedTable(['', 'gateway', 'address', 'prefix', 'priority', 'load', 'tried', 'why'], rows, [0, 4, 5]),
  ];
}
