// Option tags: the extensions that Supported, Require and Unsupported name. RFC 3261 20.32, 20.37, 20.40.

import { Header } from './header-name.ts';
import type { SipMessage } from './message.ts';

/** The extensions that a peer may require of this switch: RFC 3262, RFC 4028. */
const SUPPORTED_OPTIONS = ['100rel', 'timer'] as const;
export type OptionTag = (typeof SUPPORTED_OPTIONS)[number];

/** Whether `message` names `tag` in that header. */
export function hasOptionTag(message: SipMessage, header: 'Supported' | 'Require', tag: OptionTag): boolean {
  return message.listsToken(Header[header], tag);
}

/** 8.2.2.3: what `request` requires and this switch lacks, as Unsupported names it; '' when there is nothing. */
export function unsupportedOf(request: SipMessage): string {
  if (!request.has(Header.Require)) return '';
  const isKnown = (value: string): boolean => SUPPORTED_OPTIONS.some((tag) => tag === value.trim().toLowerCase());
  return request
    .values(Header.Require)
    .filter((value) => !isKnown(value))
    .join(', ');
}

/** Whether `message`, an INVITE or its 2xx, says which methods its sender takes, and UPDATE is none of them. */
export function refusesUpdate(message: SipMessage): boolean {
  return message.has(Header.Allow) && !message.listsToken(Header.Allow, 'update');
}
