import path from 'node:path';
import { fileExists, removeAll } from '../../host/files.ts';
import { readCatalogue, writeCatalogue, type CatalogueEntry } from './catalogue.ts';

/** The boxes of one name that lie in a folder, with the catalogue that Vagrant reads. */
export interface Shelf {
  readonly catalogue: string;
  /** What the catalogue names and is really there. */
  readonly entries: readonly CatalogueEntry[];
  /** Adds boxes whose files lie there already; each takes the place of the older one for its provider. */
  put(made: readonly CatalogueEntry[]): Promise<void>;
  fileOf(entry: Pick<CatalogueEntry, 'version' | 'provider' | 'architecture'>): string;
}

/** `name` as Vagrant knows the boxes: `wheelhouse/node`. */
export async function openShelf(folder: string, name: string, description: string): Promise<Shelf> {
  const plain = name.replace('/', '-');
  const catalogue = path.join(folder, `${plain}.json`);
  const named = await readCatalogue(catalogue);
  const there = await Promise.all(named.map(({ file }) => fileExists(path.join(folder, file))));
  const entries = named.filter((_, i) => there[i]);
  return {
    catalogue,
    entries,
    async put(made) {
      const rest = entries.filter((entry) => !made.some((box) => sameKind(box, entry)));
      await writeCatalogue(catalogue, name, description, [...rest, ...made]);
      const files = new Set([...rest, ...made].map(({ file }) => file));
      for (const { file } of entries) if (!files.has(file)) await removeAll(path.join(folder, file));
    },
    fileOf: ({ version, provider, architecture }) => `${plain}-${version}-${provider}-${architecture}.box`,
  };
}

export function sameKind(
  a: Pick<CatalogueEntry, 'provider' | 'architecture'>,
  b: Pick<CatalogueEntry, 'provider' | 'architecture'>,
): boolean {
  return a.provider === b.provider && a.architecture === b.architecture;
}
