// A snapshot on its way from control to the shards. Ten thousand gateways differ in a few fields only; as objects they
// cost each thread that they cross a tenth of a second, in which it carries no calls. So one of each kind travels
// whole, and of the others what differs, by field.

import type { MappingGateway, RoutingGateway, Snapshot } from '../routing/snapshot.ts';

/** Objects of one shape: the first, and the values of all of them for each field in which one of them differs. */
export interface PackedObjects<T extends object> {
  readonly count: number;
  /** Null when there are none. */
  readonly first: T | null;
  readonly columns: readonly { readonly field: keyof T; readonly values: readonly unknown[] }[];
}

/** A snapshot that is cheap to post. */
export interface PackedSnapshot extends Omit<Snapshot, 'mappingGateways' | 'routingGateways'> {
  readonly mappingGateways: PackedObjects<MappingGateway>;
  readonly routingGateways: PackedObjects<RoutingGateway>;
}

/** For posting. */
export function packSnapshot(snapshot: Snapshot): PackedSnapshot {
  return {
    ...snapshot,
    mappingGateways: packObjects(snapshot.mappingGateways),
    routingGateways: packObjects(snapshot.routingGateways),
  };
}

/** What was packed. Values that are the same in all gateways are one object. */
export function unpackSnapshot(packed: PackedSnapshot): Snapshot {
  return {
    ...packed,
    mappingGateways: unpackObjects(packed.mappingGateways),
    routingGateways: unpackObjects(packed.routingGateways),
  };
}

/** `objects`, which all have the same fields. */
export function packObjects<T extends object>(objects: readonly T[]): PackedObjects<T> {
  const first = objects[0] ?? null;
  const fields = Object.keys(first ?? {}) as (keyof T)[];
  const differing = fields.filter((field) => objects.some((object) => !isSame(object[field], first?.[field])));
  const columns = differing.map((field) => ({ field, values: columnOf(objects, field) }));
  return { count: objects.length, first, columns };
}

/** Equal neighbours are one object, so that they are posted once. */
function columnOf<T extends object>(objects: readonly T[], field: keyof T): unknown[] {
  let last: unknown;
  return objects.map((object) => {
    if (!isSame(object[field], last)) last = object[field];
    return last;
  });
}

/** Those that were packed, each an object of its own. */
export function unpackObjects<T extends object>({ count, first, columns }: PackedObjects<T>): T[] {
  const objects = Array.from({ length: count }, () => ({ ...first }) as T);
  for (const { field, values } of columns) {
    for (const [index, object] of objects.entries()) object[field] = values[index] as T[keyof T];
  }
  return objects;
}

/** Whether two values of plain data are the same. */
function isSame(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (!isPlain(one) || !isPlain(other) || Array.isArray(one) !== Array.isArray(other)) return false;
  const fields = Object.keys(one);
  if (fields.length !== Object.keys(other).length) return false;
  const rest = other as Record<string, unknown>;
  return fields.every((field) => field in rest && isSame((one as Record<string, unknown>)[field], rest[field]));
}

/** Anything else (a set, a buffer, an expression) is only the same as itself. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === Array.prototype;
}
