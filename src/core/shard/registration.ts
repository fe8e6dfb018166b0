// Registration and authentication put together for one shard: who may register, whose call an INVITE is, where a
// registered gateway is called.

import { BINDINGS_AT_ONE_PLACE_MAX } from '../base/limits.ts';
import type { AddressMethod } from '../base/target.ts';
import type { Source } from '../call/incoming-request.ts';
import { numberOf } from '../call/numbers.ts';
import type { ParameterValues } from '../parameters/registry.ts';
import { Authenticator, type AuthMemory, type AuthSurroundings } from '../registration/authenticator.ts';
import { KeepAlive, type KeepAliveSurroundings } from '../registration/keep-alive.ts';
import { type RegisterAnswer, Registrar, type RegistrarSurroundings } from '../registration/registrar.ts';
import { type User, Users, userIn } from '../registration/users.ts';
import { byClosestFit } from '../routing/screening.ts';
import type { MappingGateway, RegisterRules, RoutingGateway, Snapshot } from '../routing/snapshot.ts';
import { digestAnswerOf } from '../sip/digest-answer.ts';
import type { SipMessage } from '../sip/message.ts';

/** What it needs of its shard. */
export interface RegistrationSurroundings extends AuthSurroundings, RegistrarSurroundings, KeepAliveSurroundings {
  readonly routing: {
    readonly snapshot: Snapshot;
    readonly screening: {
      find(address: string, port: number, callee: string): MappingGateway | null;
      firstAt(address: string, port: number): MappingGateway | null;
    };
  };
  /** The host that peers are told for the socket with that index. */
  realmOf(listener: number): string;
}

/** Whose call an INVITE is, or how it is refused. */
export type CallerFound = MappingGateway | RegisterAnswer;

/** The registration of one shard. */
export class Registration {
  readonly #around: RegistrationSurroundings;
  readonly #authenticator: Authenticator;
  readonly #registrar: Registrar;
  readonly #keepAlive: KeepAlive;
  readonly #found = new Int32Array(BINDINGS_AT_ONE_PLACE_MAX);
  /** By gateway of the tables: itself where it was called last, for most calls go to where the one before went. */
  readonly #reached = new WeakMap<RoutingGateway, RoutingGateway>();
  #users: Users;

  constructor(around: RegistrationSurroundings, memory: AuthMemory, parameters: ParameterValues) {
    this.#around = around;
    this.#authenticator = new Authenticator(around, memory);
    this.#registrar = new Registrar(around);
    this.#keepAlive = new KeepAlive(around, parameters);
    this.#users = new Users({ mappingGateways: [], routingGateways: [] });
  }

  /** New tables are in force in the place of `before`. */
  publish(before: Snapshot): void {
    const { routing, bindings, nowMs } = this.#around;
    const { snapshot } = routing;
    this.#users = new Users(snapshot);
    const users = dynamicUsers(snapshot);
    for (const [slot, was] of dynamicUsers(before)) {
      const now = users.get(slot);
      if (now?.registerUser === was.registerUser && now.registerPassword === was.registerPassword) continue;
      // What proved the place proves nothing any more. Another user may have registered already, at another shard.
      const isOthers = now?.registerUser !== was.registerUser && bindings.at(slot, nowMs)?.user === now?.registerUser;
      if (!isOthers) bindings.unbind(slot);
    }
    this.#keepAlive.publish([...users.keys()], snapshot.parameters);
  }

  /** Keeps awake what a REGISTER has bound. */
  registered(slots: readonly number[]): void {
    this.#keepAlive.wake(slots);
  }

  /** Whether strangers are answered: some gateway may be anywhere. */
  get isOpen(): boolean {
    return this.#users.hasDynamic;
  }

  /** Whether somebody has registered from there. */
  knows({ address, port }: Source): boolean {
    const { bindings, nowMs } = this.#around;
    return this.isOpen && bindings.slotsFrom(address, port, nowMs, this.#found) > 0;
  }

  /** What a REGISTER comes to. */
  register(request: SipMessage, source: Source): RegisterAnswer {
    if (!this.isOpen) return { status: 403, phrase: '', lines: '' };
    const verdict = this.#judge(request, source, 401, null);
    if (verdict.kind === 'refused') return { ...verdict, phrase: '' };
    return this.#registrar.register(request, source, verdict.user, this.#parameters);
  }

  /**
   * Whose call `invite` is: a registered device's, a configured place's, or that of the user whose credentials it
   * carries.
   */
  callerOf(invite: SipMessage, source: Source): CallerFound {
    const callee = numberOf(invite.uri);
    const { screening } = this.#around.routing;
    const registered = this.#registeredAt(source, callee);
    const device = registered === null ? null : (this.#provingAt(invite, source, registered) ?? registered);
    const gateway = device ?? screening.find(source.address, source.port, callee);
    if (gateway === null) return this.#userOf(invite, source, callee);
    if (!gateway.requireDigest) return gateway;
    const verdict = this.#judgeCall(invite, source, this.#users.find(gateway.registerUser));
    return verdict.kind === 'refused' ? { ...verdict, phrase: '' } : gateway;
  }

  /**
   * Where the answer to a request outside of calls goes, as the gateway has it whose place `source` is; else as that of
   * the user whom From names: who has not proved that has no answer sent anywhere but to where the request came from.
   */
  responseMethodOf(request: SipMessage, source: Source): AddressMethod | null {
    const { screening } = this.#around.routing;
    const { address, port } = source;
    const callee = numberOf(request.uri);
    const gateway =
      this.#registeredAt(source, callee) ?? screening.find(address, port, callee) ?? screening.firstAt(address, port);
    if (gateway !== null) return gateway.sipResponseAddressMethod;
    const claimed = this.isOpen ? this.#users.find(userIn(request.from.uri)) : null;
    const rules = claimed?.mapping ?? claimed?.routing;
    return rules?.sipResponseAddressMethod === 'source' ? 'source' : null;
  }

  /** Where `gateway` is called now: as its tables say, or where it has registered; null when it has not. */
  reachOf(gateway: RoutingGateway): RoutingGateway | null {
    if (gateway.registerType === 'static') return gateway;
    const binding = this.#around.bindings.at(gateway.slot, this.#around.nowMs);
    if (binding === null || binding.user !== gateway.registerUser) return null;
    const { address: remoteIp, port: signalPort, listener, contact } = binding;
    const last = this.#reached.get(gateway);
    const isThere = last?.remoteIp === remoteIp && last.signalPort === signalPort && last.listener === listener;
    if (isThere && last.contact === contact) return last;
    const reached = { ...gateway, remoteIp, signalPort, listener, contact };
    this.#reached.set(gateway, reached);
    return reached;
  }

  #registeredAt({ address, port }: Source, callee: string): MappingGateway | null {
    if (!this.isOpen) return null;
    const { bindings, nowMs } = this.#around;
    const count = bindings.slotsFrom(address, port, nowMs, this.#found);
    let best: MappingGateway | null = null;
    for (let index = 0; index < count; index++) {
      const gateway = this.#users.mappingIn(this.#found[index] as number);
      if (gateway === null || !callee.startsWith(gateway.calleePrefix)) continue;
      if (best === null || byClosestFit(gateway, best) < 0) best = gateway;
    }
    return best;
  }

  /**
   * Of several devices at the place of `registered` the one that `invite` names and that has to prove itself; null for
   * none, or where there is one only.
   */
  #provingAt(invite: SipMessage, source: Source, registered: MappingGateway): MappingGateway | null {
    const { bindings, nowMs } = this.#around;
    const { address, port, listener } = source;
    if (bindings.slotsFrom(address, port, nowMs, this.#found) < 2) return null;
    const answer = digestAnswerOf(invite, this.#challengeCode === 407, this.#around.realmOf(listener));
    const named = answer?.user ?? (registered.requireDigest ? userIn(invite.from.uri) : '');
    const gateway = this.#users.find(named)?.mapping ?? null;
    if (gateway === null || gateway.registerType !== 'dynamic' || !gateway.requireDigest) return null;
    if (!numberOf(invite.uri).startsWith(gateway.calleePrefix)) return null;
    const binding = bindings.at(gateway.slot, nowMs);
    return binding?.address === address && binding.port === port ? gateway : null;
  }

  /** Nobody's place: who may be anywhere proves it. */
  #userOf(invite: SipMessage, source: Source, callee: string): CallerFound {
    if (!this.isOpen) return FORBIDDEN;
    const verdict = this.#judgeCall(invite, source, null);
    if (verdict.kind === 'refused') return { ...verdict, phrase: '' };
    const { mapping } = verdict.user;
    const mayCall = mapping?.registerType === 'dynamic' && callee.startsWith(mapping.calleePrefix);
    return mapping !== null && mayCall ? mapping : FORBIDDEN;
  }

  #judgeCall(invite: SipMessage, source: Source, wanted: User | null) {
    return this.#judge(invite, source, this.#challengeCode, wanted);
  }

  get #challengeCode(): 401 | 407 {
    return this.#parameters.SS_SIP_AUTHENTICATION_CODE === '401' ? 401 : 407;
  }

  #judge(request: SipMessage, source: Source, code: 401 | 407, wanted: User | null) {
    const realm = this.#around.realmOf(source.listener);
    const users = this.#users;
    return this.#authenticator.judge({ request, source, realm, code, users, wanted, parameters: this.#parameters });
  }

  get #parameters(): ParameterValues {
    return this.#around.routing.snapshot.parameters;
  }
}

const FORBIDDEN: RegisterAnswer = { status: 403, phrase: '', lines: '' };

/** The users of gateways that register, by slot. */
function dynamicUsers({ mappingGateways, routingGateways }: Snapshot): Map<number, RegisterRules> {
  const gateways = [...mappingGateways, ...routingGateways].filter(({ registerType }) => registerType === 'dynamic');
  return new Map(gateways.map((gateway) => [gateway.slot, gateway]));
}
