import { parseManifest, looksLikeManifest, type Manifest } from './manifest.ts';

/** What it needs of an open document. */
export interface VersionedText {
  readonly version: number;
  getText(): string;
}

const NOTHING: Manifest = { objects: [], problems: [] };

/** Reads each version of a document once, however many ask: diagnostics, lenses, hovers, outline. */
export class ParsedManifests {
  readonly #parsed = new WeakMap<object, { readonly version: number; readonly manifest: Manifest }>();

  /** No objects and no problems where the text does not mean to be of Kubernetes. */
  of(document: VersionedText): Manifest {
    const known = this.#parsed.get(document);
    if (known?.version === document.version) return known.manifest;
    const text = document.getText();
    const manifest = looksLikeManifest(text) ? parseManifest(text) : NOTHING;
    this.#parsed.set(document, { version: document.version, manifest });
    return manifest;
  }
}
