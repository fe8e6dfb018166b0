// Who we are to one vendor for the length of one call: RFC 3261 22.1 to 22.3. A 401 or 407 is answered once for each
// nonce; a new nonce is honoured when the old one was stale; anything else says that the credentials are wrong.

import { CHALLENGE_ANSWERS_MAX } from '../base/limits.ts';
import type { RoutingGateway } from '../routing/snapshot.ts';
import { type Challenge, challengesOf, isSameRealm, printCredentials } from '../sip/digest.ts';
import type { SipMessage } from '../sip/message.ts';
import { CHALLENGE_REALMS_MAX } from '../sip/sip-limits.ts';
import type { Surroundings } from './ports.ts';

/** What credentials sign of a request. */
export interface SignedRequest {
  readonly method: string;
  /** Request-URI. */
  readonly uri: string;
  readonly body: string;
}

/** The present nonce of one realm. */
interface Nonce {
  readonly challenge: Challenge;
  /** One for the life of the nonce: the "-sess" algorithms derive their key from it. */
  readonly clientNonce: string;
  useCount: number;
}

/** User and password toward one vendor, and the nonces it gave in this call. Without a user nothing is answered. */
export class Credentials {
  readonly #around: Pick<Surroundings, 'draw' | 'digest'>;
  readonly #user: string;
  readonly #password: string;
  #nonces: Nonce[] = [];

  constructor(around: Pick<Surroundings, 'draw' | 'digest'>, user: string, password: string) {
    this.#around = around;
    this.#user = user;
    this.#password = password;
  }

  /** The authorization of a new request. */
  authorize(request: SignedRequest): Authorization {
    return new Authorization(this, request);
  }

  /** Takes the nonces of `challenges`; false when they cannot be answered. */
  learn(challenges: readonly Challenge[]): boolean {
    const kept = this.#nonces.filter(({ challenge }) => !challenges.some((other) => isSameRealm(challenge, other)));
    if (this.#user === '' || kept.length + challenges.length > CHALLENGE_REALMS_MAX) return false;
    this.#nonces = [...kept, ...challenges.map((challenge) => this.#nonceOf(challenge))];
    return true;
  }

  /** The nonces that `sign` would use now. */
  get challenges(): Challenge[] {
    return this.#nonces.map(({ challenge }) => challenge);
  }

  /** The lines for `request`, one a realm, each with its CRLF; every call is one more use of each nonce. */
  sign(request: SignedRequest): string {
    const { digest } = this.#around;
    let lines = '';
    for (const nonce of this.#nonces) {
      nonce.useCount += 1;
      const { challenge, clientNonce, useCount: nonceCount } = nonce;
      const { method, uri, body } = request;
      const input = { user: this.#user, password: this.#password, method, uri, body, clientNonce, nonceCount };
      lines += printCredentials(challenge, input, digest);
    }
    return lines;
  }

  #nonceOf(challenge: Challenge): Nonce {
    return { challenge, clientNonce: this.#hexWord() + this.#hexWord(), useCount: 0 };
  }

  #hexWord(): string {
    return this.#around.draw(0x1_0000_0000).toString(16).padStart(8, '0');
  }
}

/** One request on its way through its challenges; each answer goes out as a new request, its CSeq one higher (22.2). */
export class Authorization {
  /**
   * Header lines that the request carries now, each with its CRLF: at first for the realms that have challenged the
   * call before (22.3), so that they need not do it again. The ACK of a 2xx repeats those of its INVITE (22.1).
   */
  lines: string;
  readonly #credentials: Credentials;
  readonly #request: SignedRequest;
  /** What `lines` answers, now or before. */
  readonly #carried: Challenge[];
  /** The part of it that this request was challenged with. */
  readonly #answered: Challenge[] = [];
  #answerCount = 0;

  constructor(credentials: Credentials, request: SignedRequest) {
    this.#credentials = credentials;
    this.#request = request;
    this.#carried = credentials.challenges;
    this.lines = credentials.sign(request);
  }

  /** A 401 or 407 came: true when the request is to be sent again with the new `lines`, false when it has failed. */
  answer(response: SipMessage): boolean {
    const challenges = challengesOf(response);
    if (challenges.length === 0 || this.#answerCount >= CHALLENGE_ANSWERS_MAX) return false;
    if (challenges.some((challenge) => this.#isRefusal(challenge))) return false;
    if (!this.#credentials.learn(challenges)) return false;
    this.#answerCount += 1;
    this.#carried.push(...challenges);
    this.#answered.push(...challenges);
    this.lines = this.#credentials.sign(this.#request);
    return true;
  }

  /**
   * Whether `challenge` says that the credentials are wrong: its nonce has been used in vain, or an answer to its realm
   * has. What was sent unasked does not count as an answer: the server may merely want a new nonce for each request.
   */
  #isRefusal(challenge: Challenge): boolean {
    const isOfRealm = (other: Challenge): boolean => isSameRealm(other, challenge);
    if (this.#carried.some((other) => isOfRealm(other) && other.nonce === challenge.nonce)) return true;
    return !challenge.isStale && this.#answered.some(isOfRealm);
  }
}

/** Who we are to `gateway`; null where it may not ask. */
export function credentialsOf(around: Surroundings, gateway: RoutingGateway): Credentials | null {
  const { sipAuthenticationUser, sipAuthenticationPassword } = gateway;
  if (sipAuthenticationUser === '') return null;
  return new Credentials(around, sipAuthenticationUser, sipAuthenticationPassword);
}
