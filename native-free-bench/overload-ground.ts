// Where the overload benchmark takes place: on loopback, or in two network namespaces with a cable between them, in one
// of which the packet filter of config/nftables is in force.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { Place } from './traffic/traffic-messages.ts';

/** Where the switch and its peers live, and how a command is run there. */
export interface Ground {
  readonly switchAddress: string;
  readonly peersAddress: string;
  /** Words before a command. */
  readonly atSwitch: readonly string[];
  readonly atPeers: readonly string[];
  /** Puts the shipped packet filter before the switch; answers the limits filled in. Only in namespaces. */
  filter(sip: Place, invitesPerSecond: number): string;
  /** INVITEs the packet filter dropped so far. */
  filteredCount(): number;
  remove(): void;
}

const LOOPBACK = '127.0.0.1';

/** Everything on loopback. */
export function loopbackGround(): Ground {
  return {
    switchAddress: LOOPBACK,
    peersAddress: LOOPBACK,
    atSwitch: [],
    atPeers: [],
    filter: () => '',
    filteredCount: () => 0,
    remove: () => undefined,
  };
}

const SWITCH = 'tandem-switch';
const PEERS = 'tandem-peers';
const SWITCH_ADDRESS = '10.99.0.1';
const PEERS_ADDRESS = '10.99.0.2';
const FILTER_FILE = 'config/nftables/sip.nft';

/** Two namespaces; needs root. */
export function namespaceGround(): Ground {
  const remove = (): void => {
    for (const name of [SWITCH, PEERS]) run('ip', ['netns', 'delete', name], true);
  };
  remove();
  for (const name of [SWITCH, PEERS]) run('ip', ['netns', 'add', name]);
  run('ip', ['link', 'add', 'sip', 'netns', SWITCH, 'type', 'veth', 'peer', 'name', 'sip', 'netns', PEERS]);
  for (const [name, address] of [
    [SWITCH, SWITCH_ADDRESS],
    [PEERS, PEERS_ADDRESS],
  ] as const) {
    run('ip', ['-n', name, 'address', 'add', `${address}/24`, 'dev', 'sip']);
    for (const device of ['sip', 'lo']) run('ip', ['-n', name, 'link', 'set', device, 'up']);
  }
  return {
    switchAddress: SWITCH_ADDRESS,
    peersAddress: PEERS_ADDRESS,
    atSwitch: ['ip', 'netns', 'exec', SWITCH],
    atPeers: ['ip', 'netns', 'exec', PEERS],
    filter: ({ port }, invitesPerSecond) => {
      const text = filledIn(readFileSync(FILTER_FILE, 'utf8'), port, invitesPerSecond);
      execFileSync('ip', ['netns', 'exec', SWITCH, 'nft', '-f', '-'], { input: text });
      return `${invitesPerSecond} INVITEs a second`;
    },
    filteredCount: () => {
      const listing = run('ip', ['netns', 'exec', SWITCH, 'nft', 'list', 'chain', 'inet', 'tandem', 'invite']);
      return [...listing.matchAll(/counter packets (\d+)/g)].reduce((sum, [, count]) => sum + Number(count), 0);
    },
    remove,
  };
}

/** The shipped file with its definitions, and its two limits, as an operator fills them in. */
function filledIn(text: string, port: number, invitesPerSecond: number): string {
  const limit = `rate over ${invitesPerSecond}/second burst ${Math.ceil(invitesPerSecond / 10)} packets`;
  const edits: readonly (readonly [RegExp, string])[] = [
    [/^define SIP_PORTS = .*$/m, `define SIP_PORTS = { ${port} }`],
    [/^define CARRIERS_IPV4 = .*$/m, `define CARRIERS_IPV4 = { ${PEERS_ADDRESS} }`],
    [/rate over 500\/second burst \d+ packets/g, limit],
    [/rate over 3000\/second burst \d+ packets/g, limit],
  ];
  return edits.reduce((before, [pattern, replacement]) => {
    const after = before.replace(pattern, replacement);
    if (after === before) throw new Error(`${FILTER_FILE} has no longer what ${pattern} looks for`);
    return after;
  }, text);
}

function run(command: string, words: readonly string[], mayFail = false): string {
  try {
    return execFileSync(command, words, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', mayFail ? 'ignore' : 'inherit'],
    });
  } catch (error) {
    if (mayFail) return '';
    throw error;
  }
}
