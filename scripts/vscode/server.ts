import { spawn, type ChildProcess } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { systemProcesses } from '../../src/host/processes.ts';
import { vscodeServerEntry as entry } from '../setup/vscodeServer.mjs';
import { openGate, type EditorGate } from './gate.ts';

/** A VS Code server on loopback with its own data folder, behind a gate: see gate.ts. */
export interface VsCodeServer {
  readonly port: number;
  readonly origin: string;
  readonly dataFolder: string;
  /** Opens a folder in a browser: that of `start`, or another; a secret. */
  address(folder?: string): string;
  log(): string;
  stop(): Promise<void>;
}

export async function startVsCodeServer(
  options: {
    extensionsDir?: string;
    env?: Readonly<Record<string, string>>;
    dataFolder?: string;
    /** The port that it had before; where somebody else has it now, another is taken. */
    port?: number;
    /** What is opened first. */
    start?: { readonly folder: string; readonly file: string };
    /** For tests: it ends soon after its last window has gone. */
    throwAway?: boolean;
    /** A packaged extension that is installed first. */
    install?: string;
    /** The user's settings, beside those that keep it calm. */
    settings?: Readonly<Record<string, unknown>>;
  } = {},
): Promise<VsCodeServer> {
  const dataFolder = options.dataFolder ?? (await mkdtemp(path.join(os.tmpdir(), 'wheelhouse-vscode-')));
  await mkdir(path.join(dataFolder, 'User'), { recursive: true, mode: 0o700 });
  await chmod(dataFolder, 0o700);
  await writeSettings(path.join(dataFolder, 'User/settings.json'), options.settings);
  const config = path.join(dataFolder, 'config.yaml');
  await writeFile(config, 'auth: none\ncert: false\n');
  const extensionsDir = options.extensionsDir ?? path.join(dataFolder, 'extensions');
  const folders = ['--config', config, '--user-data-dir', dataFolder, '--extensions-dir', extensionsDir];
  if (options.install !== undefined) {
    await systemProcesses.run(process.execPath, [
      entry,
      ...folders,
      '--install-extension',
      options.install,
      '--force',
    ]);
  }
  // In a folder that is nobody else's, and short: the path of a socket has an end.
  const socketFolder = await mkdtemp(path.join(os.tmpdir(), 'wheelhouse-editor-'));
  const socket = path.join(socketFolder, 'server.sock');
  const args = [
    ...[entry, ...folders, '--auth', 'none', '--socket', socket, '--socket-mode', '600'],
    // A page that a container serves must not be on the editor's own origin.
    '--disable-proxy',
    ...['--disable-telemetry', '--disable-update-check'],
    ...['--disable-getting-started-override', '--ignore-last-opened'],
    ...(options.throwAway === true
      ? ['--reconnection-grace-time', '5', '--idle-timeout-seconds', '120']
      : []),
  ];
  const child = spawn(process.execPath, args, {
    env: { ...process.env, EXTENSIONS_GALLERY: '{}', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own: the server forks the extension host, and both are ended together.
    detached: true,
  });
  const output: string[] = [];
  const end = async (): Promise<void> => {
    await endGroup(child);
    const gone = options.dataFolder === undefined ? [socketFolder, dataFolder] : [socketFolder];
    for (const folder of gone) {
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    }
  };
  try {
    await listening(child, output);
    const gate = await gateAt({ socket, ...(options.start && { start: options.start }) }, options.port ?? 0);
    return {
      port: gate.port,
      origin: gate.origin,
      dataFolder,
      address: (folder) => gate.address(folder),
      log: () => output.join(''),
      async stop() {
        await gate.close();
        await end();
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
}

/** Settings that the user has changed are the user's. */
async function writeSettings(file: string, settings: Readonly<Record<string, unknown>> = {}): Promise<void> {
  const calm = JSON.parse(await readFile(path.join(import.meta.dirname, 'settings.json'), 'utf8')) as object;
  const text = `${JSON.stringify({ ...calm, ...settings }, undefined, 2)}\n`;
  await writeFile(file, text, { flag: 'wx' }).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  });
}

async function gateAt(
  options: Omit<Parameters<typeof openGate>[0], 'port'>,
  port: number,
): Promise<EditorGate> {
  try {
    return await openGate({ ...options, port });
  } catch (error) {
    if (port === 0) throw error;
    return openGate({ ...options, port: 0 });
  }
}

function listening(child: ChildProcess, output: string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const onData = (chunk: Buffer): void => {
      output.push(chunk.toString());
      if (/server listening on /.test(output.join(''))) resolve();
    };
    child.stdout?.on('data', onData);
    child.stderr?.on('data', onData);
    child.once('error', reject);
    child.once('exit', (code) =>
      reject(new Error(`the VS Code server exited with ${code}\n${output.join('')}`)),
    );
  });
}

function endGroup(child: ChildProcess): Promise<void> {
  const { pid } = child;
  if (pid === undefined || child.exitCode !== null) return Promise.resolve();
  const signalGroup = (signal: NodeJS.Signals): void => {
    try {
      process.kill(-pid, signal);
    } catch {
      // The group is gone already.
    }
  };
  return new Promise((resolve) => {
    const timer = setTimeout(() => signalGroup('SIGKILL'), 5_000);
    child.once('exit', () => {
      clearTimeout(timer);
      resolve();
    });
    signalGroup('SIGTERM');
  });
}
