// OPTIONS to one routing gateway, one after the other (RFC 3261 11.1): is anybody there? An answer of any kind says
// yes, but for 408 and 503. A proxy says 408 for a gateway behind it that is silent, and 503 is how a gateway that
// shuts down says so.

import { hostPortOf } from '../call/invite-route.ts';
import type { RoutingView, Surroundings } from '../call/ports.ts';
import type { RoutingGateway } from '../routing/snapshot.ts';
import type { SipMessage } from '../sip/message.ts';
import { resendsWithin } from '../timer/resend-schedule.ts';
import type { Timed, TimerHandle } from '../timer/wheel.ts';
import type { ClientUser } from '../transaction/ports.ts';

/** How long a probe waits for its answer; `optionsPing` is never shorter. */
const PROBE_PATIENCE_MS = 5_000;

const REQUEST_TIMEOUT = 408;
const SERVICE_UNAVAILABLE = 503;

/** What a probe needs of its shard. */
export interface ProbeSurroundings extends Surroundings {
  /** The newest tables. */
  readonly routing: RoutingView;
}

/** Who wants to know. */
export interface ProbeUser {
  /** Told once for each request; asks again, or stops it. */
  heard(probe: GatewayProbe, isAlive: boolean): void;
}

/** Probes one gateway until it is stopped. */
export class GatewayProbe implements Timed, ClientUser {
  /** As the latest tables have it. */
  gateway: RoutingGateway;
  readonly #around: ProbeSurroundings;
  readonly #user: ProbeUser;
  #timer: TimerHandle = 0;
  #askedAtMs: number;
  #isAsking = false;
  #isStopped = false;

  constructor(around: ProbeSurroundings, user: ProbeUser, gateway: RoutingGateway) {
    this.#around = around;
    this.#user = user;
    this.gateway = gateway;
    this.#askedAtMs = around.nowMs;
  }

  /** Asks now, unless an answer is outstanding. */
  ask(): void {
    if (this.#isAsking) return;
    this.#around.wheel.disarm(this.#timer, this);
    this.#askedAtMs = this.#around.nowMs;
    const gateway = this.#around.reachOf(this.gateway);
    if (gateway === null) return this.#heard(false); // It has not registered: there is nobody to ask.
    this.#isAsking = true;
    const { remoteIp: address, signalPort: port, listener } = gateway;
    const branch = this.#around.mintBranch();
    const text = optionsText(this.#around, gateway, branch);
    const resend = resendsWithin(this.#around.routing.resends, PROBE_PATIENCE_MS);
    const target = { address, port, listener };
    this.#around.transactions.request({ method: 'OPTIONS', branch, text, target, resend, user: this });
  }

  /** Asks `afterMs` after it asked last, or was made; when that is past, as soon as time moves. */
  askAfter(afterMs: number): void {
    if (this.#isAsking) return;
    this.#around.wheel.disarm(this.#timer, this);
    const waitMs = Math.max(0, this.#askedAtMs + afterMs - this.#around.nowMs);
    this.#timer = this.#around.wheel.arm(this, 0, waitMs);
  }

  /** Asks no more; an answer that is outstanding tells nobody anything. */
  stop(): void {
    this.#isStopped = true;
    this.#around.wheel.disarm(this.#timer, this);
  }

  due(): void {
    this.ask();
  }

  onResponse(_transaction: unknown, { status }: SipMessage): void {
    if (status >= 200) this.#heard(status !== REQUEST_TIMEOUT && status !== SERVICE_UNAVAILABLE);
  }

  onTimeout(): void {
    this.#heard(false);
  }

  onTransportError(): void {
    this.#heard(false);
  }

  #heard(isAlive: boolean): void {
    this.#isAsking = false;
    if (!this.#isStopped) this.#user.heard(this, isAlive);
  }
}

/** A request of its own dialog; its Call-ID brings the answer home to this shard. */
function optionsText(around: Surroundings, gateway: RoutingGateway, branch: string): string {
  const { hostPort } = around.localEnd(gateway.listener);
  const uri = `sip:${hostPortOf(gateway)}`;
  return (
    `OPTIONS ${uri} SIP/2.0\r\nVia: SIP/2.0/UDP ${hostPort};branch=${branch};rport\r\nMax-Forwards: 70\r\n` +
    `From: <sip:${hostPort}>;tag=${around.mintTag()}\r\nTo: <${uri}>\r\nCall-ID: ${around.mintCallId()}\r\n` +
    `CSeq: 1 OPTIONS\r\nContact: <sip:${hostPort}>\r\nAccept: application/sdp\r\nContent-Length: 0\r\n\r\n`
  );
}
