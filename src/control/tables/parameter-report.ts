// The system parameters as operators are told them: each with its value in force, and the gateways that have their own.

import { rangeOf } from '../../core/parameters/registry.ts';
import type { ParameterKind, ParameterRow, ParameterSection } from '../../core/parameters/row.ts';
import { PARAMETER_ALIASES, PARAMETERS, type ParameterName } from '../../core/parameters/table.ts';
import type { GatewayKind, Network } from '../../store/network.ts';
import { type FieldsOf, type GatewayField, valueInWords } from './gateway-field.ts';
import { MAPPING_FIELDS } from './mapping-fields.ts';
import { writtenValue } from './parameter-settings.ts';
import { ROUTING_FIELDS } from './routing-fields.ts';

/** A gateway that has its own value. */
export interface ParameterOverride {
  readonly kind: GatewayKind;
  readonly gateway: string;
  readonly field: string;
  readonly value: string;
}

/** One parameter. */
export interface ReportedParameter {
  readonly name: ParameterName;
  readonly aliases: readonly string[];
  readonly section: ParameterSection;
  /** In force, as written; a gateway of `overriddenBy` has its own. */
  readonly value: string;
  /** Whether somebody set it, be it to its default. */
  readonly isSet: boolean;
  readonly default: string;
  readonly kind: ParameterKind;
  /** What it takes, in words. */
  readonly range: string;
  /** The field of a gateway that overrides it, in words; '' where none does. */
  readonly override: string;
  readonly overriddenBy: readonly ParameterOverride[];
  readonly help: string;
}

/** All of them, in the order of the registry. */
export interface ParameterReport {
  readonly version: number;
  readonly parameters: readonly ReportedParameter[];
}

/** What is said of each parameter of `network`. */
export function parameterRows(network: Network): ReportedParameter[] {
  const isSet = new Set(network.systemParameters.map(({ name }) => name));
  const overrides = overridesIn(network);
  const aliases = Object.entries(PARAMETER_ALIASES);
  return Object.entries<ParameterRow>(PARAMETERS).map(([key, row]) => {
    const name = key as ParameterName;
    return {
      name,
      aliases: aliases.filter(([, of]) => of === name).map(([alias]) => alias),
      section: row.section,
      value: writtenValue(network.systemParameters, name),
      isSet: isSet.has(name),
      default: row.fallback,
      kind: row.kind,
      range: rangeOf(row),
      override: row.override,
      overriddenBy: overrides.get(name) ?? [],
      help: row.help,
    };
  });
}

type Overrides = Map<ParameterName, ParameterOverride[]>;

function overridesIn({ mappingGateways, routingGateways }: Network): Overrides {
  const found: Overrides = new Map();
  for (const gateway of mappingGateways) noteOverrides(found, 'mapping', gateway, MAPPING_FIELDS);
  for (const gateway of routingGateways) noteOverrides(found, 'routing', gateway, ROUTING_FIELDS);
  return found;
}

function noteOverrides<Entry extends { readonly name: string }>(
  found: Overrides,
  kind: GatewayKind,
  gateway: Entry,
  fields: FieldsOf<Entry>,
): void {
  for (const [property, field] of Object.entries<GatewayField<unknown>>(fields)) {
    const value: unknown = gateway[property as keyof Entry];
    if (field.parameter === null || value === null) continue;
    const list = found.get(field.parameter) ?? [];
    list.push({ kind, gateway: gateway.name, field: field.name, value: valueInWords(property, value) });
    found.set(field.parameter, list);
  }
}
