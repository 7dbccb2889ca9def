import { modelOf } from './models.ts';

/** The descriptions of a model and of its properties, as upstream publishes them. */
export interface ModelDocumentation {
  readonly description: string;
  property(name: string): string;
}

export type Documentation = (model: string) => ModelDocumentation;

const NOTHING: ModelDocumentation = { description: '', property: () => '' };

/**
 * Loads the documentation of all models: half a megabyte that only OpenAPI needs, thus apart from the structure.
 * An entry: name, description and the properties' descriptions in the order of the structure, a line each.
 */
export async function loadDocumentation(): Promise<Documentation> {
  const { default: generated } = await import('./documentation.generated.json', { with: { type: 'json' } });
  const entries = new Map(generated.models.map((text) => [text.slice(0, text.indexOf('\n')), text]));
  return (name) => {
    const text = entries.get(name);
    if (text === undefined) return NOTHING;
    const [, description = '', ...lines] = text.split('\n');
    const names = [...modelOf(name).properties.keys()];
    return { description, property: (property) => lines[names.indexOf(property)] ?? '' };
  };
}
