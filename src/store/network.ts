// What the operator configured, checked, as it is stored: one document per version. A snapshot is compiled
// from it (slots and listeners become numbers there).

import type { RateRow } from '../core/rating/rate-deck-builder.ts';
import type { LimitRules, MappingGateway, RoutingGateway } from '../core/routing/snapshot.ts';
import type { MappingNumberFields, RoutingNumberFields, ScheduledEntry } from './network-numbers.ts';

/** What an account is: a customer, a vendor that is paid, or somebody who has customers of his own. */
export type AccountType = 'general' | 'settlement' | 'agent';

/** Calendar periods by the clocks of the account. */
export const PACKAGE_PERIODS = ['day', 'month', 'year'] as const;
export type PackagePeriodKind = (typeof PACKAGE_PERIODS)[number];

/** What an account pays for a period, whatever it calls. */
export interface Package {
  readonly name: string;
  readonly currency: string;
  readonly period: PackagePeriodKind;
  /** At the beginning of each. */
  readonly rentNanos: bigint;
  /** What the calls of a period cost at least: the account pays what they lack of it. */
  readonly minimumNanos: bigint;
  /** Talk that costs nothing, of each period. */
  readonly freeMinutes: readonly FreeMinutesEntry[];
}

/** Minutes of talk with some numbers. */
export interface FreeMinutesEntry {
  readonly name: string;
  readonly prefixes: readonly string[];
  /** Calendar while which is open calls may begin that are free; '': at any time. */
  readonly hours: string;
  readonly minutes: number;
}

/** The package of an account. */
export interface AccountPackage {
  /** '' for none. */
  readonly package: string;
  /** Its first day and the one after its last, counted from 1970; null: since it has it, and for good. */
  readonly packageFromDay: number | null;
  readonly packageUntilDay: number | null;
}

/** Who pays, or is paid. */
export interface Account extends AccountPackage {
  readonly account: string;
  /** Of the company or the person, for people; '' for none. */
  readonly name: string;
  readonly type: AccountType;
  readonly locked: boolean;
  /** Wall clock ms from which on it may not call; null: never. */
  readonly expiresAtWallMs: number | null;
  /** The agent whose customer it is; '' for none. */
  readonly agent: string;
  /** ISO 4217, as its rate tables; '' for an account without any. */
  readonly currency: string;
  /** What its calls cost; '' for one that is not billed. */
  readonly rateTable: string;
  /** Asked before `rateTable`; '' for none. */
  readonly privateRateTable: string;
  /** How far below zero its balance may go; null: without a limit. */
  readonly creditLimitNanos: bigint | null;
  /** A balance below this is told; null: none is. */
  readonly lowBalanceNanos: bigint | null;
  /** Whom to write to, in as many lines as that takes; '' for nobody. */
  readonly contact: string;
  /** Words that accounts are picked out by. */
  readonly tags: readonly string[];
  readonly memo: string;
  /** IANA name: days and months of its bills are those of this zone. */
  readonly timeZone: string;
  /** Concurrent calls of all its gateways together; null for no limit. */
  readonly capacity: number | null;
  /** New calls a second of all its gateways together; null for no limit. */
  readonly cps: number | null;
  /** New calls at once, after a rest; null: as many as a second allows. */
  readonly cpsBurst: number | null;
}

/** Prices of one currency: listed here, or imported. */
export interface RateTable {
  readonly name: string;
  readonly currency: string;
  /** Empty where they were imported. */
  readonly rates: readonly RateRow[];
  /** The image of an imported table; null: its rates are listed. */
  readonly image: number | null;
}

/** What limits a gateway, as configured. */
export interface LimitEntry extends Omit<LimitRules, 'scheduledCapacity' | 'availability' | 'shared'> {
  readonly scheduledCapacity: readonly ScheduledEntry<number | null>[];
  /** Name of a calendar; null: always. */
  readonly availability: string | null;
  /** Names of the groups it is in. */
  readonly gatewayGroups: readonly string[];
  /** It gets no call while fewer lines than these are free in one of its groups. */
  readonly groupReservedLines: number;
}

/** A customer side trunk as configured. */
export interface MappingGatewayEntry
  extends Omit<MappingGateway, 'slot' | 'accountLocked' | 'accountExpiresAtWallMs' | 'numbers' | keyof LimitRules>,
    LimitEntry,
    MappingNumberFields {}

/** A vendor side trunk as configured. */
export interface RoutingGatewayEntry
  extends Omit<RoutingGateway, 'slot' | 'listener' | 'numbers' | 'scheduledPriority' | keyof LimitRules>,
    LimitEntry,
    RoutingNumberFields {
  /** Digits of callee numbers it takes; an empty string takes every number. */
  readonly prefixes: readonly string[];
  readonly scheduledPriority: readonly ScheduledEntry<number>[];
  /** Address of the listener it is called from; null takes the first that fits. */
  readonly localIp: string | null;
}

/** A parameter that somebody set, as written. */
export interface ParameterSetting {
  readonly name: string;
  readonly value: string;
}

/** Gateways of either kind that share lines. A gateway may be in several. */
export interface GatewayGroup {
  readonly name: string;
  /** Concurrent calls of all its gateways together; null for no limit. */
  readonly capacity: number | null;
  /** New calls a second of all its gateways together; null for no limit. */
  readonly cps: number | null;
  /** New calls at once, after a rest; null: as many as a second allows. */
  readonly cpsBurst: number | null;
}

/** Exact numbers under a name: listed here, or imported. */
export interface NumberGroupEntry {
  readonly name: string;
  /** Empty where they were imported. */
  readonly numbers: readonly string[];
  /** The image of an imported group; null: they are listed. */
  readonly image: number | null;
}

/** Prefixes of routing gateways that were imported, beside those that the gateways have themselves. */
export interface ImportedPrefixes {
  readonly image: number;
  /** Names of its gateways, by the image's own numbers. One that is not in the network gets no calls. */
  readonly gateways: readonly string[];
}

/** Days of the week, 0 for Sunday, and seconds after midnight; it goes over midnight when `from` is the later. */
export interface WeeklyPeriod {
  readonly days: readonly number[];
  readonly fromSeconds: number;
  readonly toSeconds: number;
}

/** A date that is not as the week says. */
export interface SpecialDate {
  /** Null: every year. */
  readonly year: number | null;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly type: 'holiday' | 'workingDay';
  /** The day of the week whose periods begin on it; null: none does. */
  readonly like: number | null;
}

/** A work calendar: when it is open, by the clocks of its zone. */
export interface CalendarEntry {
  readonly name: string;
  /** IANA name. */
  readonly timeZone: string;
  readonly periods: readonly WeeklyPeriod[];
  readonly specialDates: readonly SpecialDate[];
}

/** The whole network: names are unique within each list. */
export interface Network {
  readonly accounts: readonly Account[];
  readonly packages: readonly Package[];
  readonly gatewayGroups: readonly GatewayGroup[];
  readonly rateTables: readonly RateTable[];
  readonly numberGroups: readonly NumberGroupEntry[];
  /** Names of the number groups that are never on the blacklist. */
  readonly systemWhiteList: readonly string[];
  readonly calendars: readonly CalendarEntry[];
  readonly mappingGateways: readonly MappingGatewayEntry[];
  readonly routingGateways: readonly RoutingGatewayEntry[];
  /** Null: none. */
  readonly importedPrefixes: ImportedPrefixes | null;
  readonly systemParameters: readonly ParameterSetting[];
}

/** The images that `network` names: each by the number of the version it came with. */
export function imagesOf({ rateTables = [], numberGroups = [], importedPrefixes = null }: Partial<Network>): number[] {
  const named = [...rateTables, ...numberGroups].flatMap(({ image }) => image ?? []);
  return importedPrefixes === null ? named : [...named, importedPrefixes.image];
}

/** The two kinds of gateway. A name may stand once in each. */
export type GatewayKind = 'mapping' | 'routing';

/** What has counters of its own. */
export type SlotKind = GatewayKind | 'account' | 'group';

/** The place of the counters of a gateway, account or group, for as long as its name is remembered. */
export interface SlotAssignment {
  readonly kind: SlotKind;
  readonly name: string;
  readonly slot: number;
}

/** A network of nothing. */
export const EMPTY_NETWORK: Network = {
  accounts: [],
  packages: [],
  gatewayGroups: [],
  rateTables: [],
  numberGroups: [],
  systemWhiteList: [],
  calendars: [],
  mappingGateways: [],
  routingGateways: [],
  importedPrefixes: null,
  systemParameters: [],
};
