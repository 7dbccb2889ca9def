import { FileType, Uri, workspace } from 'vscode';
import { isKustomization, patchesOf } from './manifestRole.ts';

/** How many folders above a file may hold the kustomization that names it. */
const LEVELS = 3;

/** Whether a kustomization in the file's folder, or in one above it, names the file as a patch. */
export async function isPatchFile(file: Uri): Promise<boolean> {
  let folder = Uri.joinPath(file, '..');
  for (let level = 0; level < LEVELS; level++) {
    for (const kustomization of await kustomizationsIn(folder)) {
      const named = patchesOf(await textOf(kustomization));
      if (named.some((path) => Uri.joinPath(folder, path).path === file.path)) return true;
    }
    const above = Uri.joinPath(folder, '..');
    if (above.path === folder.path) return false;
    folder = above;
  }
  return false;
}

async function kustomizationsIn(folder: Uri): Promise<readonly Uri[]> {
  try {
    const entries = await workspace.fs.readDirectory(folder);
    return entries.flatMap(([name, type]) =>
      (type & FileType.File) !== 0 && isKustomization(name) ? [Uri.joinPath(folder, name)] : [],
    );
  } catch {
    return [];
  }
}

async function textOf(file: Uri): Promise<string> {
  try {
    return new TextDecoder().decode(await workspace.fs.readFile(file));
  } catch {
    return '';
  }
}
