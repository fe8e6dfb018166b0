// The rates of versions that are kept: by which a call was rated then, whatever is in force now.

import { ParameterRefusal, parseParameters } from '../../core/parameters/registry.ts';
import type { TimeRules } from '../../core/rating/charge.ts';
import { Pricing } from '../../core/rating/pricing.ts';
import type { ConfigurationStore } from '../../store/ports.ts';
import { compileCalendars } from '../tables/calendar-compile.ts';
import { pricesIn } from '../tables/compile.ts';
import { upgraded } from '../tables/gateway-fields.ts';
import { TableImages } from '../tables/table-images.ts';

/** By what a version rates calls. */
export interface VersionRates {
  readonly pricing: Pricing;
  readonly rules: TimeRules;
}

/** Calendars are compiled for a day before the first call that is asked about, and are good for so long. */
const CALENDARS_MS = 300 * 86_400_000;
const DAY_MS = 86_400_000;

/** The versions of one store. The last one asked about is kept at hand: neighbouring calls have the same. */
export class PastRates {
  readonly #store: ConfigurationStore;
  readonly #images: TableImages;
  #version = -1;
  #fromWallMs = 0;
  #rates: VersionRates | null = null;

  constructor(store: ConfigurationStore) {
    this.#store = store;
    this.#images = new TableImages(store);
  }

  /** The rates of `version`, with calendars that know `wallMs`; null when it is not kept. */
  of(version: number, wallMs: number): VersionRates | null {
    const isKnown = wallMs >= this.#fromWallMs && wallMs < this.#fromWallMs + CALENDARS_MS;
    if (version === this.#version && (isKnown || this.#rates === null)) return this.#rates;
    this.#version = version;
    this.#fromWallMs = wallMs - DAY_MS;
    this.#rates = this.#ratesOf(version);
    return this.#rates;
  }

  #ratesOf(version: number): VersionRates | null {
    const kept = this.#store.version(version);
    if (kept === null) return null;
    const network = upgraded(kept.network);
    const parameters = parseParameters(new Map(network.systemParameters.map(({ name, value }) => [name, value])));
    if (parameters instanceof ParameterRefusal) return null; // Of an earlier release, which took what this one refuses.
    this.#images.keepOnly(network);
    const calendars = [...compileCalendars(network.calendars, this.#fromWallMs).values()];
    return {
      pricing: new Pricing({ prices: pricesIn(network, new Map(), this.#images.of), calendars }),
      rules: {
        precisionMs: parameters.SERVER_BILLING_HOLD_TIME_PRECISION,
        freeMs: parameters.SERVER_BILLING_FREE_TIME,
      },
    };
  }
}
