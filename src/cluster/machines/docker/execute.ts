import type { Duplex } from 'node:stream';
import type Docker from 'dockerode';
import { fedUntilEnd } from '../commandInput.ts';
import type { CommandStreams, MachineShell } from '../contract.ts';

/** The exit code that the engine gives for one it does not know. */
const UNKNOWN_EXIT = 255;

/** An interactive login shell in a container. */
export async function openShell(
  container: Docker.Container,
  size: { columns: number; rows: number },
): Promise<MachineShell> {
  const exec = await container.exec({
    Cmd: ['/bin/bash', '-l'],
    Tty: true,
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    Env: ['TERM=xterm-256color'],
    WorkingDir: '/root',
  });
  const stream = await exec.start({ hijack: true, stdin: true, Tty: true });
  const resize = async (columns: number, rows: number): Promise<void> => {
    // A shell that has just ended has no size any more.
    await exec.resize({ w: columns, h: rows }).catch(() => undefined);
  };
  // The first command that is typed must find the size: the engine answers when the terminal has it.
  await resize(size.columns, size.rows);
  const exited = new Promise<void>((resolve) => stream.once('close', () => resolve())).then(() =>
    exitCode(exec),
  );
  return { stream, resize: (columns, rows) => void resize(columns, rows), exited };
}

/** Runs a command in a container to its end; resolves with its exit code. Rejects with the failure of its input. */
export async function execute(
  docker: Docker,
  containerId: string,
  command: readonly string[],
  { input, output, errors }: CommandStreams,
  signal: AbortSignal,
): Promise<number> {
  const exec = await docker.getContainer(containerId).exec({
    Cmd: [...command],
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    abortSignal: signal,
  });
  const stream = await exec.start({ hijack: true, stdin: true });
  docker.modem.demuxStream(stream, output, errors);
  await fedUntilEnd(input, stream, endOf(stream, signal), signal);
  return exitCode(exec);
}

function endOf(stream: Duplex, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const drop = (): void => void stream.destroy();
    signal.addEventListener('abort', drop, { once: true });
    stream.once('close', () => {
      signal.removeEventListener('abort', drop);
      resolve();
    });
    stream.once('end', () => stream.destroy());
  });
}

async function exitCode(exec: Docker.Exec): Promise<number> {
  const { ExitCode } = await exec.inspect();
  return ExitCode ?? UNKNOWN_EXIT;
}
