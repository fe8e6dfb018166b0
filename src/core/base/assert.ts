// Our own faults. A failed assertion is a defect of the switch, never of a peer or an operator:
// those are values (ParseFailure, EndReason) and TandemErrors. The shard's guard turns a defect
// into the loss of one call; the simulator and CI treat it as fatal.

/** A broken promise of our own code, with the sentence that states the promise. */
export class Defect extends Error {
  override readonly name = 'Defect';
}

/** Insists that `condition` holds; throws a Defect carrying `sentence` when it does not. */
export function assert(condition: unknown, sentence: string): asserts condition {
  if (!condition) throw new Defect(sentence);
}
