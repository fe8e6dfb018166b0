// Where datagrams go: the only thing that dialogs, transactions and hosts all have to say to each other.

/** Where messages go: back to the source, to its address with the port stated in the message, or where stated. */
export type AddressMethod = 'source' | 'statedPort' | 'stated';

/** A peer's place, and the local socket that reaches it. */
export interface Target {
  /** An IP address, IPv6 without brackets. */
  readonly address: string;
  readonly port: number;
  /** Index of the local socket. */
  readonly listener: number;
}
