import { spawn, type ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { systemProcesses } from '../../src/host/processes.ts';

const entry = path.resolve(
  import.meta.dirname,
  '../../.cache/vscode-server/node_modules/code-server/out/node/entry.js',
);

/** A VS Code server on loopback with its own data folder. */
export interface VsCodeServer {
  readonly port: number;
  readonly origin: string;
  readonly dataFolder: string;
  log(): string;
  stop(): Promise<void>;
}

export async function startVsCodeServer(
  options: {
    extensionsDir?: string;
    env?: Readonly<Record<string, string>>;
    dataFolder?: string;
    /** For tests: it ends soon after its last window has gone. */
    throwAway?: boolean;
    /** A packaged extension that is installed first. */
    install?: string;
    /** The user's settings, beside those that keep it calm. */
    settings?: Readonly<Record<string, unknown>>;
  } = {},
): Promise<VsCodeServer> {
  const dataFolder = options.dataFolder ?? (await mkdtemp(path.join(os.tmpdir(), 'wheelhouse-vscode-')));
  await mkdir(path.join(dataFolder, 'User'), { recursive: true });
  const calm = JSON.parse(await readFile(path.join(import.meta.dirname, 'settings.json'), 'utf8')) as object;
  await writeFile(
    path.join(dataFolder, 'User/settings.json'),
    JSON.stringify({ ...calm, ...options.settings }, undefined, 2),
  );
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
  const args = [
    ...[entry, ...folders, '--auth', 'none', '--bind-addr', '127.0.0.1:0'],
    ...['--disable-telemetry', '--disable-update-check', '--disable-workspace-trust'],
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
  const port = await listeningPort(child, output);
  return {
    port,
    origin: `http://127.0.0.1:${port}`,
    dataFolder,
    log: () => output.join(''),
    async stop() {
      await endGroup(child);
      if (options.dataFolder === undefined) {
        await rm(dataFolder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
      }
    },
  };
}

function listeningPort(child: ChildProcess, output: string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const onData = (chunk: Buffer): void => {
      output.push(chunk.toString());
      const match = /listening on http:\/\/127\.0\.0\.1:(\d+)/.exec(output.join(''));
      if (match !== null) resolve(Number(match[1]));
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
