import { debianArchives } from '../../src/cluster/debian/sources.ts';

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** A line of apt's sources.list for another suite of Debian, from the archive that this system or a setting names. */
export async function debianSource(suite: string, components = 'main'): Promise<string> {
  const { archive } = await debianArchives(process.env['WHEELHOUSE_DEBIAN_MIRROR']);
  if (archive === undefined) {
    throw new Error('no Debian archive is known here: set WHEELHOUSE_DEBIAN_MIRROR=http://HOST/debian');
  }
  return `deb [signed-by=${KEYRING}] ${archive} ${suite} ${components}\n`;
}
