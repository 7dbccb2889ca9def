import { fileExists, readText } from '../../../host/files.ts';

/** Where this runs, when that is not the desktop itself: what is installed on the desktop is out of reach there. */
export type Elsewhere = 'WSL' | 'an SSH session' | 'a container';

/** Undefined on the desktop itself. `root` is `/`, but in tests. */
export async function readElsewhere(
  env: Readonly<Record<string, string | undefined>>,
  root = '/',
): Promise<Elsewhere | undefined> {
  const kernel = (await readText(`${root}proc/version`)) ?? '';
  if (env['WSL_DISTRO_NAME'] !== undefined || /microsoft/i.test(kernel)) return 'WSL';
  for (const mark of ['.dockerenv', 'run/.containerenv']) {
    if (await fileExists(`${root}${mark}`)) return 'a container';
  }
  return env['SSH_CONNECTION'] === undefined ? undefined : 'an SSH session';
}
