/** Keys are paths: parts divided by `/`. A prefix that is empty or ends in `/` is a directory. */
export function isDirectory(prefix: string): boolean {
  return prefix === '' || prefix.endsWith('/');
}

/** All directories above a key, from `''` down: `a/b/c` is under ``, `a/` and `a/b/`. */
export function directoriesOf(key: string): string[] {
  const directories = [''];
  for (let slash = key.indexOf('/'); slash >= 0; slash = key.indexOf('/', slash + 1)) {
    directories.push(key.slice(0, slash + 1));
  }
  return directories;
}

/** Order of keys: by code unit, which for the ASCII of Kubernetes names is bytewise. */
export function compareKeys(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Greater than every key: U+10FFFF sorts last in UTF-8 and no key contains it. */
const LAST = '\u{10FFFF}';

/** A key greater than all that start with the prefix. */
export function endOf(prefix: string): string {
  return prefix + LAST;
}
