import { createHash } from 'node:crypto';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { readChunks, readText, writeWhole } from '../../host/files.ts';
import type { BoxArchitecture, BoxProvider } from './contract.ts';

/** A box's file among those of its name. */
export interface CatalogueEntry {
  readonly version: string;
  readonly provider: BoxProvider;
  readonly architecture: BoxArchitecture;
  /** Beside the catalogue. */
  readonly file: string;
  /** SHA-256, in hex. */
  readonly checksum: string;
}

/** Vagrant's own format: what `vagrant box add FILE` reads to learn names, versions and providers. */
interface CatalogueFile {
  readonly name: string;
  readonly description: string;
  readonly versions: readonly {
    readonly version: string;
    readonly providers: readonly {
      readonly name: BoxProvider;
      readonly url: string;
      readonly checksum_type: 'sha256';
      readonly checksum: string;
      readonly architecture: BoxArchitecture;
      readonly default_architecture: boolean;
    }[];
  }[];
}

export async function readCatalogue(file: string): Promise<readonly CatalogueEntry[]> {
  const text = await readText(file);
  if (text === undefined) return [];
  return (JSON.parse(text) as CatalogueFile).versions.flatMap(({ version, providers }) =>
    providers.map(({ name, url, checksum, architecture }) => ({
      version,
      provider: name,
      architecture,
      file: path.posix.basename(decodeURIComponent(new URL(url).pathname)),
      checksum,
    })),
  );
}

export async function writeCatalogue(
  file: string,
  name: string,
  description: string,
  entries: readonly CatalogueEntry[],
): Promise<void> {
  const folder = path.dirname(file);
  const versions = [...new Set(entries.map(({ version }) => version))].map((version) => ({
    version,
    providers: entries
      .filter((entry) => entry.version === version)
      .map((entry) => ({
        name: entry.provider,
        url: pathToFileURL(path.join(folder, entry.file)).href,
        checksum_type: 'sha256' as const,
        checksum: entry.checksum,
        architecture: entry.architecture,
        default_architecture: true,
      })),
  }));
  const catalogue: CatalogueFile = { name, description, versions };
  await writeWhole(file, `${JSON.stringify(catalogue, null, 2)}\n`);
}

export async function sha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of readChunks(file)) hash.update(chunk);
  return hash.digest('hex');
}
