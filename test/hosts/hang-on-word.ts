// Loaded into the threads of a switch under test by `node --import`: a datagram with the word makes its shard run in a
// circle, as a defect would.

import { Shard } from '../../src/core/shard/shard.ts';
import { HANG_WORD } from './hang-word.ts';

const { receive } = Shard.prototype;

Shard.prototype.receive = function receiveOrHang(...input: Parameters<typeof receive>): void {
  for (; input[0].includes(HANG_WORD); );
  receive.apply(this, input);
};
