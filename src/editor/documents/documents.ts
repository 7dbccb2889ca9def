import type { DocumentFilter, TextDocument } from 'vscode';

/** Documents that may be manifests: YAML in files, and YAML that is not saved yet. */
export const MANIFEST_DOCUMENTS: readonly DocumentFilter[] = [
  { language: 'yaml', scheme: 'file' },
  { language: 'yaml', scheme: 'untitled' },
];

export function isManifestDocument({ languageId, uri }: TextDocument): boolean {
  return MANIFEST_DOCUMENTS.some(({ language, scheme }) => language === languageId && scheme === uri.scheme);
}
