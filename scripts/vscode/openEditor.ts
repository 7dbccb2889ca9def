import { spawnSync } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readText } from '../../src/host/files.ts';
import { systemProcesses } from '../../src/host/processes.ts';
import { isGate } from './gate.ts';
import { startVsCodeServer } from './server.ts';

export interface OpenedEditor {
  /** What the user opens, or what was opened. */
  readonly address: string;
  close(): Promise<void>;
}

/** The extension opens its view as it starts: see extension.ts. */
const SHOW_VIEW = { WHEELHOUSE_SHOW_VIEW: '1' };

/**
 * VS Code with the extension: the desktop's where there is one, else a server on loopback with the extension
 * installed into a folder of its own.
 */
export async function openEditor(options: {
  readonly root: string;
  readonly folder: string;
  /** The file that is shown first. */
  readonly file: string;
  readonly signal: AbortSignal;
}): Promise<OpenedEditor> {
  const { root, folder, file, signal } = options;
  if (spawnSync('code', ['--version'], { stdio: 'ignore' }).status === 0) {
    const args = ['--new-window', `--extensionDevelopmentPath=${root}`, folder, '--goto', file];
    await systemProcesses.run('code', args, { signal, env: SHOW_VIEW });
    return { address: 'a new window of VS Code', close: () => Promise.resolve() };
  }
  const vsix = path.join(root, '.cache/wheelhouse.vsix');
  const extensionsDir = path.join(root, '.cache/extensions');
  const dataFolder = path.join(root, '.cache/vscode-data');
  await mkdir(extensionsDir, { recursive: true });
  const vsce = path.join(root, 'node_modules/@vscode/vsce/vsce');
  await systemProcesses.run(
    process.execPath,
    [
      vsce,
      'package',
      '--no-dependencies',
      '--allow-missing-repository',
      '--no-rewrite-relative-links',
      '-o',
      vsix,
    ],
    {
      cwd: root,
      signal,
    },
  );
  const portFile = path.join(root, '.cache/editor-port');
  const port = Number((await readText(portFile)) ?? 0);
  const server = await startVsCodeServer({
    extensionsDir,
    dataFolder,
    install: vsix,
    port,
    env: SHOW_VIEW,
    start: { folder, file },
  });
  // What the browser keeps for the editor, it keeps for this port: a second editor leaves it to the first.
  if (server.port === port || port === 0 || !(await isGate(port))) {
    await writeFile(portFile, String(server.port));
  }
  return { address: server.address(), close: () => server.stop() };
}
