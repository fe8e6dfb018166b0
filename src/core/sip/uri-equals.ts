// When two URIs are the same: RFC 3261 19.1.4. Not for routing, where only the parts that matter are compared.

import { parseUri, type SipUri, unescapeText } from './uri.ts';

/** Whether two URIs are equivalent. URIs that parseUri does not read are compared as text. */
export function uriEquals(left: string, right: string): boolean {
  const a = parseUri(left);
  const b = parseUri(right);
  if (a === null || b === null) return left === right;
  return (
    a.scheme === b.scheme &&
    sameText(a.user, b.user) &&
    sameText(a.password, b.password) &&
    a.host.toLowerCase() === b.host.toLowerCase() &&
    a.port === b.port && // an absent port is not 5060
    sameParams(a, b) &&
    sameHeaders(a.headers, b.headers)
  );
}

// In one URI only, these make a difference; any other parameter counts only when both have it.
const DECISIVE: readonly string[] = ['user', 'ttl', 'method', 'maddr'];

function sameText(a: string, b: string): boolean {
  return unescapeText(a) === unescapeText(b);
}

function sameParams(a: SipUri, b: SipUri): boolean {
  const left = pairsOf(a.params, ';');
  const right = pairsOf(b.params, ';');
  for (const name of DECISIVE) {
    if (left.has(name) !== right.has(name)) return false;
  }
  for (const [name, value] of left) {
    const other = right.get(name);
    if (other !== undefined && other.toLowerCase() !== value.toLowerCase()) return false;
  }
  return true;
}

function sameHeaders(a: string, b: string): boolean {
  const left = pairsOf(a.slice(1), '&');
  const right = pairsOf(b.slice(1), '&');
  if (left.size !== right.size) return false;
  for (const [name, value] of left) {
    if (right.get(name) !== value) return false;
  }
  return true;
}

// Names in lower case, escapes undone on both sides of '='.
function pairsOf(text: string, separator: string): Map<string, string> {
  const pairs = new Map<string, string>();
  for (const pair of text.split(separator)) {
    if (pair === '') continue;
    const equals = pair.indexOf('=');
    const name = equals < 0 ? pair : pair.slice(0, equals);
    const value = equals < 0 ? '' : pair.slice(equals + 1);
    pairs.set(unescapeText(name).toLowerCase(), unescapeText(value));
  }
  return pairs;
}
