/** What is compared pair by pair: with more files than this, only the first are. Advice may not hold the server up. */
export const MOST_PATHS = 100;

/** Whether two of the files are the same, or one of them is a folder that the other one is in. */
export function anyOverlap(paths: readonly string[]): boolean {
  if (paths.length < 2) return false;
  // A slash before all other letters: what is in a folder follows it directly.
  const sorted = paths
    .flatMap((path) => (path === '' ? [] : [withoutSlashes(path).replaceAll('/', '\0')]))
    .sort();
  return sorted.some((path, i) => i > 0 && isWithin(path, sorted[i - 1] ?? '', '\0'));
}

/**
 * A warning for each file that is in the way of one before it, in upstream's words (`checkForOverlap` in `pkg/api/pod/warnings.go`).
 * `about`: the volume.
 */
export function overlapsOf(paths: readonly string[], about: () => string): readonly string[] {
  if (!anyOverlap(paths)) return [];
  const warnings: string[] = [];
  const seen = new Set<string>();
  for (const each of paths.slice(0, MOST_PATHS)) {
    if (each === '') continue;
    const path = withoutSlashes(each);
    const other = [...seen].find((one) => isWithin(one, path, '/') || isWithin(path, one, '/'));
    seen.add(path);
    if (other === undefined) continue;
    warnings.push(`${about()}: overlapping paths: ${JSON.stringify(path)} with ${JSON.stringify(other)}`);
  }
  return warnings;
}

const withoutSlashes = (path: string): string => (path.endsWith('/') ? path.replace(/\/+$/, '') : path);

const isWithin = (path: string, folder: string, slash: string): boolean =>
  path === folder || path.startsWith(folder + slash);
