// The class of service of signalling, SS_SIP_SIGNAL_TOS. Node sets no IP_TOS: node:dgram has no such option, gives its
// descriptor to nobody, and takes none over. The packet filter can: whoever looks after the machine is told the rule.

import { isIPv4 } from 'node:net';

/** A bound socket. */
export interface BoundPlace {
  readonly address: string;
  readonly port: number;
}

/** The chain of config/nftables/sip.nft, which is made where that file is not in use. */
const TABLE = 'inet tandem';
const CHAIN = `${TABLE} precedence`;
const MADE = [`add table ${TABLE}`, `add chain ${CHAIN} { type filter hook output priority mangle; }`];

/** Expedited forwarding (RFC 3246). */
const DSCP_EF = 46;

/**
 * The command that makes nftables set the DSCP bits of the byte `tos` on all that leaves `places`; null when the byte
 * asks for nothing. It takes the place of what the chain had, and may be repeated.
 */
export function precedenceCommand(tos: number, places: readonly BoundPlace[]): string | null {
  const dscp = tos >> 2; // RFC 2474 3: the two bits below are ECN's.
  if (dscp === 0 || places.length === 0) return null;
  const rules = [true, false].flatMap((isV4) => {
    const ports = [...new Set(places.filter(({ address }) => isIPv4(address) === isV4).map(({ port }) => port))];
    if (ports.length === 0) return [];
    return [`add rule ${CHAIN} udp sport { ${ports.join(', ')} } ${isV4 ? 'ip' : 'ip6'} dscp set ${dscpName(dscp)}`];
  });
  return `nft '${[...MADE, `flush chain ${CHAIN}`, ...rules].join('; ')}'`;
}

/** The name nftables has for it: class selectors (RFC 2474 4.2.2), EF, else the number. */
function dscpName(dscp: number): string {
  if (dscp % 8 === 0) return `cs${dscp / 8}`;
  return dscp === DSCP_EF ? 'ef' : `0x${dscp.toString(16).padStart(2, '0')}`;
}

/** Says the command at the start and when the byte changes, once each. */
export class PrecedenceNotice {
  readonly #places: readonly BoundPlace[];
  readonly #say: (tos: number, command: string) => void;
  #tos = 0;

  constructor(places: readonly BoundPlace[], say: (tos: number, command: string) => void) {
    this.#places = places;
    this.#say = say;
  }

  /** `tos` is in force. */
  note(tos: number): void {
    if (tos === this.#tos) return;
    this.#tos = tos;
    const command = precedenceCommand(tos, this.#places);
    if (command !== null) this.#say(tos, command);
  }
}
