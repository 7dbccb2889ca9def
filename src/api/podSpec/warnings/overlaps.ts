/**
 * Paths are compared pair by pair. If there are more than this, only the first are: advice must not slow the server.
 */
export const MOST_PATHS = 100;

/** Up to this number, comparing is faster than sorting: every pod has a volume of three files for its token. */
const FEW_PATHS = 8;

/** Whether two of the files are the same, or one of them is a folder that the other one is in. */
export function anyOverlap(paths: readonly string[]): boolean {
  if (paths.length <= FEW_PATHS) return anyOfFew(paths);
  // A slash before all other letters: what is in a folder follows it directly.
  const sorted = paths
    .flatMap((path) => (path === '' ? [] : [withoutSlashes(path).replaceAll('/', '\0')]))
    .sort();
  return sorted.some((path, i) => i > 0 && isNext(path, sorted[i - 1] ?? ''));
}

function anyOfFew(paths: readonly string[]): boolean {
  for (let i = 1; i < paths.length; i++) {
    const path = withoutSlashes(paths[i] ?? '');
    for (let j = 0; path !== '' && j < i; j++) {
      const other = withoutSlashes(paths[j] ?? '');
      if (other !== '' && (isBelow(path, other) || isBelow(other, path))) return true;
    }
  }
  return false;
}

/** Whether a path is another one, or in the folder of that name. */
function isBelow(path: string, folder: string): boolean {
  const { length } = folder;
  return path.length === length ? path === folder : path[length] === '/' && path.startsWith(folder);
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
    const other = [...seen].find((one) => isBelow(one, path) || isBelow(path, one));
    seen.add(path);
    if (other === undefined) continue;
    warnings.push(`${about()}: overlapping paths: ${JSON.stringify(path)} with ${JSON.stringify(other)}`);
  }
  return warnings;
}

const withoutSlashes = (path: string): string => (path.endsWith('/') ? path.replace(/\/+$/, '') : path);

const isNext = (path: string, before: string): boolean => path === before || path.startsWith(`${before}\0`);
