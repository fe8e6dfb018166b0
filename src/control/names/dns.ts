// DNS as Node has it: A and AAAA records with their TTL; what the machine knows by itself (/etc/hosts) where DNS has
// neither.

import { lookup, Resolver } from 'node:dns/promises';
import type { ResolveHost } from './host-names.ts';

/** What DNS says of a name that is there, and of one that is not: it has no such addresses. All else is no answer. */
const NO_ADDRESSES: readonly unknown[] = ['ENODATA', 'ENOTFOUND'];

const PATIENCE_MS = 2_000;
const TRIES = 2;
/** How long an answer without TTL is believed. */
const LOCAL_TTL_SECONDS = 60;

/** Asks `servers` (address, or address:port), or those of the machine when there are none. */
export function dnsOf(servers: readonly string[]): ResolveHost {
  const resolver = new Resolver({ timeout: PATIENCE_MS, tries: TRIES });
  if (servers.length > 0) resolver.setServers(servers);
  return async (host) => {
    const [four, six] = await Promise.allSettled([
      resolver.resolve4(host, { ttl: true }),
      resolver.resolve6(host, { ttl: true }),
    ]);
    const records = [four, six].flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
    if (records.length > 0) {
      const ttlSeconds = Math.min(...records.map(({ ttl }) => ttl));
      const silentFamily = isSilent(four) ? 4 : isSilent(six) ? 6 : null;
      return { addresses: records.map(({ address }) => address), ttlSeconds, silentFamily };
    }
    if (servers.length > 0) throw (four as PromiseRejectedResult).reason;
    const found = await lookup(host, { all: true });
    return { addresses: found.map(({ address }) => address), ttlSeconds: LOCAL_TTL_SECONDS, silentFamily: null };
  };
}

function isSilent(answer: PromiseSettledResult<unknown>): boolean {
  return answer.status === 'rejected' && !NO_ADDRESSES.includes((answer.reason as NodeJS.ErrnoException).code);
}
