// The figures of the README have the shape that `npm run bench -- table` gives them.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { comparisonsOf } from '../../native-free-bench/comparison.ts';
import { figureLines, figuresIn, withFigures } from '../../native-free-bench/figures.ts';
import { thisMachine } from '../../native-free-bench/machine.ts';
import type { ProfileRun } from '../../native-free-bench/profile-run.ts';

const README = readFileSync('README.md', 'utf8');
const PROFILES = ['basic', 'wholesale'];

/** A run with the figures that the table is made of. */
function runOf(profile: string, system: string, callsPerSecond: number): ProfileRun {
  const latency = { count: 1, p50: 1, p90: 1, p99: 1, p999: 1, max: 1 };
  const latencies = { ringing: latency, inviteAdded: latency };
  const seconds = [{ offered: 1 }];
  return {
    profile,
    system,
    callsPerSecond,
    latencies,
    seconds,
    microsPerCall: 1,
    invalid: [],
    offered: 1,
    succeeded: 1,
    isPassed: true,
  } as unknown as ProfileRun;
}

/** What the command would write of the systems and rates that `figures` has. */
function madeOf(profile: string, figures: string): string {
  const rows = [...figures.matchAll(/^\| ([a-z][\w-]*) +\| (\d+) /gm)];
  assert.ok(rows.length >= 2, 'two systems at least');
  const runs = rows.map(([, system = '', rate]) => runOf(profile, system, Number(rate)));
  const source = { runs, comparisons: comparisonsOf(runs), machine: thisMachine(), atIso: '2026-01-01T00:00:00Z' };
  return figureLines(source).join('\n');
}

/** `text` without its values: numbers, widths of columns, and what a machine is called. */
function shapeOf(text: string): string {
  return text
    .replace(/^.*(, \d+ cores, .*; Linux )[^;]+(; Node v)[^;]+(; commit )[^;]+;/m, 'processor$1kernel$2node$3revision;')
    .replaceAll(/\d+(?:\.\d+)?/g, '0')
    .replaceAll(/-{3,}/g, '---')
    .replaceAll(/ +/g, ' ');
}

describe('the figures of the README', () => {
  for (const profile of PROFILES) {
    test(`of ${profile} have the shape of what the command writes`, () => {
      const figures = figuresIn(README, profile);
      assert.equal(shapeOf(figures), shapeOf(madeOf(profile, figures)));
    });
  }

  test('are written between their marks, and nothing else is touched', () => {
    const written = withFigures(README, 'basic', ['| new |']);
    assert.equal(figuresIn(written, 'basic'), '| new |');
    assert.equal(figuresIn(written, 'wholesale'), figuresIn(README, 'wholesale'));
    assert.equal(withFigures(written, 'basic', [figuresIn(README, 'basic')]), README);
    assert.throws(() => withFigures('# nothing', 'basic', []), /no place for figures/);
  });
});
