import path from 'node:path';
import { fileExists } from './files.ts';

/** What decides where a command is: a parameter, so that each system's rules can be tried on any. */
export interface CommandSearch {
  readonly platform: NodeJS.Platform;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly isFile: (file: string) => Promise<boolean>;
}

const systemSearch: CommandSearch = { platform: process.platform, env: process.env, isFile: fileExists };

/** Windows' own list where `PATHEXT` is empty: what CreateProcess and its shell start. */
const DEFAULT_ENDINGS = '.COM;.EXE;.BAT;.CMD';

/**
 * The whole name of a command's file, as a shell would find it: over `PATH`, on Windows with the endings of `PATHEXT`.
 * Undefined where there is none. A name with a folder in it is looked for there alone.
 */
export async function findCommand(
  command: string,
  search: CommandSearch = systemSearch,
): Promise<string | undefined> {
  const windows = search.platform === 'win32';
  const rules = windows ? path.win32 : path.posix;
  const folders = rules.dirname(command) === '.' ? foldersOf(search, rules) : [''];
  const endings = windows ? windowsEndings(command, search) : [''];
  for (const folder of folders) {
    for (const ending of endings) {
      const file = rules.join(folder, command + ending);
      if (await search.isFile(file)) return file;
    }
  }
  return undefined;
}

/** The folders of `PATH`, which Windows names in any case and may put into quotes. */
function foldersOf(
  { env, platform }: CommandSearch,
  rules: Pick<typeof path.posix, 'delimiter'>,
): readonly string[] {
  const name = Object.keys(env).find((key) => (platform === 'win32' ? key.toUpperCase() : key) === 'PATH');
  return (name === undefined ? '' : (env[name] ?? ''))
    .split(rules.delimiter)
    .map((folder) => folder.replaceAll('"', '').trim())
    .filter((folder) => folder !== '');
}

/** A name that has one of the endings is tried as it is, before others are put behind it. */
function windowsEndings(command: string, { env }: CommandSearch): readonly string[] {
  const given = (env['PATHEXT'] ?? '') === '' ? DEFAULT_ENDINGS : (env['PATHEXT'] ?? '');
  const endings = given.split(';').filter((ending) => ending.startsWith('.'));
  const has = endings.some((ending) => command.toUpperCase().endsWith(ending.toUpperCase()));
  return has ? ['', ...endings] : endings;
}
