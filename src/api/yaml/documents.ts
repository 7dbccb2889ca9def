import { Composer, LineCounter, type Document, type ParsedNode } from 'yaml';
import { goTags } from './tags.ts';
import { tokensOf, type YamlLimits } from './tokens.ts';
import { yamlValue, YamlValueError, type DuplicateKey } from './value.ts';

export interface YamlProblem {
  readonly message: string;
  /** Offset in the text. */
  readonly offset: number;
}

/** One document of a YAML text. Never throws for what its text says. */
export interface YamlDocument {
  /** Its nodes, with where each stands in the text. */
  readonly contents: ParsedNode | null;
  /** What it says, as JSON; undefined where there is a problem. */
  readonly value: unknown;
  /** Keys that are there more than once; the last one counts. */
  readonly duplicates: readonly DuplicateKey[];
  /** Why it has no value. */
  readonly problems: readonly YamlProblem[];
}

export interface YamlText {
  /** Turns offsets into lines and columns, both from 1. Complete for documents that have been read. */
  readonly lines: LineCounter;
  /** Read one by one: what comes after the last one that is asked for is not looked at. */
  readonly documents: Iterable<YamlDocument>;
}

/**
 * Reads YAML as kubectl and the API server do (sigs.k8s.io/yaml): YAML 1.1 with Go's numbers. The one reader of YAML
 * for manifests and for request bodies. An empty text is one document whose value is null.
 * @throws RangeError for nesting that exhausts the stack
 * @throws YamlLimitError for a text beyond the limits, where there are any
 */
export function readYaml(text: string, limits?: YamlLimits): YamlText {
  const lines = new LineCounter();
  return { lines, documents: { [Symbol.iterator]: () => documentsOf(text, lines, limits) } };
}

function* documentsOf(
  text: string,
  lines: LineCounter,
  limits: YamlLimits | undefined,
): Generator<YamlDocument> {
  const composer = new Composer({
    version: '1.1',
    schema: 'failsafe',
    customTags: goTags,
    resolveKnownTags: false,
    uniqueKeys: false,
    lineCounter: lines,
  });
  for (const document of composer.compose(tokensOf(text, lines, limits), true, text.length)) {
    yield read(document);
  }
}

const STACK_EXCEEDED = 'Maximum call stack size exceeded';

function read(document: Document.Parsed): YamlDocument {
  const { contents, errors } = document;
  // So the library says that it went too deep.
  if (errors[0]?.message.startsWith(STACK_EXCEEDED)) throw new RangeError(STACK_EXCEEDED);
  const problems = errors.map(({ message, pos }) => ({ message, offset: pos[0] }));
  if (problems.length > 0) return { contents, value: undefined, duplicates: [], problems };
  try {
    return { contents, ...yamlValue(document), problems };
  } catch (error) {
    if (!(error instanceof YamlValueError)) throw error;
    const { message, offset } = error;
    return { contents, value: undefined, duplicates: [], problems: [{ message, offset }] };
  }
}
