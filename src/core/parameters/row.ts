// What a row of the registry of system parameters says, and how the tables write one.

/** What a parameter's value may look like. Seconds are decimal seconds as operators write them. */
export type ParameterKind =
  | 'seconds'
  | 'secondsOrNone'
  | 'secondsList'
  | 'count'
  | 'countOrNone'
  | 'switch'
  | 'choice'
  | 'byte'
  | 'text';

/** Headings under which operators find them. */
export const PARAMETER_SECTIONS = {
  setup: 'Call set-up timers and retransmission',
  switching: 'Gateway switching',
  quality: 'Route quality and cost',
  liveness: 'Session liveness',
  identity: 'Identity and signalling',
  registration: 'Registration and authentication',
  routing: 'Routing',
  limits: 'Limits',
  blackList: 'Dynamic blacklist',
  records: 'Records of calls',
  billing: 'Billing',
} as const;
export type ParameterSection = keyof typeof PARAMETER_SECTIONS;

/** One row of the registry. */
export interface ParameterRow<K extends ParameterKind = ParameterKind, C extends string = string> {
  readonly section: ParameterSection;
  readonly kind: K;
  /** Default as an operator would write it. */
  readonly fallback: string;
  readonly min: number;
  readonly max: number;
  /** The words that a choice takes; empty for every other kind. */
  readonly choices: readonly C[];
  /** Field of a gateway that overrides it, such as 'routing gateway `timeoutInvite`'; '' where nothing does. */
  readonly override: string;
  readonly help: string;
}

/** A row of a kind without words. `[fallback, min, max]`. */
export function row<K extends ParameterKind>(
  section: ParameterSection,
  kind: K,
  [fallback, min, max]: readonly [string, number, number],
  override: string,
  help: string,
): ParameterRow<K, never> {
  return { section, kind, fallback, min, max, choices: [], override, help };
}

/** A switch. */
export function onOff(
  section: ParameterSection,
  fallback: 'On' | 'Off',
  override: string,
  help: string,
): ParameterRow<'switch', never> {
  return { section, kind: 'switch', fallback, min: 0, max: 1, choices: [], override, help };
}

/** One of some words; the first is the default. */
export function choice<const C extends string>(
  section: ParameterSection,
  choices: readonly C[],
  override: string,
  help: string,
): ParameterRow<'choice', C> {
  return { section, kind: 'choice', fallback: choices[0] ?? '', min: 0, max: 0, choices, override, help };
}
