import {
  CompletionItem,
  CompletionItemKind,
  MarkdownString,
  Range,
  SnippetString,
  type CompletionItemProvider,
  type Position,
  type TextDocument,
} from 'vscode';
import { apiVersionOf } from '../../api/resource.ts';
import { builtInKinds } from '../schema/builtIn.ts';
import { schemaAt, type SchemaNode } from '../schema/schemaNode.ts';
import type { Schemas } from '../schema/schemas.ts';
import type { ClusterModel } from '../model/clusterModel.ts';
import { looksLikeManifest } from '../documents/manifest.ts';
import { yamlPlace, type YamlPlace } from './yamlPlace.ts';

/** Fields and values by the schema of the object that is typed in, offline too. */
export class ManifestCompletions implements CompletionItemProvider {
  readonly #schemas: Schemas;
  readonly #model: Pick<ClusterModel, 'preferred'>;

  constructor(schemas: Schemas, model: Pick<ClusterModel, 'preferred'>) {
    this.#schemas = schemas;
    this.#model = model;
  }

  async provideCompletionItems(document: TextDocument, position: Position): Promise<CompletionItem[]> {
    const lines = document.getText().split(/\r?\n/);
    const place = yamlPlace(lines, position.line, position.character);
    if (place === undefined) return [];
    const { path, key, typed } = place;
    const range = new Range(
      position.line,
      position.character - typed.length,
      position.line,
      position.character,
    );
    if (path.length === 0 && key === 'kind') return this.#kinds(place, range);
    // Other YAML is left alone.
    if (!looksLikeManifest(lines.join('\n'))) return [];
    await this.#schemas.documented();
    const root = await this.#schemas.of(this.#model.preferred(), place.apiVersion, place.kind);
    const map = root === undefined ? undefined : schemaAt(root, path);
    if (map === undefined) return [];
    if (key === undefined) return fieldsOf(map, place, range);
    const value = map.type === 'object' ? map.fields.get(key) : map.items;
    return value === undefined ? [] : valuesOf(value, range);
  }

  /** Kinds of the preferred cluster and of this build, in the version that the text has already. */
  #kinds({ apiVersion }: YamlPlace, range: Range): CompletionItem[] {
    const served = this.#model.preferred()?.served.known() ?? [];
    const all = [
      ...served.map(({ resource }) => ({ kind: resource.kind, of: apiVersionOf(resource) })),
      ...builtInKinds().map((name) => {
        const [of = '', kind = ''] = name.split(' ');
        return { kind, of: of.replace(/^core\./, '').replace('.', '/') };
      }),
    ].filter(({ kind, of }) => !kind.endsWith('List') && (apiVersion === '' || of === apiVersion));
    const kinds = new Map(all.map(({ kind, of }) => [kind, of]));
    return [...kinds].map(([kind, of]) => {
      const item = new CompletionItem(kind, CompletionItemKind.Struct);
      item.detail = of;
      item.range = range;
      return item;
    });
  }
}

function fieldsOf(map: SchemaNode, { siblings }: YamlPlace, range: Range): CompletionItem[] {
  return [...map.fields]
    .filter(([name]) => !siblings.has(name))
    .map(([name, field]) => {
      const required = map.required.includes(name);
      const item = new CompletionItem(name, CompletionItemKind.Property);
      item.detail = `${typeText(field)}${required ? ', required' : ''}`;
      item.documentation = new MarkdownString().appendText(field.description);
      item.insertText = new SnippetString(snippetOf(name, field));
      item.range = range;
      // Required fields come first. Status and fields that only the server writes are not offered.
      item.sortText = `${required ? '0' : name === 'status' ? '2' : '1'}${name}`;
      if (field.values.length > 0 || field.type === 'boolean')
        item.command = { command: 'editor.action.triggerSuggest', title: 'Suggest' };
      return item;
    });
}

/** The editor itself indents the lines of a snippet as the one that it is put into. */
function snippetOf(name: string, field: SchemaNode): string {
  const key = name.replaceAll('$', '\\$');
  switch (field.type) {
    case 'object':
    case 'map':
      return `${key}:\n  $0`;
    case 'list':
      return `${key}:\n  - $0`;
    default:
      return `${key}: $0`;
  }
}

function valuesOf(value: SchemaNode, range: Range): CompletionItem[] {
  const allowed = value.type === 'boolean' ? ['true', 'false'] : value.values;
  return allowed.map((text) => {
    const item = new CompletionItem(text, CompletionItemKind.EnumMember);
    item.range = range;
    return item;
  });
}

/** `list of Container`, `map of string`, `string` */
export function typeText({ type, typeName, items }: SchemaNode): string {
  if (type === 'list') return `list of ${items === undefined ? 'anything' : typeText(items)}`;
  if (type === 'map') return `map of ${items === undefined ? 'anything' : typeText(items)}`;
  return typeName === '' ? type : typeName;
}
