// The project's public claim: docs/conformance.md, written from a run.
import type { Result } from './batches.ts';

export interface RunFacts {
  /** Upstream's release whose suite ran. */
  readonly release: string;
  /** What the cluster was made of. */
  readonly nodes: string;
  /** The expression that chose tests; all without one. */
  readonly focus: string | undefined;
}

export function tableOf(results: readonly Result[], { release, nodes, focus }: RunFacts): string {
  const areas = [...new Set(results.map(({ test }) => test.area))].sort();
  const count = (outcome: Result['outcome'], area?: string): number =>
    results.filter((one) => one.outcome === outcome && (area === undefined || one.test.area === area)).length;
  const row = (name: string, area?: string): string =>
    `| ${[name, count('passed', area), count('failed', area), count('left out', area)].join(' | ')} |`;
  const chosen = focus === undefined ? 'All of them ran' : `Those that match \`${focus}\` ran`;
  return [
    '# Conformance',
    '',
    `Written by \`npm run test:conformance\` after each run: what upstream's own conformance tests say of a cluster of ${nodes}.`,
    '',
    `The suite is that of ${release}, the newest that Debian has the source of; it is built from there, unchanged but for what no conformance test needs. ${chosen}. What Kubernetes added later is tested by the project's own tests.`,
    '',
    '| area | passed | failed | left out |',
    '| --- | --- | --- | --- |',
    ...areas.map((area) => row(area, area)),
    row('all'),
    '',
    ...section('Failed', 'what it said', results, 'failed'),
    ...section('Left out', 'why', results, 'left out'),
  ].join('\n');
}

function section(
  title: string,
  column: string,
  results: readonly Result[],
  outcome: Result['outcome'],
): readonly string[] {
  const rows = results
    .filter((one) => one.outcome === outcome)
    .map(({ test, why = '' }) => `| ${cell(test.name)} | ${cell(why.split('\n')[0] ?? '')} |`)
    .sort();
  if (rows.length === 0) return [`## ${title}`, '', 'None.', ''];
  return [`## ${title}`, '', `| test | ${column} |`, '| --- | --- |', ...rows, ''];
}

function cell(text: string): string {
  return text.trim().replaceAll('|', '\\|').slice(0, 300);
}
