import type { TextDocument } from 'vscode';
import type { Manifest } from './manifest.ts';
import { roleOf, type ManifestRole } from './manifestRole.ts';
import { isPatchFile } from './patchFiles.ts';

/** What an open document is for, with what the files around it say. */
export async function roleIn(document: TextDocument, manifest: Manifest): Promise<ManifestRole> {
  const role = roleOf(document.uri.path, document.getText(), manifest);
  if (role !== 'objects' || document.uri.scheme !== 'file' || manifest.objects.length === 0) return role;
  return (await isPatchFile(document.uri)) ? 'patch' : 'objects';
}
