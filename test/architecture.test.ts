import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import table from './architecture.json' with { type: 'json' };

const src = path.resolve(import.meta.dirname, '../src');
const allowed = new Map(Object.entries(table));

/** Source files of the product: tests may reach anywhere. */
function sources(): readonly string[] {
  return readdirSync(src, { recursive: true, encoding: 'utf8' })
    .map((file) => file.replaceAll(path.sep, '/'))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));
}

function importsOf(file: string): readonly string[] {
  const text = readFileSync(path.join(src, file), 'utf8');
  const found = text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g);
  return [...found].map((match) => match[1]!);
}

/** The folder of src/ that a file or a relative import is in; '' for the composition roots. */
function folderOf(file: string): string {
  return file.includes('/') ? file.slice(0, file.indexOf('/')) : '';
}

function resolved(file: string, specifier: string): string | undefined {
  return specifier.startsWith('.') ? path.posix.join(path.posix.dirname(file), specifier) : undefined;
}

describe('architecture', () => {
  it('every folder of src/ is in the import table', () => {
    const folders = new Set(
      sources()
        .map(folderOf)
        .filter((folder) => folder !== ''),
    );
    assert.deepEqual(
      [...folders].filter((folder) => !allowed.has(folder)),
      [],
    );
  });

  it('no folder imports what the table does not allow', () => {
    const violations = sources().flatMap((file) => {
      const own = folderOf(file);
      if (own === '') return [];
      const may = new Set([own, 'base', ...(allowed.get(own) ?? [])]);
      return importsOf(file).flatMap((specifier) => {
        const target = resolved(file, specifier);
        if (target === undefined) return [];
        return may.has(folderOf(target)) && !target.startsWith('..') ? [] : [`${file} imports ${specifier}`];
      });
    });
    assert.deepEqual(violations, []);
  });

  it('only the editor folder and extension.ts import vscode', () => {
    const offenders = sources().filter(
      (file) => importsOf(file).includes('vscode') && folderOf(file) !== 'editor' && file !== 'extension.ts',
    );
    assert.deepEqual(offenders, []);
  });

  it('files import one another without circles, types included', () => {
    const graph = new Map(
      sources().map((file) => [
        file,
        importsOf(file).flatMap((specifier) => resolved(file, specifier) ?? []),
      ]),
    );
    assert.deepEqual(circlesOf(graph), []);
  });
});

/** Each circle once, as `a -> b -> a`, as far as a search in depth meets it. */
function circlesOf(graph: ReadonlyMap<string, readonly string[]>): string[] {
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (file: string, trail: readonly string[]): void => {
    if (trail.includes(file)) circles.push([...trail.slice(trail.indexOf(file)), file].join(' -> '));
    if (done.has(file) || trail.includes(file)) return;
    for (const next of graph.get(file) ?? []) visit(next, [...trail, file]);
    done.add(file);
  };
  for (const file of graph.keys()) visit(file, []);
  return circles;
}
