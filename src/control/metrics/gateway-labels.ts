// Gateways as labels. Prometheus pays for each label value forever, so only so many gateways are named; the rest are
// counted together.

import type { MappingGateway, RoutingGateway } from '../../core/routing/snapshot.ts';

/** Gateways of each kind that are named; those beyond, by place in the configuration, are `(others)`. */
export const GATEWAY_LABELS_MAX = 1_000;

const OTHERS = '(others)';

/** Gateways that share a label: one, or all the others. */
export interface LabelledGateways {
  readonly gateway: string;
  readonly slots: readonly number[];
  /** Sum of their capacities; null when one has none. */
  readonly capacity: number | null;
}

/** What has a label: a gateway, or what several share. */
type Limited = Pick<MappingGateway | RoutingGateway, 'name' | 'slot' | 'capacity'>;

/** The labels of one kind of gateways, or of what they share. */
export function labelGateways(gateways: readonly Limited[]): LabelledGateways[] {
  const named = gateways.slice(0, GATEWAY_LABELS_MAX);
  const labelled: LabelledGateways[] = named.map(({ name, slot, capacity }) => ({
    gateway: name,
    slots: [slot],
    capacity,
  }));
  const others = gateways.slice(GATEWAY_LABELS_MAX);
  if (others.length === 0) return labelled;
  let capacity: number | null = 0;
  for (const other of others)
    capacity = capacity === null || other.capacity === null ? null : capacity + other.capacity;
  labelled.push({ gateway: OTHERS, slots: others.map(({ slot }) => slot), capacity });
  return labelled;
}
