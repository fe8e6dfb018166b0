// A table by name for what comes and goes fast.
//
// V8 lays a Map out anew whenever as many entries have come and gone as it has room for, and the former layout points
// to the next one. Once one of a small, busy Map is old, all that follow it live on, with all that they ever held,
// until the old generation is collected: so every call was copied into it. Here the Map has numbers alone, and what
// they stand for is in a list in which nothing is left behind. See src/decisions/0008.

/** Values by name. */
export class ChurnTable<V> {
  readonly #places = new Map<string, number>();
  readonly #values: (V | null)[] = [];
  readonly #free: number[] = [];

  get size(): number {
    return this.#places.size;
  }

  get(name: string): V | undefined {
    const place = this.#places.get(name);
    return place === undefined ? undefined : (this.#values[place] as V);
  }

  has(name: string): boolean {
    return this.#places.has(name);
  }

  set(name: string, value: V): void {
    const known = this.#places.get(name);
    if (known !== undefined) {
      this.#values[known] = value;
      return;
    }
    const place = this.#free.pop() ?? this.#values.length;
    this.#values[place] = value;
    this.#places.set(name, place);
  }

  delete(name: string): void {
    const place = this.#places.get(name);
    if (place === undefined) return;
    this.#places.delete(name);
    this.#values[place] = null;
    this.#free.push(place);
  }

  /** All there are now, in the order in which they came. */
  values(): V[] {
    return [...this.#places.values()].map((place) => this.#values[place] as V);
  }
}
