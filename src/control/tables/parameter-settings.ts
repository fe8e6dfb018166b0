// The system parameters of a network: which are set, to what, and how they are changed. Values are as written.

import { ParameterRefusal, parameterNameOf, parseParameter, unknownParameter } from '../../core/parameters/registry.ts';
import { PARAMETERS, type ParameterName } from '../../core/parameters/table.ts';
import type { ParameterSetting } from '../../store/network.ts';
import { type Refusal, TandemError } from '../../tandem-error.ts';

/** What became of a parameter: its value before and after. */
export interface ParameterChange {
  readonly name: ParameterName;
  readonly before: string;
  readonly after: string;
}

/** The value that `word`, a name or an alias, is set to by `text`; true and false are On and Off. */
export function settingOf(word: string, text: string): ParameterSetting | ParameterRefusal {
  const name = parameterNameOf(word);
  if (name === null) return unknownParameter(word);
  const written = text === 'true' ? 'On' : text === 'false' ? 'Off' : text.trim();
  const value = parseParameter(name, written);
  return value instanceof ParameterRefusal ? value : { name, value: written };
}

/** The value of `name` in force. */
export function writtenValue(settings: readonly ParameterSetting[], name: ParameterName): string {
  return settings.find((setting) => setting.name === name)?.value ?? PARAMETERS[name].fallback;
}

/**
 * `settings` with each of `given` set to its text, or back to its default where that is null. Throws
 * TANDEM_PARAMETER_REFUSED, with every reason, when one of them cannot be.
 */
export function changedSettings(
  settings: readonly ParameterSetting[],
  given: ReadonlyMap<string, string | null>,
): { readonly settings: readonly ParameterSetting[]; readonly changes: readonly ParameterChange[] } {
  const wanted = checked(given);
  const kept = settings.filter(({ name }) => !wanted.has(name as ParameterName));
  const set = [...wanted].flatMap(([name, value]) => (value === null ? [] : [{ name, value }]));
  const after = [...kept, ...set];
  const textIn = (list: readonly ParameterSetting[], of: string) => list.find(({ name }) => name === of)?.value;
  const changes = [...wanted.keys()]
    .filter((name) => textIn(settings, name) !== textIn(after, name))
    .map((name) => ({ name, before: writtenValue(settings, name), after: writtenValue(after, name) }));
  return { settings: after, changes };
}

function checked(given: ReadonlyMap<string, string | null>): Map<ParameterName, string | null> {
  const wanted = new Map<ParameterName, string | null>();
  const refusals: Refusal[] = [];
  for (const [word, text] of given) {
    const name = parameterNameOf(word);
    const setting = name === null || text !== null ? settingOf(word, text ?? '') : null;
    if (setting instanceof ParameterRefusal) refusals.push({ line: 0, field: word, reason: setting.sentence });
    else if (name !== null && wanted.has(name))
      refusals.push({ line: 0, field: word, reason: `${name} is given twice` });
    else if (name !== null) wanted.set(name, setting?.value ?? null);
  }
  const [first, ...more] = refusals;
  if (first === undefined) return wanted;
  const rest = more.length === 0 ? '' : ` (and ${more.length} more)`;
  throw new TandemError('TANDEM_PARAMETER_REFUSED', `The parameters were refused: ${first.reason}${rest}`, {
    refusals,
  });
}
