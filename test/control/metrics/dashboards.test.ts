// What Grafana and Prometheus ask for exists, and the alerts ring when they should.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parse } from 'yaml';
import { gatewayFamilies } from '../../../src/control/metrics/gateway-families.ts';
import { Metrics } from '../../../src/control/metrics/metrics.ts';
import { sharedFamilies } from '../../../src/control/metrics/shared-families.ts';
import { switchFamilies } from '../../../src/control/metrics/switch-families.ts';
import { temporaryDirectory } from '../../store/temporary-directory.ts';
import { openControl } from '../control-fixture.ts';
import { promtool } from './promtool.ts';

const CONFIG = join(process.cwd(), 'config');

interface Rule {
  readonly record?: string;
  readonly alert?: string;
  readonly expr: string;
  readonly annotations?: Readonly<Record<string, string>>;
}

function rulesOf(file: string): Rule[] {
  const text = readFileSync(join(CONFIG, 'prometheus', file), 'utf8');
  return (parse(text) as { groups: { rules: Rule[] }[] }).groups.flatMap(({ rules }) => rules);
}

/** Every `expr` and template query in the dashboard, wherever it stands. */
function queriesOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(queriesOf);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    (key === 'expr' || key === 'query') && typeof inner === 'string' ? [inner] : queriesOf(inner),
  );
}

/** The series a query reads: names of ours and of the process, outside of quotes and of label lists. */
function seriesIn(query: string): string[] {
  const bare = query
    .replace(/"[^"]*"/g, '')
    .replace(/\{[^}]*\}/g, '')
    .replace(/\b(?:by|on|without|ignoring)\s*\([^)]*\)/g, '');
  return bare.match(/\b(?:tandem|process|nodejs)[\w:]*/g) ?? [];
}

async function printed(): Promise<ReadonlySet<string>> {
  const { control } = openControl(temporaryDirectory());
  return new Metrics([
    ...switchFamilies(control),
    ...gatewayFamilies(control),
    ...sharedFamilies(control),
  ]).seriesNames();
}

function dashboard(): unknown {
  return JSON.parse(readFileSync(join(CONFIG, 'grafana', 'overview.json'), 'utf8'));
}

test('every series that dashboard and rules ask for is one that /metrics prints or a rule records', async () => {
  const known = new Set(await printed());
  const rules = rulesOf('rules.yml');
  for (const { record } of rules) known.add(record ?? '');
  const queries = [...queriesOf(dashboard()), ...[...rules, ...rulesOf('alerts.yml')].map(({ expr }) => expr)];
  assert.ok(queries.length > 70, `${queries.length} queries`);
  const unknown = queries.flatMap(seriesIn).filter((name) => !known.has(name));
  assert.deepEqual(unknown, []);
});

test('every metric of ours is shown or watched somewhere', async () => {
  const queries = [
    ...queriesOf(dashboard()),
    ...[...rulesOf('rules.yml'), ...rulesOf('alerts.yml')].map(({ expr }) => expr),
  ];
  const asked = new Set(queries.flatMap(seriesIn).map((name) => name.replace(/_(bucket|sum|count)$/, '')));
  const ours = [...(await printed())]
    .filter((name) => name.startsWith('tandem_'))
    .map((name) => name.replace(/_(bucket|sum|count)$/, ''));
  const unseen = [...new Set(ours)].filter((name) => !asked.has(name));
  // Told by others that are shown: per gateway sums, and what a crash repeated or a restart took over.
  assert.deepEqual(unseen, ['tandem_calls_resumed_total', 'tandem_cdr_repeated_total']);
});

test('every panel has a title, a sentence and a query, and no two overlap', () => {
  const { panels } = dashboard() as {
    panels: {
      type: string;
      title: string;
      description?: string;
      targets?: unknown[];
      gridPos: { x: number; y: number; w: number; h: number };
    }[];
  };
  const cells = new Set<string>();
  for (const { type, title, description, targets, gridPos } of panels) {
    assert.notEqual(title, '');
    if (type !== 'row') assert.ok((description ?? '') !== '' && (targets ?? []).length > 0, title);
    for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
      for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
        assert.ok(x < 24 && !cells.has(`${x} ${y}`), title);
        cells.add(`${x} ${y}`);
      }
    }
  }
});

test('every alert says what to do', () => {
  for (const { alert, annotations } of rulesOf('alerts.yml')) {
    assert.ok((annotations?.['summary'] ?? '') !== '' && (annotations?.['action'] ?? '') !== '', alert);
  }
});

test('promtool takes the configuration and the rules', (context) => {
  const checked = promtool(context, ['check', 'config', join(CONFIG, 'prometheus', 'prometheus.yml')]);
  if (checked !== null) assert.equal(checked.status, 0, checked.output);
});

test('the alerts ring when they should, and only then', (context) => {
  const checked = promtool(context, ['test', 'rules', join(process.cwd(), 'test/control/metrics/alerts.promtool.yml')]);
  if (checked !== null) assert.equal(checked.status, 0, checked.output);
});
