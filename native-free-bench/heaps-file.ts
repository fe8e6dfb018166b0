// Where memory-probe.ts writes, in the directory that the switch was started in: a list of bytes, one a thread.

export const HEAPS_FILE = 'heaps.json';
