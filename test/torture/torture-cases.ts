// The torture messages and their manifests: what each is, and which outcomes its RFC leaves open.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { checkRequest } from '../../src/core/sip/check-request.ts';
import { SipMessage } from '../../src/core/sip/message.ts';
import { type ParseFailure, parseMessage } from '../../src/core/sip/parse-message.ts';

/** One message of a manifest. Outcomes: a final status, 'route', 'liberal' (repaired, then routed) or 'silent'. */
export interface TortureCase {
  readonly file: string;
  readonly why: string;
  readonly acceptable_outcomes: readonly (number | string)[];
}

/** What this layer makes of a message: handed on to the layers above, refused with a status, or dropped. */
export type Outcome = 'passes' | 'silent' | number;

const FOLDER = join(process.cwd(), 'test', 'torture');

/** The cases of one RFC's manifest, in its order. */
export function tortureCases(rfc: 'rfc4475' | 'rfc5118'): readonly TortureCase[] {
  const manifest = JSON.parse(readFileSync(join(FOLDER, rfc, 'manifest.json'), 'utf8')) as {
    readonly cases: readonly TortureCase[];
  };
  return manifest.cases;
}

/** A message's text, one character a byte. `name` such as 'rfc4475/wsinv'. */
export function tortureText(name: string): string {
  return readFileSync(join(FOLDER, `${name}.dat`), 'latin1');
}

/** The message, parsed; fails the test when it is none. */
export function tortureMessage(name: string): SipMessage {
  const message = parseMessage(tortureText(name));
  if (message instanceof SipMessage) return message;
  throw new Error(`${name} did not parse: ${message.why}, ${message.sentence}`);
}

/** What becomes of a text at this layer. */
export function outcomeOf(text: string): Outcome {
  const message = parseMessage(text);
  if (!(message instanceof SipMessage)) return refusalOf(message);
  if (message.kind === 'response') return 'silent';
  return checkRequest(message)?.status ?? 'passes';
}

function refusalOf(failure: ParseFailure): Outcome {
  return failure.status === 0 ? 'silent' : failure.status;
}
