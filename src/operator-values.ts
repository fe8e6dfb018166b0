// What operators write in fields: numbers, switches, names, addresses. Each reader takes the text and
// answers the value, or the reason why it is none.

import { isPrefix } from './core/base/digits.ts';
import { ipKey, parseIp, parseNetwork, splitPort } from './core/base/ip-address.ts';
import { PREFIX_DIGITS_MAX } from './core/base/limits.ts';
import { type Reader, Refused } from './operator-file.ts';

const WHOLE_ADDRESS_BITS = 128;
const MAPPED_BITS = 96;
/** What all IPv4 addresses have in front. */
const IP4 = ipKey([0, 0, 0, 0, 0, 0xffff, 0, 0], MAPPED_BITS);
const PORT_MAX = 65_535;
const HOST_LENGTH_MAX = 253;
/** RFC 1123 2.1, and underscores, which names of services have. The last label begins with a letter. */
const HOST = /^(?:[a-z\d_](?:[a-z\d_-]{0,61}[a-z\d_])?\.)*[a-z](?:[a-z\d-]{0,61}[a-z\d])?$/i;

/** A whole number from `min` to `max`. */
export function wholeNumber(min: number, max: number): Reader<number> {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    return new Refused(`takes a whole number from ${min} to ${max}, not "${text}"`);
  };
}

/** A whole number, or None (no limit), which reads as null. */
export function wholeNumberOrNone(min: number, max: number): Reader<number | null> {
  const number = wholeNumber(min, max);
  return (text) => {
    if (text === 'None') return null;
    const value = number(text);
    return value instanceof Refused ? new Refused(`takes None or ${value.reason.slice('takes '.length)}`) : value;
  };
}

/** Decimal seconds from `min` to `max`, read as milliseconds. */
export function secondsAsMs(min: number, max: number): Reader<number> {
  return (text) => {
    const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return Math.round(value * 1000);
    return new Refused(`takes ${min} to ${max} seconds, not "${text}"`);
  };
}

/** On or Off; true and false are taken too. */
export function onOff(text: string): boolean | Refused {
  if (text === 'On' || text === 'true') return true;
  if (text === 'Off' || text === 'false') return false;
  return new Refused(`takes On or Off, not "${text}"`);
}

/** Date.parse of a text that begins with a date; NaN for a day that there is not, which it takes for one in March. */
export function parsedDate(text: string): number {
  const date = text.slice(0, '2027-01-31'.length);
  const wallMs = Date.parse(`${date}T00:00:00Z`);
  const isDay = !Number.isNaN(wallMs) && new Date(wallMs).toISOString().startsWith(date);
  return isDay ? Date.parse(text) : Number.NaN;
}

/** A date, or a date with time and zone (ISO 8601), as wall clock ms; a date alone is its beginning in UTC. */
export function moment(text: string): number | Refused {
  const isMoment = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d))?$/.test(text);
  const wallMs = isMoment ? parsedDate(text) : Number.NaN;
  if (!Number.isNaN(wallMs)) return wallMs;
  return new Refused(`takes a date such as 2027-01-31 or 2027-01-31T18:00:00+01:00, not "${text}"`);
}

/** One of a closed set of words. */
export function oneOf<const T extends string>(words: readonly T[]): Reader<T> {
  return (text) => words.find((word) => word === text) ?? new Refused(`takes ${words.join(' or ')}, not "${text}"`);
}

const NAME = /^[\p{L}\p{N}_][\p{L}\p{N} ._@+/#()&-]{0,63}$/u;

/** The name of an account or gateway: 1 to 64 letters, digits and a few signs; never one that objects already have. */
export function entityName(text: string): string | Refused {
  if (Object.hasOwn(Object.prototype, text)) return new Refused(`"${text}" cannot be a name`);
  if (NAME.test(text) && text === text.trim()) return text;
  return new Refused(`takes a name of 1 to 64 letters, digits, spaces and . _ @ + / # ( ) & -, not "${text}"`);
}

/** Digits of a number prefix, possibly none; * # + and the letters a to s are digits to a switch. */
export function prefixDigits(text: string): string | Refused {
  if (isPrefix(text)) return text;
  return new Refused(`takes a prefix of up to ${PREFIX_DIGITS_MAX} digits (0-9 * # + a-s), not "${text}"`);
}

/** The digits of one whole number. */
export function numberDigits(text: string): string | Refused {
  if (text !== '' && isPrefix(text)) return text;
  return new Refused(`takes a number of 1 to ${PREFIX_DIGITS_MAX} digits (0-9 * # + a-s), not "${text}"`);
}

/** An IPv4 or IPv6 address, without a zone, as the system spells those that datagrams come from. */
export function ipAddress(text: string): string | Refused {
  const words = parseIp(text);
  if (words === null) return new Refused(`takes an IPv4 or IPv6 address, not "${text}"`);
  const isIp4 = ipKey(words, MAPPED_BITS) === IP4;
  if (isIp4)
    return words
      .slice(6)
      .flatMap((word) => [word >> 8, word & 255])
      .join('.');
  return new URL(`udp://[${text}]`).hostname.slice(1, -1);
}

/** An address, or a network as address/bits whose host bits are 0. */
function addressOrNetwork(text: string): string | Refused {
  const network = parseNetwork(text);
  if (network === null) return new Refused(`takes an address or a network such as 10.1.0.0/16, not "${text}"`);
  if (ipKey(network.words, WHOLE_ADDRESS_BITS) === ipKey(network.words, network.bits)) return text;
  return new Refused(`has bits beyond its network: a typing error? "${text}"`);
}

/** The same, and a port may follow: `192.0.2.1:5080`, `[2001:db8::1]:5080`. */
export function addressWithPort(text: string): string | Refused {
  const { text: address, port } = splitPort(text);
  if (port > PORT_MAX) return new Refused(`has no port of 1 to ${PORT_MAX}: "${text}"`);
  const read = addressOrNetwork(address);
  return read instanceof Refused ? read : text;
}

/** A host name, in lower case; a port may follow. */
export function hostName(text: string): string | Refused {
  const { text: host, port } = splitPort(text);
  if (port <= PORT_MAX && HOST.test(host) && host.length <= HOST_LENGTH_MAX && parseIp(host) === null) {
    return text.toLowerCase();
  }
  return new Refused(`takes a host name such as sip.example.net, not "${text}"`);
}
