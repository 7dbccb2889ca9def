import { Hover, MarkdownString, Range, type HoverProvider, type Position, type TextDocument } from 'vscode';
import { isMap, isScalar, isSeq } from 'yaml';
import type { ParsedManifests } from '../documents/parsedManifests.ts';
import type { ClusterModel } from '../model/clusterModel.ts';
import { schemaAt } from '../schema/schemaNode.ts';
import type { Schemas } from '../schema/schemas.ts';
import { typeText } from './completions.ts';

export interface HoveredKey {
  /** From the root of the object to the field. */
  readonly path: readonly (string | number)[];
  readonly from: number;
  readonly to: number;
}

/** What a field is, in the words of the API's reference. */
export class ManifestHovers implements HoverProvider {
  readonly #parsed: ParsedManifests;
  readonly #schemas: Schemas;
  readonly #model: Pick<ClusterModel, 'preferred'>;

  constructor(parsed: ParsedManifests, schemas: Schemas, model: Pick<ClusterModel, 'preferred'>) {
    this.#parsed = parsed;
    this.#schemas = schemas;
    this.#model = model;
  }

  async provideHover(document: TextDocument, position: Position): Promise<Hover | undefined> {
    const offset = document.offsetAt(position);
    const object = this.#parsed
      .of(document)
      .objects.find(({ root }) => root.range[0] <= offset && offset <= root.range[2]);
    const key = object === undefined ? undefined : keyAt(object.root, offset);
    if (object === undefined || key === undefined) return undefined;
    await this.#schemas.documented();
    const root = await this.#schemas.of(this.#model.preferred(), object.apiVersion, object.kind);
    const field = root === undefined ? undefined : schemaAt(root, key.path);
    if (field === undefined) return undefined;
    const text = new MarkdownString('**');
    text
      .appendText(String(key.path.at(-1) ?? ''))
      .appendMarkdown('** ')
      .appendText(typeText(field));
    if (field.description !== '') text.appendMarkdown('\n\n').appendText(field.description);
    if (field.values.length > 0) text.appendMarkdown('\n\n').appendText(`One of ${field.values.join(', ')}.`);
    return new Hover(text, new Range(document.positionAt(key.from), document.positionAt(key.to)));
  }
}

/** The key of a map that an offset is in. */
export function keyAt(
  node: unknown,
  offset: number,
  path: readonly (string | number)[] = [],
): HoveredKey | undefined {
  if (isSeq(node)) {
    for (const [index, item] of node.items.entries()) {
      const found = keyAt(item, offset, [...path, index]);
      if (found !== undefined) return found;
    }
  } else if (isMap(node)) {
    for (const { key, value } of node.items) {
      if (!isScalar(key) || key.range === null || key.range === undefined) continue;
      const at = [...path, String(key.value)];
      const [from, to] = key.range;
      if (from <= offset && offset <= to) return { path: at, from, to };
      const found = keyAt(value, offset, at);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}
