// IP addresses as values: two spellings of one address are equal, an IPv4-mapped IPv6 address is its
// IPv4 address (RFC 4291 2.5.5.2), and a network (CIDR) contains them.

/** 16 bytes of address as eight 16-bit words; IPv4 stands in its mapped form. */
export type IpWords = readonly number[];

/** An address range: the first `bits` bits of `words` are fixed. 128 for a single address. */
export interface IpNetwork {
  readonly words: IpWords;
  readonly bits: number;
}

const MAPPED_BITS = 96;

/** In front of an IPv4 address as a socket of IPv6 knows it. */
export const MAPPED_PREFIX = '::ffff:';

/** RFC 4291 2.5.5.2: an IPv4-mapped address is its IPv4 address, whichever socket it came in by. */
export function unmapped(address: string): string {
  const isMapped = address.startsWith(MAPPED_PREFIX) && address.includes('.');
  return isMapped ? address.slice(MAPPED_PREFIX.length) : address;
}

/** Parses an IPv4 or IPv6 address (no brackets, no zone); null when it is neither. */
export function parseIp(text: string): IpWords | null {
  return text.includes(':') ? parseIp6(text) : parseIp4(text);
}

/** Parses an address or a network in CIDR form; null when it is neither. */
export function parseNetwork(text: string): IpNetwork | null {
  const slash = text.indexOf('/');
  if (slash === -1) {
    const words = parseIp(text);
    return words === null ? null : { words, bits: 128 };
  }
  const words = parseIp(text.slice(0, slash));
  const length = text.slice(slash + 1);
  if (words === null || !/^\d{1,3}$/.test(length)) return null;
  const bits = Number(length) + (text.includes(':') ? 0 : MAPPED_BITS);
  return bits <= 128 ? { words, bits } : null;
}

/** An address or network, and the port behind it; 0 when none is written. */
export interface PortedText {
  readonly text: string;
  readonly port: number;
}

/** Takes `192.0.2.1:5080` and `[2001:db8::1]:5080` apart; brackets alone go as well. */
export function splitPort(text: string): PortedText {
  const match = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(\d{1,5}))?$/.exec(text);
  if (match === null) return { text, port: 0 };
  return { text: match[1] ?? match[2] ?? '', port: Number(match[3] ?? 0) };
}

/** `address`, an IP address, with its port: `192.0.2.1:5080`, `[2001:db8::1]:5080`. */
export function placeText(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** One spelling for each address, masked to its first `bits` bits: a map key. */
export function ipKey(words: IpWords, bits: number): string {
  let key = '';
  for (let word = 0; word < 8; word++) {
    const kept = Math.max(0, Math.min(16, bits - word * 16));
    const mask = kept === 0 ? 0 : (0xffff << (16 - kept)) & 0xffff;
    key += String.fromCharCode((words[word] as number) & mask);
  }
  return key;
}

function parseIp4(text: string): IpWords | null {
  const parts = text.split('.');
  if (parts.length !== 4) return null;
  const bytes: number[] = [];
  for (const part of parts) {
    if (!/^\d{1,3}$/.test(part) || Number(part) > 255) return null;
    bytes.push(Number(part));
  }
  const [a, b, c, d] = bytes as [number, number, number, number];
  return [0, 0, 0, 0, 0, 0xffff, (a << 8) | b, (c << 8) | d];
}

function parseIp6(text: string): IpWords | null {
  const gap = text.indexOf('::');
  if (gap !== text.lastIndexOf('::')) return null;
  const before = groups(gap === -1 ? text : text.slice(0, gap));
  const after = gap === -1 ? [] : groups(text.slice(gap + 2));
  if (before === null || after === null) return null;
  const missing = 8 - before.length - after.length;
  if (gap === -1 ? missing !== 0 : missing < 1) return null;
  return [...before, ...new Array<number>(missing).fill(0), ...after];
}

/** The 16-bit words of colon-separated groups, the last of which may be dotted IPv4. */
function groups(text: string): number[] | null {
  if (text === '') return [];
  const words: number[] = [];
  const parts = text.split(':');
  for (const [index, part] of parts.entries()) {
    if (index === parts.length - 1 && part.includes('.')) {
      const tail = parseIp4(part);
      if (tail === null) return null;
      words.push(tail[6] as number, tail[7] as number);
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) {
      words.push(Number.parseInt(part, 16));
    } else {
      return null;
    }
  }
  return words;
}
