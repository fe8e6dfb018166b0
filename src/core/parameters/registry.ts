// The system parameters: each stands here once, with its type, unit, range, default and a sentence of
// help. Validation, the snapshot, the CLI and the documentation read this table. Names are VOS3000's.

/** What a parameter's value may look like. Seconds are decimal seconds as operators write them. */
export type ParameterKind = 'seconds' | 'secondsOrNone' | 'count' | 'countOrNone' | 'switch' | 'secondsList';

/** One row of the registry. */
export interface ParameterRow {
  readonly kind: ParameterKind;
  /** Default as an operator would write it. */
  readonly fallback: string;
  readonly min: number;
  readonly max: number;
  readonly help: string;
}

function row(kind: ParameterKind, fallback: string, min: number, max: number, help: string): ParameterRow {
  return { kind, fallback, min, max, help };
}

/** The registry, by name. */
export const PARAMETERS = {
  SS_SIP_TIMEOUT_INVITE: row('seconds', '10', 1, 180, 'No response of any kind to an INVITE: the attempt fails.'),
  SS_SIP_TIMEOUT_TRYING: row('seconds', '20', 1, 180, 'Time after 100 without further progress.'),
  SS_SIP_TIMEOUT_SESSION_PROGRESS: row('seconds', '20', 1, 300, 'Time after 183 without SDP.'),
  SS_SIP_TIMEOUT_SESSION_PROGRESS_SDP: row('seconds', '120', 1, 600, 'Time after 183 with SDP.'),
  SS_SIP_TIMEOUT_RINGING: row('seconds', '120', 1, 600, 'Time after 180, 181 or 182.'),
  SS_TIMEOUT_CALL_PROCEEDING: row(
    'secondsOrNone',
    'None',
    1,
    3600,
    'Longest time neither ringing nor answered, over all attempts.',
  ),
  SS_SIP_RESEND_INTERVAL: row(
    'secondsList',
    '0.5,1,2,4,4,4,4,4,4,4',
    0.05,
    32,
    'Waits before each resend of an unanswered request.',
  ),
  SS_SIP_SEND_RETRY: row('count', '10', 0, 10, 'Cap on the number of resends.'),
  SS_SIP_STOP_SWITCH_AFTER_SDP: row('switch', 'On', 0, 1, 'A provisional response with SDP commits the call.'),
  SS_SIP_USER_AGENT_STOP_SWITCH_AFTER_INVITE_TIMEOUT: row(
    'switch',
    'Off',
    0,
    1,
    'When the INVITE timer ends the call fails instead of trying the next gateway.',
  ),
  SS_GATEWAY_SWITCH_STOP_AFTER_USER_BUSY: row('switch', 'On', 0, 1, '486, 600 and Q.850 cause 17 end the hunt.'),
  SS_GATEWAY_SWITCH_STOP_AFTER_RINGING: row('switch', 'Off', 0, 1, '180 commits the call to that gateway.'),
  SS_GATEWAY_SWITCH_UNTIL_CONNECT: row('switch', 'Off', 0, 1, 'Only a 200 commits.'),
  SS_GATEWAY_SWITCH_LIMIT: row('countOrNone', 'None', 1, 100, 'Most gateways tried for one call.'),
  SS_MAX_CALL_DURATION: row('secondsOrNone', 'None', 1, 604_800, 'Talk limit for every call.'),
  SS_REPLY_UNAUTHORIZED: row('switch', 'On', 0, 1, 'Off: unknown sources get silence.'),
  SS_CAPACITY: row('countOrNone', 'None', 0, 1_000_000, 'Concurrent calls the whole appliance admits.'),
  SS_CPS_LIMIT: row('countOrNone', 'None', 1, 1_000_000, 'New calls a second the whole appliance admits.'),
} as const satisfies Record<string, ParameterRow>;

/** A name in the registry. */
export type ParameterName = keyof typeof PARAMETERS;

/** Parsed values by name: milliseconds for times, numbers for counts (null for None), booleans for switches. */
export interface ParameterValues {
  readonly SS_SIP_TIMEOUT_INVITE: number;
  readonly SS_SIP_TIMEOUT_TRYING: number;
  readonly SS_SIP_TIMEOUT_SESSION_PROGRESS: number;
  readonly SS_SIP_TIMEOUT_SESSION_PROGRESS_SDP: number;
  readonly SS_SIP_TIMEOUT_RINGING: number;
  readonly SS_TIMEOUT_CALL_PROCEEDING: number | null;
  readonly SS_SIP_RESEND_INTERVAL: readonly number[];
  readonly SS_SIP_SEND_RETRY: number;
  readonly SS_SIP_STOP_SWITCH_AFTER_SDP: boolean;
  readonly SS_SIP_USER_AGENT_STOP_SWITCH_AFTER_INVITE_TIMEOUT: boolean;
  readonly SS_GATEWAY_SWITCH_STOP_AFTER_USER_BUSY: boolean;
  readonly SS_GATEWAY_SWITCH_STOP_AFTER_RINGING: boolean;
  readonly SS_GATEWAY_SWITCH_UNTIL_CONNECT: boolean;
  readonly SS_GATEWAY_SWITCH_LIMIT: number | null;
  readonly SS_MAX_CALL_DURATION: number | null;
  readonly SS_REPLY_UNAUTHORIZED: boolean;
  readonly SS_CAPACITY: number | null;
  readonly SS_CPS_LIMIT: number | null;
}

type ParameterValue = ParameterValues[ParameterName];

/** A refused value: what was wrong with it, in words for the operator. */
export class ParameterRefusal {
  readonly sentence: string;
  constructor(sentence: string) {
    this.sentence = sentence;
  }
}

const RESENDS_MAX = 10;

/** Parses one value as an operator writes it. Times become milliseconds. */
export function parseParameter(name: ParameterName, text: string): ParameterValue | ParameterRefusal {
  const { kind, min, max } = PARAMETERS[name];
  const trimmed = text.trim();
  switch (kind) {
    case 'switch':
      if (trimmed === 'On') return true;
      if (trimmed === 'Off') return false;
      return refusal(name, 'On or Off', text);
    case 'secondsOrNone':
    case 'countOrNone':
      if (trimmed === 'None') return null;
      return kind === 'countOrNone' ? count(name, trimmed, min, max) : seconds(name, trimmed, min, max);
    case 'count':
      return count(name, trimmed, min, max);
    case 'seconds':
      return seconds(name, trimmed, min, max);
    case 'secondsList': {
      const waitsMs: number[] = [];
      const parts = trimmed.split(',');
      if (parts.length > RESENDS_MAX) return refusal(name, `1 to ${RESENDS_MAX} entries`, text);
      for (const part of parts) {
        const waitMs = seconds(name, part.trim(), min, max);
        if (waitMs instanceof ParameterRefusal) return waitMs;
        waitsMs.push(waitMs);
      }
      return waitsMs;
    }
  }
}

/** Parses a whole set: unnamed parameters take their default. The first bad value refuses all. */
export function parseParameters(given: ReadonlyMap<string, string>): ParameterValues | ParameterRefusal {
  for (const name of given.keys()) {
    if (!Object.hasOwn(PARAMETERS, name)) return new ParameterRefusal(`${name} is not a system parameter`);
  }
  const values: Record<string, ParameterValue> = {};
  for (const [name, { fallback }] of Object.entries(PARAMETERS)) {
    const value = parseParameter(name as ParameterName, given.get(name) ?? fallback);
    if (value instanceof ParameterRefusal) return value;
    values[name] = value;
  }
  return values as unknown as ParameterValues;
}

/** The values of a switch in which nobody has set anything. */
export function defaultParameters(): ParameterValues {
  return parseParameters(new Map()) as ParameterValues;
}

function seconds(name: string, text: string, min: number, max: number): number | ParameterRefusal {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max)) return refusal(name, `${min} to ${max} seconds`, text);
  return Math.round(value * 1000);
}

function count(name: string, text: string, min: number, max: number): number | ParameterRefusal {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max)) return refusal(name, `a whole number from ${min} to ${max}`, text);
  return value;
}

function refusal(name: string, wanted: string, given: string): ParameterRefusal {
  return new ParameterRefusal(`${name} takes ${wanted}, not "${given}"`);
}
