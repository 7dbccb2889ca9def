import path from 'node:path';
import { listNames, readText } from '../../host/files.ts';

/** The Debian that nodes run. */
export const DEBIAN_SUITE = 'trixie';

/** Where Debian's packages come from; where nothing is known, tools take their own default. */
export interface DebianArchives {
  /** `http://HOST/debian` */
  readonly archive?: string;
  /** `http://HOST/debian-security` */
  readonly security?: string;
}

/** One entry of apt's sources: an archive's URI with the suites that are taken from it. */
export interface AptSource {
  readonly uri: string;
  readonly suites: readonly string[];
}

/**
 * The archives that a setting names (`http://HOST/debian`, with `debian-security` beside it), else those that this
 * system takes its own packages from, where it is a Debian.
 */
export async function debianArchives(mirror: string | undefined, root = '/etc'): Promise<DebianArchives> {
  const chosen = mirror?.trim().replace(/\/+$/, '') ?? '';
  if (chosen !== '') return { archive: chosen, security: `${chosen}-security` };
  const release = (await readText(path.join(root, 'os-release'))) ?? '';
  if (!/^ID="?debian"?$/m.test(release)) return {};
  return archivesOf(await readAptSources(path.join(root, 'apt')));
}

/** Lines for apt's sources.list, or the arguments of mmdebstrap; none where the default is to be taken. */
export function sourceLines({ archive, security }: DebianArchives, suite = DEBIAN_SUITE): readonly string[] {
  return [
    ...(archive === undefined
      ? []
      : [`deb ${archive} ${suite} main`, `deb ${archive} ${suite}-updates main`]),
    ...(security === undefined ? [] : [`deb ${security} ${suite}-security main`]),
  ];
}

/** Both formats: `sources.list` with a line an entry, and `*.sources` with a paragraph an entry (deb822). */
async function readAptSources(folder: string): Promise<readonly AptSource[]> {
  const parts = path.join(folder, 'sources.list.d');
  const names = await listNames(parts);
  const files = [path.join(folder, 'sources.list'), ...names.map((name) => path.join(parts, name))];
  const read = await Promise.all(
    files.map(async (file) => {
      const text = (await readText(file)) ?? '';
      if (file.endsWith('.list')) return parseList(text);
      return file.endsWith('.sources') ? parseDeb822(text) : [];
    }),
  );
  return read.flat();
}

/** `deb [OPTIONS] URI SUITE COMPONENT…` a line (sources.list(5)). */
export function parseList(text: string): readonly AptSource[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)\s+(\S+)/.exec(line.replace(/#.*/, ''));
    return match === null ? [] : [{ uri: match[1] ?? '', suites: [match[2] ?? ''] }];
  });
}

/** Paragraphs of `Field: values`, continued on lines that begin with a space (sources.list(5)). */
export function parseDeb822(text: string): readonly AptSource[] {
  const lines = text.split('\n').filter((line) => !line.startsWith('#'));
  return lines
    .join('\n')
    .split(/\n[ \t]*\n/)
    .flatMap((paragraph) => {
      const fields = new Map(
        [...paragraph.matchAll(/^([\w-]+):([^\n]*(?:\n[ \t][^\n]*)*)/gm)].map(
          ([, name = '', value = '']) => [name.toLowerCase(), value.trim().split(/\s+/)] as const,
        ),
      );
      const enabled = (fields.get('enabled')?.[0] ?? 'yes').toLowerCase() !== 'no';
      if (!enabled || !(fields.get('types') ?? []).includes('deb')) return [];
      return (fields.get('uris') ?? []).map((uri) => ({ uri, suites: fields.get('suites') ?? [] }));
    });
}

const RELEASE = /^(bullseye|bookworm|trixie|forky|duke|sid|oldstable|stable|testing|unstable)$/;

function archivesOf(sources: readonly AptSource[]): DebianArchives {
  const find = (suffix: string): string | undefined =>
    sources
      .find(
        ({ uri, suites }) =>
          /^https?:/.test(uri) &&
          suites.some(
            (suite) => suite.endsWith(suffix) && RELEASE.test(suite.slice(0, suite.length - suffix.length)),
          ),
      )
      ?.uri.replace(/\/+$/, '');
  const archive = find('');
  const security = find('-security');
  return {
    ...(archive === undefined ? {} : { archive }),
    ...(security === undefined ? {} : { security }),
  };
}
