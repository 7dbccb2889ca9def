import { createHash } from 'node:crypto';
import type { BoxFile } from './contract.ts';

/**
 * `DAY.NUMBER`: the day, so that a newer box is a higher version, and a number of what it was made of, so that the same
 * box is not built twice. `day` is in milliseconds since the epoch.
 */
export function boxVersion(files: readonly BoxFile[], day: number): string {
  const date = new Date(day).toISOString().slice(0, 10).replaceAll('-', '');
  return `${date}.${recipeNumber(files)}`;
}

/** What a version says about what the box was made of. */
export function recipeOf(version: string): string | undefined {
  return version.split('.')[1];
}

/** The same files give the same number, in whatever order they come. */
export function recipeNumber(files: readonly BoxFile[]): string {
  const hash = createHash('sha256');
  for (const { path, content } of [...files].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    hash.update(`${path}\0${content.length}\0${content}`);
  }
  // Vagrant compares the parts of a version as numbers.
  return String(hash.digest().readUInt32BE(0));
}
