import { LineCounter, parseAllDocuments, type Document } from 'yaml';
import { fieldSpan, type Span } from './fieldSpan.ts';

/** One object in a manifest, with where it stands. */
export interface ManifestObject {
  readonly index: number;
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace: string | undefined;
  /** Zero-based line of its first key. */
  readonly line: number;
  readonly value: Readonly<Record<string, unknown>>;
  /** Where a field stands; the object's first key for ''. */
  spanOf(field: string): Span;
}

export interface ManifestProblem {
  readonly message: string;
  /** Zero-based. */
  readonly line: number;
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
  const lines = new LineCounter();
  const objects: ManifestObject[] = [];
  const problems: ManifestProblem[] = [];
  const documents = parseAllDocuments(text, { lineCounter: lines, version: '1.2', prettyErrors: false });
  for (const [index, document] of (Array.isArray(documents) ? documents : []).entries()) {
    for (const error of document.errors) {
      problems.push({ message: error.message, line: lines.linePos(error.pos[0]).line - 1 });
    }
    const object = document.errors.length > 0 ? undefined : objectOf(document, index, lines);
    if (object !== undefined) objects.push(object);
  }
  return { objects, problems };
}

function objectOf(document: Document, index: number, lines: LineCounter): ManifestObject | undefined {
  const { contents } = document;
  const value: unknown = document.toJS();
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
    spanOf,
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
