import type { LineCounter, ParsedNode } from 'yaml';
import { isRecord } from '../../base/isRecord.ts';
import { readYaml, type YamlDocument } from '../../api/yaml/index.ts';
import { fieldSpan, positionOf, type Position, type Span } from './fieldSpan.ts';

/** One object in a manifest, with where it stands. */
export interface ManifestObject {
  /** Among all YAML documents of the text. */
  readonly index: number;
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string | undefined;
  /** Zero-based line of its first key. */
  readonly line: number;
  readonly value: Readonly<Record<string, unknown>>;
  /** Its nodes, with where each stands in the text. */
  readonly root: ParsedNode;
  readonly lines: LineCounter;
  /** Where a field stands; the object's first key for ''. */
  spanOf(field: string): Span;
}

export interface ManifestProblem {
  readonly message: string;
  readonly at: Position;
  /** A warning does not stand in the way of reading the text. */
  readonly severity: 'error' | 'warning';
}

export interface Manifest {
  readonly objects: readonly ManifestObject[];
  readonly problems: readonly ManifestProblem[];
}

/** Whether a text means to be of Kubernetes, even where it is no YAML (yet). */
export function looksLikeManifest(text: string): boolean {
  return /^["']?apiVersion["']?\s*:/m.test(text) && /^["']?kind["']?\s*:/m.test(text);
}

/** Reads a YAML (or JSON) text of one or more objects. What is no object of Kubernetes is passed over. */
export function parseManifest(text: string): Manifest {
  const objects: ManifestObject[] = [];
  const problems: ManifestProblem[] = [];
  try {
    const { lines, documents } = readYaml(text);
    let index = 0;
    for (const document of documents) {
      problems.push(...problemsOf(document, lines));
      const object = objectOf(document, index++, lines);
      if (object !== undefined) objects.push(object);
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    problems.push({ message: 'The text is nested too deep.', at: { line: 0, column: 0 }, severity: 'error' });
  }
  return { objects, problems };
}

function problemsOf({ problems, duplicates }: YamlDocument, lines: LineCounter): readonly ManifestProblem[] {
  return [
    ...problems.map(({ message, offset }) => ({
      message,
      at: positionOf(offset, lines),
      severity: 'error' as const,
    })),
    ...duplicates
      .filter(({ merged }) => !merged)
      .map(({ key, offset }) => ({
        message: `Key ${JSON.stringify(key)} is there more than once: this one counts.`,
        at: positionOf(offset, lines),
        severity: 'warning' as const,
      })),
  ];
}

function objectOf(
  { contents, value }: YamlDocument,
  index: number,
  lines: LineCounter,
): ManifestObject | undefined {
  if (!isRecord(value) || contents === null) return undefined;
  const { apiVersion, kind, metadata } = value;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') return undefined;
  const meta = isRecord(metadata) ? metadata : {};
  const spanOf = (field: string): Span => fieldSpan(contents, field, lines);
  return {
    index,
    apiVersion,
    kind,
    name: typeof meta['name'] === 'string' ? meta['name'] : '',
    namespace: typeof meta['namespace'] === 'string' ? meta['namespace'] : undefined,
    line: spanOf('').start.line,
    value,
    root: contents,
    lines,
    spanOf,
  };
}
