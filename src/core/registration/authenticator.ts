// Whether a request comes from whom it says: challenges, answers, and what follows from wrong ones. RFC 3261 22.
//
//   nothing, or an old nonce --> challenge, so many times in one Call-ID, then 403
//   wrong answer             --> the same, counted against source and name: too many and both are suspended (403)
//   right answer, new nc     --> passed
//
// A name that nobody has is dealt with as one whose password is wrong, hash for hash, and challenged as some user is.

import type { HashFunction } from '../base/digest-algorithms.ts';
import { AUTH_LOG_LINES_MAX } from '../base/limits.ts';
import type { Target } from '../base/target.ts';
import type { ParameterValues } from '../parameters/registry.ts';
import type { Digest } from '../sip/digest.ts';
import { challengeLines, type DigestAnswer, digestAnswerOf, isOffered, isRightAnswer } from '../sip/digest-answer.ts';
import type { SipMessage } from '../sip/message.ts';
import { markOf } from './bindings.ts';
import type { FailureBook, SuspensionRule } from './failure-book.ts';
import { type Nonce, NonceMint } from './nonce-mint.ts';
import type { NonceUses } from './nonce-uses.ts';
import { type User, type Users, userIn } from './users.ts';

/** How long a nonce that was answered in time may be used again (nc), seconds. */
const NONCE_LIFE_SECONDS = 600;

/** Stands in for the password of a name that nobody has. */
const NO_PASSWORD = '\u0000';

/** What became of a request's credentials. */
export type Verdict = { readonly kind: 'passed'; readonly user: User } | Refusal;

/** Answer with this status and these lines. */
export interface Refusal {
  readonly kind: 'refused';
  readonly status: number;
  readonly lines: string;
  /** It has answered a challenge that we sent to where it is, and wrongly: that counts, so let it count once. */
  readonly isWrong?: true;
}

/** What is counted. */
export type AuthOutcome = 'challenged' | 'passed' | 'failed' | 'suspended';

/** What an authenticator needs of its shard. */
export interface AuthSurroundings {
  readonly nowMs: number;
  readonly digest: Digest;
  draw(bound: number): number;
  countAuth(outcome: AuthOutcome): void;
  /** A line for the log: somebody at `address` has failed as `user`. */
  tellAuthFailed(address: string, user: string): void;
}

/** What shards share of it. */
export interface AuthMemory {
  readonly nonceUses: NonceUses;
  readonly failures: FailureBook;
  /** The key of nonces. */
  readonly secret: string;
}

/** One question. */
export interface AuthQuestion {
  readonly request: SipMessage;
  readonly source: Target;
  readonly realm: string;
  /** 407 challenges and reads as a proxy does. */
  readonly code: 401 | 407;
  readonly users: Users;
  /** The one user that is wanted; null takes any. */
  readonly wanted: User | null;
  readonly parameters: ParameterValues;
}

const FORBIDDEN: Refusal = { kind: 'refused', status: 403, lines: '' };

/** Judges the credentials of requests. */
export class Authenticator {
  readonly #around: AuthSurroundings;
  readonly #memory: AuthMemory;
  readonly #mint: NonceMint;
  #logSecond = 0;
  #logCount = 0;

  constructor(around: AuthSurroundings, memory: AuthMemory) {
    this.#around = around;
    this.#memory = memory;
    this.#mint = new NonceMint(around.digest, memory.secret);
  }

  judge(question: AuthQuestion): Verdict {
    const { request, source, realm, code, parameters } = question;
    const { failures } = this.#memory;
    const rule = suspensionOf(parameters);
    const sourceMark = this.#mint.keyedMark('address', source.address);
    if (failures.isSuspended(sourceMark, rule, this.#second)) return this.#refuse('suspended');
    const answer = digestAnswerOf(request, code === 407, realm);
    const claimed = answer?.user ?? userIn(request.from.uri);
    if (answer === null) return this.#challenge(question, claimed, 0, false);
    const nameMark = this.#mint.keyedMark('user', answer.user);
    if (failures.isSuspended(nameMark, rule, this.#second)) return this.#refuse('suspended');
    const nonce = this.#mint.read(answer.nonce, source.address);
    const earlier = nonce === null ? 0 : this.#answersBefore(nonce, request.callId, parameters);
    if (nonce === null || !this.#isYoung(nonce, parameters))
      return this.#challenge(question, claimed, earlier + 1, true);
    const user = this.#userOf(question, answer);
    if (user === null) {
      failures.note(sourceMark, rule, this.#second);
      failures.note(nameMark, rule, this.#second);
      this.#tellFailure(source.address, answer.user);
      return { ...this.#challenge(question, claimed, earlier + 1, false), isWrong: true };
    }
    const { mark, spread, issuedAtSecond } = nonce;
    const use = this.#memory.nonceUses.use(mark, spread, issuedAtSecond, answer.nonceCount, this.#second);
    if (use !== 'fresh') return this.#challenge(question, claimed, earlier + 1, true);
    failures.forgive(sourceMark);
    failures.forgive(nameMark);
    this.#around.countAuth('passed');
    return { kind: 'passed', user };
  }

  get #second(): number {
    return Math.floor(this.#around.nowMs / 1000);
  }

  /**
   * Answers in a row before this one. A device that renews its registration does so in one Call-ID for days, with the
   * nonce of the last time: that has passed, or is old, and counts for nothing.
   */
  #answersBefore(nonce: Nonce, callId: string, parameters: ParameterValues): number {
    const { callMark, answerCount, mark, spread } = nonce;
    const goesOn = callMark === markOf(callId) && this.#isInTime(nonce, parameters);
    return goesOn && !this.#memory.nonceUses.has(mark, spread) ? answerCount : 0;
  }

  /** SS_SIP_AUTHENTICATION_TIMEOUT to its first use; then for its life. */
  #isYoung(nonce: Nonce, parameters: ParameterValues): boolean {
    if (this.#isInTime(nonce, parameters)) return true;
    const { issuedAtSecond, mark, spread } = nonce;
    return this.#second - issuedAtSecond <= NONCE_LIFE_SECONDS && this.#memory.nonceUses.has(mark, spread);
  }

  #isInTime({ issuedAtSecond }: Nonce, { SS_SIP_AUTHENTICATION_TIMEOUT }: ParameterValues): boolean {
    return this.#second - issuedAtSecond <= SS_SIP_AUTHENTICATION_TIMEOUT / 1000;
  }

  /** Who has given the right answer; null when nobody has. The same work whether the name exists or not. */
  #userOf({ request, realm, users, wanted }: AuthQuestion, answer: DigestAnswer): User | null {
    const user = users.find(answer.user);
    const isRight = isRightAnswer(
      answer,
      { realm, password: user?.password ?? NO_PASSWORD },
      request,
      this.#around.digest,
    );
    if (!isRight || user === null || !isOffered(answer, user.algorithms)) return null;
    return wanted === null || wanted.name === user.name ? user : null;
  }

  #challenge(
    { request, source, realm, code, users, wanted, parameters }: AuthQuestion,
    claimed: string,
    answerCount: number,
    isStale: boolean,
  ): Refusal {
    if (answerCount > parameters.SS_SIP_AUTHENTICATION_RETRY) return FORBIDDEN;
    const { callId } = request;
    const chance = this.#around.draw(0x1_0000_0000);
    const nonce = this.#mint.mint({ second: this.#second, answerCount, callId, address: source.address, chance });
    this.#around.countAuth('challenged');
    const algorithms = wanted?.algorithms ?? this.#algorithmsFor(users, claimed);
    const lines = challengeLines({ isProxy: code === 407, realm, nonce, isStale, algorithms });
    return { kind: 'refused', status: code, lines };
  }

  /** The mark is made whether the name exists or not: time tells nothing either. */
  #algorithmsFor(users: Users, name: string): readonly HashFunction[] {
    const mark = users.areAlike ? 0 : this.#mint.keyedMark('user', name);
    return users.find(name)?.algorithms ?? users.algorithmsOfNobody(mark);
  }

  #refuse(outcome: AuthOutcome): Verdict {
    this.#around.countAuth(outcome);
    return FORBIDDEN;
  }

  #tellFailure(address: string, user: string): void {
    this.#around.countAuth('failed');
    if (this.#logSecond !== this.#second) this.#logCount = 0;
    this.#logSecond = this.#second;
    this.#logCount += 1;
    if (this.#logCount <= AUTH_LOG_LINES_MAX) this.#around.tellAuthFailed(address, user);
  }
}

function suspensionOf(parameters: ParameterValues): SuspensionRule {
  const { SS_AUTHENTICATION_MAX_RETRY: failuresMax, SS_AUTHENTICATION_FAILED_SUSPEND } = parameters;
  return { failuresMax, suspendSeconds: SS_AUTHENTICATION_FAILED_SUSPEND / 1000 };
}
