// Via: the way back of a response. RFC 3261 20.42, 18.2 and 25.1 (via-parm); RFC 3581 (rport); RFC 5118 4.5 (IPv6).

import { COLON, LEFT_BRACKET, readDecimal, SLASH, skipBlanks, skipDigits, skipHost, skipToken } from './characters.ts';
import { ParameterReader } from './parameter-reader.ts';
import { PORT_MAX } from './sip-limits.ts';

/** One Via value. Offsets count from the start of the text it was read from, so that a printer can edit in place. */
export interface Via {
  /** In upper case: 'UDP', 'TCP', 'TLS' ... */
  readonly transport: string;
  /** As written; an IPv6 reference keeps its brackets. '' in a Via that could not be read. */
  readonly host: string;
  /** 0 when absent: the transport's default then holds (18.2.2). */
  readonly port: number;
  /** '' when absent (RFC 2543 peers). */
  readonly branch: string;
  /** An address without brackets; '' when absent. */
  readonly received: string;
  /** -1 absent, 0 asked for without value (RFC 3581 3), else the port. */
  readonly rport: number;
  /** '' when absent. */
  readonly maddr: string;
  /** Past the last character of the value. */
  readonly end: number;
  /** The received parameter from its semicolon to its end; -1 when absent. */
  readonly receivedStart: number;
  readonly receivedEnd: number;
  /** The rport parameter from its semicolon to its end; -1 when absent. */
  readonly rportStart: number;
  readonly rportEnd: number;
}

/** Stands for a Via that could not be read: it matches no transaction and names no address. */
export const UNREADABLE_VIA: Via = {
  transport: '',
  host: '',
  port: 0,
  branch: '',
  received: '',
  rport: -1,
  maddr: '',
  end: 0,
  receivedStart: -1,
  receivedEnd: -1,
  rportStart: -1,
  rportEnd: -1,
};

/** Reads the first value of a Via header. Null when it departs from the grammar or names a parameter twice. */
export function parseVia(text: string): Via | null {
  return parseViaAt(text, 0, text.length);
}

/** As parseVia, for text[start, end), which may be folded. The value ends at the first comma. */
export function parseViaAt(text: string, start: number, end: number): Via | null {
  const transportStart = skipProtocol(text, start, end);
  if (transportStart < 0) return null;
  const transportEnd = skipToken(text, transportStart, end);
  const hostStart = skipBlanks(text, transportEnd, end);
  if (transportEnd === transportStart || hostStart === transportEnd) return null;
  const hostEnd = skipHost(text, hostStart, end);
  if (hostEnd < 0) return null;
  const reading = new ViaReading();
  reading.transport = transportAt(text, transportStart, transportEnd);
  reading.host = text.slice(hostStart, hostEnd);
  const paramsStart = readPort(reading, text, hostEnd, end);
  return paramsStart < 0 || !readParams(reading, text, paramsStart, end) ? null : reading;
}

/** Whether the branch was made by the rules of RFC 3261 (8.1.1.7), so that it alone can name the transaction. */
export function isUniqueBranch(branch: string): boolean {
  // The bare cookie names nothing: RFC 4475 3.2.1 has it matched by the older rules.
  return branch.length > MAGIC_COOKIE.length && branch.startsWith(MAGIC_COOKIE);
}

const MAGIC_COOKIE = 'z9hG4bK';

class ViaReading implements Via {
  transport = '';
  host = '';
  port = 0;
  branch = '';
  received = '';
  rport = -1;
  maddr = '';
  end = 0;
  receivedStart = -1;
  receivedEnd = -1;
  rportStart = -1;
  rportEnd = -1;
  hasBranch = false;
}

// 25.1: sent-protocol = protocol-name SLASH protocol-version SLASH transport. Past the second slash; -1 when malformed.
// Any version passes: the start line's is the one that decides (505).
function skipProtocol(text: string, start: number, end: number): number {
  let at = skipBlanks(text, start, end);
  for (let part = 0; part < 2; part++) {
    const wordEnd = skipToken(text, at, end);
    const slash = skipBlanks(text, wordEnd, end);
    if (wordEnd === at || slash >= end || text.charCodeAt(slash) !== SLASH) return -1;
    at = skipBlanks(text, slash + 1, end);
  }
  return at;
}

// A constant for the usual ones, so that keeping it keeps no datagram.
function transportAt(text: string, start: number, end: number): string {
  if (end - start === 3) {
    if (text.startsWith('UDP', start)) return 'UDP';
    if (text.startsWith('TCP', start)) return 'TCP';
    if (text.startsWith('TLS', start)) return 'TLS';
  }
  return text.slice(start, end).toUpperCase();
}

// Past sent-by's port, if there is one; -1 when it is malformed.
function readPort(reading: ViaReading, text: string, hostEnd: number, end: number): number {
  reading.end = hostEnd;
  const colon = skipBlanks(text, hostEnd, end);
  if (colon >= end || text.charCodeAt(colon) !== COLON) return hostEnd;
  const portStart = skipBlanks(text, colon + 1, end);
  const portEnd = skipDigits(text, portStart, end);
  reading.port = readDecimal(text, portStart, portEnd, PORT_MAX);
  reading.end = portEnd;
  return reading.port < 0 ? -1 : portEnd;
}

function readParams(reading: ViaReading, text: string, start: number, end: number): boolean {
  const reader = new ParameterReader(text, start, end);
  while (reader.next()) {
    if (!readParam(reading, text, reader)) return false;
    reading.end = reader.at;
  }
  return !reader.isMalformed;
}

// 7.3.1: a parameter name appears once. For those that decide where answers go and whom they match, that is insisted
// on.
function readParam(reading: ViaReading, text: string, reader: ParameterReader): boolean {
  if (reader.isNamed('branch')) {
    if (reading.hasBranch) return false;
    reading.hasBranch = true;
    reading.branch = reader.value();
  } else if (reader.isNamed('rport')) {
    if (reading.rportStart >= 0) return false;
    reading.rport = rportOf(text, reader);
    reading.rportStart = reader.start;
    reading.rportEnd = reader.at;
    return reading.rport >= 0;
  } else if (reader.isNamed('received')) {
    if (reading.receivedStart >= 0) return false;
    reading.received = withoutBrackets(reader.value());
    reading.receivedStart = reader.start;
    reading.receivedEnd = reader.at;
  } else if (reader.isNamed('maddr')) {
    reading.maddr = reader.value();
  }
  return true;
}

function rportOf(text: string, reader: ParameterReader): number {
  if (reader.valueStart === reader.valueEnd) return 0;
  return readDecimal(text, reader.valueStart, reader.valueEnd, PORT_MAX);
}

// RFC 5118 4.5: the grammar wants a bare IPv6 address; brackets are tolerated.
function withoutBrackets(address: string): string {
  return address.charCodeAt(0) === LEFT_BRACKET && address.endsWith(']') ? address.slice(1, -1) : address;
}
