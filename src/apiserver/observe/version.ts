/** Which sources a bundle was made of. */
interface Build {
  /** The commit in full, hexadecimal. */
  readonly commit: string;
  /** `dirty` where files had been changed since. */
  readonly treeState: 'clean' | 'dirty';
  /** When the commit was made, RFC 3339 in UTC: the same sources give the same bundle. */
  readonly date: string;
}

/** `scripts/build.mjs` writes it into bundles; sources that run as they are have none. */
declare const WHEELHOUSE_BUILD: Build | undefined;

const build = typeof WHEELHOUSE_BUILD === 'undefined' ? undefined : WHEELHOUSE_BUILD;

/** The API level that is served (component-base `version`). */
export const apiVersion = {
  major: '1',
  minor: '36',
  emulationMajor: '1',
  emulationMinor: '36',
  minCompatibilityMajor: '1',
  minCompatibilityMinor: '35',
  gitVersion: 'v1.36.0+wheelhouse',
  // Clients take it for hexadecimal: without a commit it is git's own word for none.
  gitCommit: build?.commit ?? '0'.repeat(40),
  gitTreeState: build?.treeState ?? 'archive',
  buildDate: build?.date ?? '1970-01-01T00:00:00Z',
  goVersion: `node${process.versions.node}`,
  compiler: 'v8',
  platform: `${process.platform === 'win32' ? 'windows' : process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch}`,
};
