// Who is registered now, and where: read from the bindings that all shards share.

import { placeText } from '../core/base/ip-address.ts';
import type { Snapshot } from '../core/routing/snapshot.ts';
import type { SwitchView } from './switch-view.ts';

/** Registrations told in one answer. */
export const REGISTRATIONS_TOLD_MAX = 10_000;

/** One gateway that has registered. */
export interface RegistrationRow {
  readonly kind: 'mapping' | 'routing';
  readonly gateway: string;
  readonly user: string;
  /** address:port that its REGISTER came from, and its calls come from or go to. */
  readonly address: string;
  readonly contact: string;
  readonly userAgent: string;
  readonly isBehindNat: boolean;
  readonly registeredAtWallMs: number;
  readonly refreshedAtWallMs: number;
  readonly expiresInSeconds: number;
}

/** Up to `limit` registrations, mapping gateways first, in the order of the network. */
export function registrationsOf(
  { mappingGateways, routingGateways }: Snapshot,
  { bindings }: SwitchView,
  nowMs: number,
  limit = REGISTRATIONS_TOLD_MAX,
): RegistrationRow[] {
  const rows: RegistrationRow[] = [];
  for (const [kind, gateways] of [
    ['mapping', mappingGateways],
    ['routing', routingGateways],
  ] as const) {
    for (const { name, slot, registerType } of gateways) {
      if (rows.length >= limit) return rows;
      const binding = registerType === 'dynamic' ? bindings.at(slot, nowMs) : null;
      if (binding === null) continue;
      const { address, port, listener: _, expiresAtMs, callMark: __, cseq: ___, ...told } = binding;
      const expiresInSeconds = Math.ceil((expiresAtMs - nowMs) / 1000);
      rows.push({ kind, gateway: name, ...told, address: placeText(address, port), expiresInSeconds });
    }
  }
  return rows;
}

/** How many there are. */
export function countRegistrations(snapshot: Snapshot, { bindings }: SwitchView, nowMs: number): number {
  const gateways = [...snapshot.mappingGateways, ...snapshot.routingGateways];
  return gateways.filter(({ slot, registerType }) => registerType === 'dynamic' && bindings.isLive(slot, nowMs)).length;
}
