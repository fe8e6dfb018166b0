// tandem route: what would become of a call from this gateway to that number, and why.

import type { SwitchConfig } from '../config.ts';
import { KeptBlackList } from '../control/black-list.ts';
import { UnpackedSpool } from '../control/cdr/unpacked-spool.ts';
import { gatewaysNow } from '../control/gateways-now.ts';
import { AccountBook } from '../control/ledger/account-book.ts';
import { FreeMinutes } from '../control/ledger/free-minutes.ts';
import { SwitchView } from '../control/switch-view.ts';
import { RATE_DURATION_SECONDS_MAX } from '../core/rating/rating-limits.ts';
import type { ExplainedRoute, GatewaysNow, RouteQuestion } from '../core/routing/explain.ts';
import type { ExplainedTranslation } from '../core/routing/explain-translation.ts';
import { allocateSwitchMemory } from '../core/shard/shared-memory.ts';
import { alignedTable } from './aligned-table.ts';
import { duration } from './status.ts';
import { type StoppedSwitch, withStoppedSwitch } from './stopped-switch.ts';
import { runningSwitch } from './switch-client.ts';
import { EXIT_OK, EXIT_REFUSED, print, type Terminal } from './terminal.ts';

/**
 * A switch that is down has no calls, and nobody has found a gateway silent; accounts have what the ledger says, and
 * numbers that were blocked are.
 */
function atRest({ stores, configuration }: StoppedSwitch, atWallMs: number | null): GatewaysNow {
  const view = new SwitchView(allocateSwitchMemory(1));
  const book = new AccountBook(stores.ledger, new UnpackedSpool(stores.spool), view.balances);
  while (book.book() > 0);
  book.open(configuration.snapshot);
  new FreeMinutes({ accounts: book, configuration, wallNow: () => Date.now() }).look();
  new KeptBlackList(view.blackList, stores.keepsakes);
  return gatewaysNow(view, 0, atWallMs ?? Date.now());
}

/** Prints the decision at `atWallMs`, null for now; EXIT_REFUSED when the call would not be hunted. */
export async function route(
  config: SwitchConfig,
  question: RouteQuestion,
  atWallMs: number | null,
  terminal: Terminal,
): Promise<number> {
  const client = runningSwitch(config.dataPath);
  const { from, caller, callee } = question;
  const at = atWallMs === null ? {} : { at: String(atWallMs) };
  const explained =
    client === null
      ? await withStoppedSwitch(config, false, (stopped) =>
          stopped.configuration.explain(question, atRest(stopped, atWallMs)),
        )
      : ((await client.get('/api/v1/route', { from, caller, callee, ...at })) as ExplainedRoute);
  print(terminal, explained, () => tell(explained, client !== null));
  return explained.refusal === '' && explained.candidates.some(({ taken }) => taken) ? EXIT_OK : EXIT_REFUSED;
}

function tell(explained: ExplainedRoute, isRunning: boolean): string[] {
  const { mappingGateway, caller, callee, refusal, asksLrn, translations, sell, candidates } = explained;
  const load = isRunning ? '' : ' The switch is down: loads are shown as 0.';
  const by = mappingGateway === '' ? 'no gateway of ours' : mappingGateway;
  const lines = [`A call from ${caller === '' ? 'an unknown number' : caller} by ${by} to ${callee}.${load}`];
  lines.push(...translations.map((translation) => wordsOf(mappingGateway, translation)));
  if (asksLrn)
    lines.push('A call is routed and billed by where its number is ported to (LRN), which is not asked here.');
  if (sell !== null && sell.secondNanos !== null) {
    const { account, table, prefix, secondNanos, talkSecondsMax } = sell;
    const rate = `${table} ${prefix === '' ? '(all)' : prefix}`;
    const allows = talkSecondsMax === null ? 'has no limit' : `allows ${allowed(talkSecondsMax)}`;
    lines.push(`${account} pays ${moneyAMinute(secondNanos)} a minute, by ${rate}; its balance ${allows}.`);
  }
  if (refusal !== '') lines.push(`The call would be refused: ${refusal}.`);
  if (candidates.length === 0) return lines;
  const rows = candidates.map((candidate, index) => [
    String(index + 1),
    candidate.gateway,
    candidate.address,
    candidate.prefix === '' ? '(all)' : candidate.prefix,
    String(candidate.priority),
    `${candidate.calls}/${candidate.capacity ?? 'None'}`,
    candidate.buySecondNanos === null ? '-' : moneyAMinute(candidate.buySecondNanos),
    candidate.profitPercent === null ? '-' : `${candidate.profitPercent.toFixed(1)} %`,
    candidate.quality.asr === null ? '-' : `${Math.round(candidate.quality.asr * 100)} %`,
    candidate.quality.acdSeconds === null ? '-' : `${Math.round(candidate.quality.acdSeconds)} s`,
    candidate.quality.pddSeconds === null ? '-' : `${candidate.quality.pddSeconds.toFixed(2)} s`,
    candidate.taken ? 'yes' : 'no',
    candidate.why,
  ]);
  const heads = ['', 'gateway', 'address', 'prefix', 'priority', 'load', 'buy/min', 'profit', 'ASR', 'ACD', 'PDD'];
  const numbers = [0, 4, 5, 6, 7, 8, 9, 10];
  const toward = candidates.flatMap(({ gateway, translations: own }) => own.map((one) => wordsOf(gateway, one)));
  const table = alignedTable([...heads, 'tried', 'why'], rows, numbers);
  return [...lines, '', ...table, ...(toward.length === 0 ? [] : ['', ...toward])];
}

/** Which rule of `gateway` makes what of a number. */
function wordsOf(gateway: string, { party, rule, before, after, targets }: ExplainedTranslation): string {
  const drawn = targets === 1 ? '' : ` (the first of ${targets} that calls draw from)`;
  const found = before === '' ? 'without a number' : before;
  return `${gateway} makes of the ${party} ${found}: ${after}, by ${rule}${drawn}`;
}

const NANOS = 1_000_000_000;

/** With four decimals, and as many more as there are: vendors differ by parts of a hundredth of a cent. */
function moneyAMinute(secondNanos: number): string {
  return ((secondNanos * 60) / NANOS).toFixed(9).replace(/(?<=\.\d{4}\d*)0+$/, '');
}

/** Balances are asked for so much talk at most. */
function allowed(seconds: number): string {
  return seconds < RATE_DURATION_SECONDS_MAX ? duration(seconds) : `${duration(RATE_DURATION_SECONDS_MAX)} or more`;
}
