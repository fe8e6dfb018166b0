// The decision about one call in about a hundred characters, for its CDR: the gateways whose prefix fitted, in the
// order in which they would have been tried, then those that were passed by, each with what became of it. It is read
// when somebody asks why, perhaps long after the tables have changed, so it names gateways and needs no tables.
//
//   *vendor one,4930;-vendor two;Fvendor three,49;Mvendor four:-12
//
//   letter of what became of it, name, the prefix that found it unless it is the one before, profit in percent

import { DECISION_CHARS_MAX } from '../base/limits.ts';
import type { Candidate } from './candidate.ts';
import { PASS_NAMES, PASSES, type Pass } from './pass.ts';
import type { Price } from './route-conditions.ts';
import type { RoutePlan } from './route-plan.ts';
import { profitPercent } from './route-profit.ts';

/** What became of a gateway: the filter that held it back, or its part in the hunt. */
export type Fate = Pass | 'waiting' | 'tried';

/** One gateway of a decision. */
export interface DecidedGateway {
  readonly gateway: string;
  readonly prefix: string;
  readonly fate: Fate;
  /** Whole percent; null when there was no telling. */
  readonly profitPercent: number | null;
}

/** A decision as it is read. */
export interface Decision {
  readonly gateways: readonly DecidedGateway[];
  /** Gateways that had no room in the record. */
  readonly furtherCount: number;
}

const TRIED = '*';
const WAITING = '-';
const FURTHER = '+';

/** What has become of `candidate` so far. One that was tried may have had no room for where it sent the call. */
function fateOf({ pass, isTried }: Candidate): Fate {
  return isTried ? 'tried' : (pass ?? 'waiting');
}

/** The words for what became of a gateway. */
export function wordsOfFate(fate: Fate): string {
  if (fate === 'tried') return 'tried';
  return fate === 'waiting' ? 'not needed: the call had ended or been answered' : PASSES[fate].words;
}

/** `plan` as it stands, as text. `sell`: what the call is paid. */
export function decisionText({ candidates, passed }: RoutePlan, sell: Price | null): string {
  const count = candidates.length + passed.length;
  let text = '';
  let prefix = '';
  for (let at = 0; at < count; at++) {
    const candidate = at < candidates.length ? candidates[at] : passed[at - candidates.length];
    const entry = entryOf(candidate as Candidate, prefix, sell);
    const further = `${FURTHER}${count - at}`;
    if (text.length + entry.length + further.length + 2 > DECISION_CHARS_MAX) return `${text};${further}`;
    text = at === 0 ? entry : `${text};${entry}`;
    prefix = (candidate as Candidate).prefix;
  }
  return text;
}

/** Reads what `decisionText` wrote; what it did not write is nothing. */
export function readDecision(text: string): Decision {
  const gateways: DecidedGateway[] = [];
  let prefix = '';
  for (const entry of text.split(';')) {
    const further = /^\+(\d+)$/.exec(entry);
    if (further !== null) return { gateways, furtherCount: Number(further[1]) };
    const [, letter = '', gateway = '', newPrefix, profit] = ENTRY.exec(entry) ?? [];
    const fate = fateByLetter(letter);
    if (fate === null) continue;
    prefix = newPrefix ?? prefix;
    gateways.push({ gateway, prefix, fate, profitPercent: profit === undefined ? null : Number(profit) });
  }
  return { gateways, furtherCount: 0 };
}

const ENTRY = /^(.)([^,:]*)(?:,([^:]*))?(?::(-?\d+))?$/;

function entryOf(candidate: Candidate, prefix: string, sell: Price | null): string {
  const found = candidate.prefix === prefix ? '' : `,${candidate.prefix}`;
  const percent = profitPercent(sell, candidate.buy);
  const profit = percent === null ? '' : `:${Math.floor(percent)}`;
  return `${letterOf(fateOf(candidate))}${candidate.gateway.name}${found}${profit}`;
}

function letterOf(fate: Fate): string {
  if (fate === 'tried') return TRIED;
  return fate === 'waiting' ? WAITING : PASSES[fate].letter;
}

function fateByLetter(letter: string): Fate | null {
  if (letter === TRIED) return 'tried';
  if (letter === WAITING) return 'waiting';
  return PASS_NAMES.find((name) => PASSES[name].letter === letter) ?? null;
}
