// tandem params: the system parameters in force, all of them or what a name says.

import type { SwitchConfig } from '../config.ts';
import type { ParameterReport, ReportedParameter } from '../control/tables/parameter-report.ts';
import { parameterNameOf, unknownParameter } from '../core/parameters/registry.ts';
import { PARAMETER_SECTIONS, type ParameterSection } from '../core/parameters/row.ts';
import { TandemError } from '../tandem-error.ts';
import { alignedTable } from './aligned-table.ts';
import { withStoppedSwitch } from './stopped-switch.ts';
import { runningSwitch } from './switch-client.ts';
import { counted, EXIT_OK, print, type Terminal } from './terminal.ts';

/** What is asked for: null for all. */
export interface ParametersQuestion {
  /** A name or an alias, or some letters that names contain. */
  readonly name: string | null;
  readonly section: string | null;
}

const SECTIONS = Object.keys(PARAMETER_SECTIONS) as ParameterSection[];

/** Prints them. Throws TANDEM_PARAMETER_REFUSED for a name or section that is none, and what reading throws. */
export async function params(config: SwitchConfig, question: ParametersQuestion, terminal: Terminal): Promise<number> {
  const client = runningSwitch(config.dataPath);
  const report =
    client === null
      ? await withStoppedSwitch(config, false, ({ configuration }) => configuration.parameters())
      : ((await client.get('/api/v1/parameters')) as ParameterReport);
  const parameters = chosen(report.parameters, question);
  const [only] = parameters;
  if (only !== undefined && only.name === parameterNameOf(question.name ?? '')) {
    print(terminal, only, () => tellOne(only));
  } else {
    print(terminal, { ...report, parameters }, () => tellAll({ ...report, parameters }));
  }
  return EXIT_OK;
}

function chosen(all: readonly ReportedParameter[], { name, section }: ParametersQuestion): ReportedParameter[] {
  if (section !== null && !Object.hasOwn(PARAMETER_SECTIONS, section)) {
    throw refused(`--section takes one of ${SECTIONS.join(', ')}, not "${section}"`);
  }
  const inSection = all.filter((parameter) => section === null || parameter.section === section);
  if (name === null) return inSection;
  const exact = parameterNameOf(name);
  const letters = name.toUpperCase();
  const found = inSection.filter((one) => (exact === null ? one.name.includes(letters) : one.name === exact));
  if (found.length === 0)
    throw refused(exact === null ? unknownParameter(name).sentence : `${exact} is not in ${section}`);
  return found;
}

function refused(sentence: string): TandemError {
  return new TandemError('TANDEM_PARAMETER_REFUSED', sentence);
}

function tellAll({ version, parameters }: ParameterReport): string[] {
  const rows = parameters.map((parameter) => [
    parameter.isSet ? '*' : '',
    parameter.name,
    parameter.value,
    parameter.default,
    overriders(parameter),
  ]);
  const [heads = '', ...lines] = alignedTable(['', 'name', 'value', 'default', 'overridden by'], rows);
  const told = [heads];
  for (const section of SECTIONS) {
    const own = lines.filter((_, index) => parameters[index]?.section === section);
    if (own.length > 0) told.push('', `${PARAMETER_SECTIONS[section]} (${section})`, ...own);
  }
  const legend = `* is set; the others have their defaults. Network version ${version}.`;
  return [...told, '', legend, 'More about one: tandem params NAME. Change: tandem params set NAME=VALUE'];
}

/** The field of a gateway that can, and how many do. */
function overriders({ override, overriddenBy }: ReportedParameter): string {
  const gateways = new Set(overriddenBy.map(({ kind, gateway }) => `${kind} ${gateway}`));
  const words = override.replaceAll('`', '');
  return gateways.size === 0 ? words : `${words}: on ${counted(gateways.size, 'gateway')}`;
}

function tellOne(parameter: ReportedParameter): string[] {
  const { name, aliases, section, value, isSet, range, override, overriddenBy, help } = parameter;
  const facts = [
    ['value', isSet ? `${value}, set; the default is ${parameter.default}` : `${value}, the default`],
    ['takes', range],
    ...(override === '' ? [] : [['overridden by', override.replaceAll('`', '')]]),
    ...(aliases.length === 0 ? [] : [['also called', aliases.join(', ')]]),
    ['section', `${PARAMETER_SECTIONS[section]} (${section})`],
  ];
  const own = overriddenBy.map(({ kind, gateway, field, value: ownValue }) => [kind, gateway, field, ownValue]);
  const owners = own.length === 0 ? [] : ['', ...alignedTable(['gateway', 'name', 'field', 'its value'], own)];
  const [, ...lines] = alignedTable(['', ''], facts);
  return [name, help, '', ...lines, ...owners];
}
