// CDRs in the ring from a shard to control, as shard-host/records-out.ts writes them.

import type { Ring } from '../../src/core/base/ring.ts';
import { CDR_FRAME_HEAD_BYTES, writePosition } from '../../src/core/shard/cdr-frame.ts';

/** Puts `cdr` into `ring` at `position`; it is seen with the ring's `publish`. */
export function writeCdr(ring: Ring, position: number, cdr: Uint8Array): void {
  const at = ring.reserve(CDR_FRAME_HEAD_BYTES + cdr.length);
  if (at < 0) throw new Error('the ring is full');
  writePosition(ring.bytes, at, position);
  ring.bytes.set(cdr, at + CDR_FRAME_HEAD_BYTES);
}
