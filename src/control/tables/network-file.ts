// The network file of `tandem apply`: accounts, rate tables, gateways on both sides, system parameters. Reading
// it checks every field and the references between them; what is taken can be compiled into a snapshot.

import { ADMISSION_SLOTS_MAX } from '../../core/base/limits.ts';
import { ParameterRefusal, parameterNameOf } from '../../core/parameters/registry.ts';
import { PARAMETER_ALIASES, PARAMETERS } from '../../core/parameters/table.ts';
import type { RegisterRules } from '../../core/routing/snapshot.ts';
import { type Reader, Refused, readOperatorFile, type Table } from '../../operator-file.ts';
import { entityName, numberDigits } from '../../operator-values.ts';
import {
  EMPTY_NETWORK,
  type GatewayGroup,
  type Network,
  type NumberGroupEntry,
  type ParameterSetting,
} from '../../store/network.ts';
import { readAccounts } from './account-rows.ts';
import { readCalendars } from './calendar-fields.ts';
import { readMappingGateways, readRoutingGateways } from './gateway-fields.ts';
import { readSharedLimits, SHARED_LIMIT_NAMES } from './limit-fields.ts';
import { NameReferences } from './name-references.ts';
import { uniqueName } from './names.ts';
import { readPackages } from './package-rows.ts';
import { settingOf } from './parameter-settings.ts';
import { readRateTables } from './rate-tables.ts';
import { slotCountOf } from './slots.ts';
import { importedBeside, withImportsOf } from './table-images.ts';

/** What may stand at the top of a network file. */
export const NETWORK_FIELDS = [
  'accounts',
  'rateTables',
  'packages',
  'calendars',
  'gatewayGroups',
  'numberGroups',
  'systemWhiteList',
  'mappingGateways',
  'routingGateways',
  'systemParameters',
];
const GROUP_FIELDS = ['name', ...SHARED_LIMIT_NAMES];

/**
 * Reads a network file. `name` is how refusals call it; what `before` has imported may be named in it. Throws
 * TANDEM_NETWORK_REFUSED with every reason.
 */
export function parseNetwork(text: string, name: string, before: Network = EMPTY_NETWORK): Network {
  return readOperatorFile(text, { name, code: 'TANDEM_NETWORK_REFUSED', fields: NETWORK_FIELDS }, (root) => {
    const references = new NameReferences();
    const devices = new Map<string, RegisterRules>();
    const rateTables = readRateTables(root, references);
    const packages = readPackages(root, references);
    const known = [...rateTables, ...importedBeside(rateTables, before.rateTables)];
    const network = {
      rateTables,
      packages,
      accounts: readAccounts(root, { rateTables: known, packages, references }),
      calendars: readCalendars(root),
      mappingGateways: readMappingGateways(root, references, devices),
      routingGateways: readRoutingGateways(root, references, devices),
      gatewayGroups: readGroups(root),
      numberGroups: readNumberGroups(root),
      systemWhiteList: root.many('systemWhiteList', entityName),
      importedPrefixes: null,
      systemParameters: readParameters(root),
    };
    references.add(root, 'systemWhiteList', 'numberGroups', network.systemWhiteList);
    references.check(withImportsOf(before, network), before);
    if (slotCountOf(network) >= ADMISSION_SLOTS_MAX) {
      root.refuse('routingGateways', `makes more than ${ADMISSION_SLOTS_MAX - 1} gateways, accounts and groups in all`);
    }
    return network;
  });
}

function readGroups(root: Table): GatewayGroup[] {
  const seen = new Set<string>();
  return root.rows('gatewayGroups', GROUP_FIELDS, (row) => ({
    name: uniqueName(row, 'name', seen),
    ...readSharedLimits(row),
  }));
}

function readNumberGroups(root: Table): NumberGroupEntry[] {
  const seen = new Set<string>();
  return root.rows('numberGroups', ['name', 'numbers'], (row) => ({
    name: uniqueName(row, 'name', seen),
    numbers: row.many('numbers', numberDigits),
    image: null,
  }));
}

function readParameters(root: Table): ParameterSetting[] {
  const table = root.table('systemParameters', [...Object.keys(PARAMETERS), ...Object.keys(PARAMETER_ALIASES)]);
  if (table === null) return [];
  const settings: ParameterSetting[] = [];
  for (const word of table.names()) {
    const name = parameterNameOf(word) ?? word;
    if (settings.some((setting) => setting.name === name)) table.refuse(word, `sets ${name}, which is set already`);
    else settings.push({ name, value: table.need(word, parameterText(word), '') });
  }
  return settings;
}

/** The text as written, once the registry takes it. */
function parameterText(word: string): Reader<string> {
  return (text) => {
    const setting = settingOf(word, text);
    return setting instanceof ParameterRefusal ? new Refused(setting.sentence) : setting.value;
  };
}
