// What can be wrong with a datagram, as a closed list: RFC 3261 7, 18.3 and 20.

/** The closed list of reasons; each is a counter. */
export type ParseFailureWhy =
  | 'empty'
  | 'keepAlive'
  | 'startLine'
  | 'version'
  | 'headerLine'
  | 'unterminated'
  | 'missingHeader'
  | 'duplicateHeader'
  | 'headerSyntax'
  | 'methodMismatch'
  | 'contentLength'
  | 'tooManyHeaders'
  | 'tooManyVias'
  | 'bodyTooLarge'
  | 'datagramTooLarge';

/** The first thing found wrong while reading. `offset` counts characters of the datagram. */
export interface Fault {
  readonly why: ParseFailureWhy;
  readonly offset: number;
  readonly sentence: string;
}
