// The flow files of this folder.

import { readdirSync, readFileSync } from 'node:fs';
import { type Flow, readFlows } from './flow-file.ts';

const FOLDER = 'test/flows';

/** Every flow file by its name, with its ladders. */
export function flowFiles(): ReadonlyMap<string, readonly Flow[]> {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith('.md') && name !== 'README.md');
  return new Map(
    names.map((name) => [name, readFlows(`${FOLDER}/${name}`, readFileSync(`${FOLDER}/${name}`, 'utf8'))]),
  );
}
