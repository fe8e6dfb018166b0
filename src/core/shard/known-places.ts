// The places that datagrams come from, one object each: most come from a few, and calls and transactions keep where
// their messages came from.

import type { Target } from '../base/target.ts';
import { LISTENERS_MAX } from './datagram-frame.ts';

/** Places known at one time; one more, and all are learned anew. */
const PLACES_MAX = 4_096;

/** Places, by what the wire says of them. */
export class KnownPlaces {
  /** By address, then by port and listener. */
  readonly #places = new Map<string, Map<number, Target>>();
  #size = 0;

  /** The place of a datagram from `address` and `port` that came in on `listener`. */
  of(address: string, port: number, listener: number): Target {
    const key = port * LISTENERS_MAX + listener;
    return this.#places.get(address)?.get(key) ?? this.#learn(key, { address, port, listener });
  }

  #learn(key: number, place: Target): Target {
    if (this.#size === PLACES_MAX) {
      this.#places.clear();
      this.#size = 0;
    }
    this.#size += 1;
    const atAddress = this.#places.get(place.address);
    if (atAddress === undefined) this.#places.set(place.address, new Map([[key, place]]));
    else atAddress.set(key, place);
    return place;
  }
}
