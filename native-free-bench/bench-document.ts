// What a benchmark found, as it is written down: JSON for programs, HTML for people.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Comparison } from './comparison.ts';
import { htmlReport } from './html-report.ts';
import type { Machine } from './machine.ts';
import type { ProfileRun } from './profile-run.ts';

/** All of it. */
export interface BenchDocument {
  readonly title: string;
  readonly machine: Machine;
  readonly atIso: string;
  readonly runs: readonly ProfileRun[];
  /** The highest rates found, by system. */
  readonly peaks: readonly ProfileRun[];
  /** This revision of Tandem beside what else was run. */
  readonly comparisons: readonly Comparison[];
}

/** Writes both into `directory`; answers their paths. */
export function writeDocument(document: BenchDocument, directory: string): readonly string[] {
  mkdirSync(directory, { recursive: true });
  const name = `${document.title.replaceAll(/[^a-z0-9]+/gi, '-')}-${document.atIso.replaceAll(/[:.]/g, '')}`;
  const paths = [join(directory, `${name}.json`), join(directory, `${name}.html`)] as const;
  writeFileSync(paths[0], `${JSON.stringify(document, null, 1)}\n`);
  writeFileSync(paths[1], htmlReport(document));
  return paths;
}
