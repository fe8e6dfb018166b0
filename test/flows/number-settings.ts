// The settings of a ladder that are about numbers: written as a network file has them, read and compiled as it is.

import { type FieldsOf, type GatewayField, readEntry } from '../../src/control/tables/gateway-field.ts';
import {
  MAPPING_NUMBER_FIELDS,
  mappingNumbersOf,
  ROUTING_NUMBER_FIELDS,
  routingNumbersOf,
} from '../../src/control/tables/number-fields.ts';
import type { MappingNumbers, RoutingNumbers } from '../../src/core/routing/gateway-numbers.ts';
import { type NumberGroupImage, packNumberGroup } from '../../src/core/routing/number-group.ts';
import { readOperatorFile } from '../../src/operator-file.ts';
import { LADDER_CALENDARS } from './calendars.ts';
import type { FlowSetting } from './flow-file.ts';

/** Names of the fields that are about numbers, of a column's gateway. */
export function numberFieldsOf(column: string): string[] {
  return column.startsWith('caller') ? namesOf(MAPPING_NUMBER_FIELDS) : namesOf(ROUTING_NUMBER_FIELDS);
}

export function mappingNumbersIn(settings: readonly FlowSetting[]): MappingNumbers {
  return mappingNumbersOf(fieldsIn(settings, MAPPING_NUMBER_FIELDS), LADDER_CALENDARS);
}

export function routingNumbersIn(settings: readonly FlowSetting[]): RoutingNumbers {
  return routingNumbersOf(fieldsIn(settings, ROUTING_NUMBER_FIELDS), LADDER_CALENDARS);
}

/** `- group office is 49221, 49222`. */
export function numberGroupsIn(settings: readonly FlowSetting[]): NumberGroupImage[] {
  return settings
    .filter(({ of }) => of === 'group')
    .map(({ field, value }) => ({ name: field, image: packNumberGroup(value.split(', ')) }));
}

/** As a network file has them. */
function namesOf<Fields>(fields: FieldsOf<Fields>): string[] {
  return Object.values<GatewayField<unknown>>(fields).map(({ name }) => name);
}

function fieldsIn<Fields>(settings: readonly FlowSetting[], fields: FieldsOf<Fields>): Fields {
  const names = namesOf(fields);
  const written = settings.filter(({ field }) => names.includes(field));
  const lines = written.map(
    ({ field, value }) => `${field}: ${value.startsWith('[') ? value : JSON.stringify(value)}\n`,
  );
  const file = { name: 'a ladder', code: 'TANDEM_NETWORK_REFUSED', fields: names } as const;
  return readOperatorFile(lines.length === 0 ? '{}' : lines.join(''), file, (row) => readEntry(row, fields));
}
