// tandem params --markdown: the page about every system parameter and every field of a gateway. config/PARAMETERS.md is
// this page.

import { type GatewayField, valueInWords } from '../control/tables/gateway-field.ts';
import { LIMIT_FIELDS } from '../control/tables/limit-fields.ts';
import { MAPPING_FIELDS } from '../control/tables/mapping-fields.ts';
import { PEER_FIELDS } from '../control/tables/peer-fields.ts';
import { ROUTING_FIELDS } from '../control/tables/routing-fields.ts';
import { rangeOf } from '../core/parameters/registry.ts';
import { PARAMETER_SECTIONS, type ParameterRow } from '../core/parameters/row.ts';
import { PARAMETER_ALIASES, PARAMETERS } from '../core/parameters/table.ts';
import { markdownTable as table } from './markdown-table.ts';
import { EXIT_OK, type Terminal } from './terminal.ts';

type Fields = Readonly<Record<string, GatewayField<unknown>>>;

const SHARED_FIELDS = { ...LIMIT_FIELDS, ...PEER_FIELDS };

/** Prints the page. */
export function tellParametersPage(terminal: Terminal): number {
  for (const line of parametersPage()) terminal.say(line);
  return EXIT_OK;
}

/** The lines of the page. */
export function parametersPage(): string[] {
  return [
    '# System parameters and fields of gateways',
    '',
    'Printed by `tandem params --markdown` from the tables that the switch itself goes by.',
    '',
    'System parameters stand under `systemParameters` in the network file, or are changed one by one:',
    '`tandem params set NAME=VALUE`. A change applies to new calls at once, without a restart; a call keeps the',
    'values it began with. Times are seconds, with decimals where wanted. A bad value is refused with its name, its',
    'range and what was given, and nothing is half applied.',
    ...Object.entries(PARAMETER_SECTIONS).flatMap(([section, title]) => [
      '',
      `## ${title}`,
      '',
      ...parameters(section),
    ]),
    '',
    '# Fields of gateways',
    '',
    'A field that is left out takes what its row says. Where that is a system parameter, a change of the parameter',
    'changes the gateway too.',
    ...fieldsOf('Mapping gateways: customers, where calls enter', MAPPING_FIELDS),
    ...fieldsOf('Routing gateways: vendors, where calls leave', ROUTING_FIELDS),
    ...fieldsOf('Both kinds', SHARED_FIELDS),
  ];
}

function parameters(section: string): string[] {
  const aliases = Object.entries(PARAMETER_ALIASES);
  const rows = Object.entries<ParameterRow>(PARAMETERS)
    .filter(([, row]) => row.section === section)
    .map(([name, row]) => {
      const others = aliases.filter(([, of]) => of === name).map(([alias]) => `, also ${alias}`);
      return [`${name}${others.join('')}`, row.fallback, rangeOf(row), row.help, row.override];
    });
  return table(['parameter', 'default', 'takes', 'meaning', 'overridden by'], rows);
}

function fieldsOf(title: string, fields: Fields): string[] {
  const own = Object.entries(fields).filter(([property]) => fields === SHARED_FIELDS || !(property in SHARED_FIELDS));
  const rows = own.map(([property, field]) => [field.name, field.range, absentInWords(property, field), field.help]);
  return ['', `## ${title}`, '', ...table(['field', 'takes', 'left out', 'meaning'], rows)];
}

function absentInWords(property: string, { isNeeded, parameter, absent, range }: GatewayField<unknown>): string {
  if (isNeeded) return 'is refused';
  if (absent === null && range.startsWith('None or')) return 'None';
  return parameter ?? valueInWords(property, absent);
}
