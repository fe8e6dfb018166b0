// tandem check [FILE]: is this start file or network file good? Asks no switch and changes nothing.

import { readFileSync } from 'node:fs';
import { parseConfig, type SwitchConfig } from '../config.ts';
import { compileSnapshot } from '../control/tables/compile.ts';
import { NETWORK_FIELDS, parseNetwork } from '../control/tables/network-file.ts';
import { assignSlots } from '../control/tables/slots.ts';
import { sentenceOf, TandemError } from '../tandem-error.ts';
import { counted, EXIT_OK, print, type Terminal, toldShards } from './terminal.ts';

/** A field that only network files have; in JSON it may stand behind others on its line. */
const NETWORK_FIELD = new RegExp(`^([^#\n]*[{,])?\\s*["']?(${NETWORK_FIELDS.join('|')}|\\w+Gateways)["']?\\s*:`, 'm');

/** Checks `file`. `config` (of the start file) tells which listeners there are. Throws what is wrong with it. */
export async function check(file: string, config: SwitchConfig, terminal: Terminal): Promise<number> {
  const text = read(file);
  const found = NETWORK_FIELD.test(text) ? checkNetwork(text, file, config) : checkStart(text, file);
  print(terminal, found, () => [`${file} is good: ${found.summary}.`]);
  return EXIT_OK;
}

interface Found {
  readonly kind: 'network' | 'start';
  readonly summary: string;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new TandemError('TANDEM_CONFIG_UNREADABLE', `The file cannot be read: ${sentenceOf(cause)}`, { cause });
  }
}

function checkNetwork(text: string, file: string, config: SwitchConfig): Found {
  const network = parseNetwork(text, file);
  compileSnapshot(network, 0, assignSlots([], network), config.listeners, Date.now());
  const { accounts, mappingGateways, routingGateways } = network;
  const mapping = counted(mappingGateways.length, 'mapping gateway');
  const routing = counted(routingGateways.length, 'routing gateway');
  const summary = `a network of ${counted(accounts.length, 'account')}, ${mapping} and ${routing}`;
  return { kind: 'network', summary };
}

function checkStart(text: string, file: string): Found {
  const { listeners, shardCount, dataPath } = parseConfig(text, file);
  const size = `${counted(listeners.length, 'listener')} and ${toldShards(shardCount)}`;
  const summary = `a start file with ${size}, records in ${dataPath}`;
  return { kind: 'start', summary };
}
