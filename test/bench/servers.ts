import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { parse } from 'yaml';
import type { LoadTarget } from './loadClient.ts';

const CLI = path.join(import.meta.dirname, '../../dist/cli.cjs');

export interface BenchServer {
  readonly target: LoadTarget;
  readonly process: ChildProcess;
  /** Milliseconds from its start until it was ready. */
  readonly readyMs: number;
  stop(): Promise<void>;
}

/** The built control plane as users run it, on a new store: `wheelhouse serve`. */
export async function startControlPlane(args: readonly string[] = []): Promise<BenchServer> {
  if (!existsSync(CLI)) throw new Error(`${CLI} is missing: run "npm run build" first`);
  const data = await mkdtemp(path.join(tmpdir(), 'wheelhouse-bench-'));
  const start = performance.now();
  const child = spawn(process.execPath, [CLI, 'serve', '--data', data, '--port', '0', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const server = await restOf(child, data, start).catch(async (error: unknown) => {
    child.kill('SIGKILL');
    await rm(data, { recursive: true, force: true });
    throw error;
  });
  return server;
}

async function restOf(child: ChildProcess, data: string, start: number): Promise<BenchServer> {
  if (child.stdout === null) throw new Error('no output');
  const lines = createInterface({ input: child.stdout });
  const [line] = (await Promise.race([
    once(lines, 'line'),
    once(child, 'exit').then(() => Promise.reject(new Error('the control plane ended before it was ready'))),
  ])) as [string];
  const readyMs = performance.now() - start;
  const found = /^ready https:\/\/127\.0\.0\.1:(\d+) kubeconfig=(.+)$/.exec(line);
  if (found === null) throw new Error(`not ready: ${line}`);
  const [, port = '', kubeconfig = ''] = found;
  return {
    target: { port: Number(port), ...(await credentials(kubeconfig)) },
    process: child,
    readyMs,
    async stop() {
      child.kill('SIGTERM');
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
      await rm(data, { recursive: true, force: true });
    },
  };
}

/** The bare HTTPS server (echoServer.ts). */
export async function startEcho(): Promise<BenchServer> {
  const start = performance.now();
  const child = fork(path.join(import.meta.dirname, 'echoServer.ts'));
  const [target] = (await once(child, 'message')) as [LoadTarget];
  return {
    target,
    process: child,
    readyMs: performance.now() - start,
    async stop() {
      child.disconnect();
      await once(child, 'exit');
    },
  };
}

/** Linux counts processor time in hundredths of a second. */
const TICK_MICROSECONDS = 10_000;

/** Processor time that a process has had so far, all its threads together; not a number where the system does not tell. */
export function cpuMicroseconds({ pid }: ChildProcess): number {
  if (pid === undefined || process.platform !== 'linux') return Number.NaN;
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MICROSECONDS;
}

async function credentials(kubeconfig: string): Promise<Omit<LoadTarget, 'port'>> {
  const { clusters, users } = parse(await readFile(kubeconfig, 'utf8')) as {
    clusters: { cluster: Record<string, string> }[];
    users: { user: Record<string, string> }[];
  };
  const decode = (text = ''): string => Buffer.from(text, 'base64').toString();
  const user = users[0]?.user ?? {};
  return {
    ca: decode(clusters[0]?.cluster['certificate-authority-data']),
    cert: decode(user['client-certificate-data']),
    key: decode(user['client-key-data']),
  };
}
