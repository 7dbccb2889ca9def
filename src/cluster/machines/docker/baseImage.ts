import type Docker from 'dockerode';
import type { Turns } from '../../../host/lock.ts';
import { ProcessError, type ProcessRunner } from '../../../host/processes.ts';
import { DEBIAN_SUITE, sourceLines, type DebianArchives } from '../../debian/sources.ts';
import { MachineError, type Progress } from '../contract.ts';
import { engineMessage, isStatus, machineError } from './engineError.ts';

const DEBIAN_IMAGE = 'debian:13-slim';
/** The same system from Debian's packages, for where no registry can be reached. */
const OWN_BASE = { repo: 'wheelhouse-base', tag: DEBIAN_SUITE };
const NO_BASE_REMEDY =
  'Let the engine reach a registry that has debian:13-slim, or install mmdebstrap (Debian, Ubuntu) to make it from packages.';

export interface BaseImageOptions {
  readonly docker: Docker;
  readonly processes: ProcessRunner;
  /** If several callers, in any process, want the same image at once, one of them makes it. */
  readonly turns: Turns;
  /** Where Debian's packages come from. */
  readonly archives: () => Promise<DebianArchives>;
}

/** A Debian 13 image to build on: the one that is there, else pulled, else made from Debian's packages. */
export async function ensureBaseImage(
  options: BaseImageOptions,
  progress: Progress,
  signal: AbortSignal,
): Promise<string> {
  const found = await presentBase(options.docker);
  if (found !== undefined) return found;
  return options.turns.take(
    'debian-image',
    // The previous holder of the lock may have made it.
    async () => (await presentBase(options.docker)) ?? makeBase(options, progress, signal),
    signal,
    () =>
      progress.report({ machine: '', message: 'Waiting for another process that makes the Debian image' }),
  );
}

const OWN_IMAGE = `${OWN_BASE.repo}:${OWN_BASE.tag}`;

async function presentBase(docker: Docker): Promise<string | undefined> {
  for (const image of [DEBIAN_IMAGE, OWN_IMAGE]) if (await hasImage(docker, image)) return image;
  return undefined;
}

async function makeBase(options: BaseImageOptions, progress: Progress, signal: AbortSignal): Promise<string> {
  const { docker } = options;
  progress.report({ machine: '', message: `Pulling ${DEBIAN_IMAGE}` });
  try {
    await pull(docker, DEBIAN_IMAGE, signal);
    return DEBIAN_IMAGE;
  } catch (error) {
    signal.throwIfAborted();
    progress.report({ machine: '', message: 'No registry answers: making Debian from its packages' });
    await bootstrap(options, signal).catch((cause: unknown) => {
      signal.throwIfAborted();
      const why = cause instanceof ProcessError ? cause.message : engineMessage(cause);
      throw new MachineError(
        `${DEBIAN_IMAGE} could not be pulled (${engineMessage(error)}) nor made with mmdebstrap (${why})`,
        NO_BASE_REMEDY,
        cause,
      );
    });
    return OWN_IMAGE;
  }
}

export async function hasImage(docker: Docker, tag: string): Promise<boolean> {
  try {
    await docker.getImage(tag).inspect();
    return true;
  } catch (error) {
    if (isStatus(error, 404)) return false;
    throw machineError('the engine’s images could not be read', error);
  }
}

async function pull(docker: Docker, image: string, signal: AbortSignal): Promise<void> {
  const stream = await docker.pull(image, { abortSignal: signal });
  await new Promise<void>((resolve, reject) => {
    docker.modem.followProgress(stream, (error: Error | null) =>
      error === null ? resolve() : reject(error),
    );
  });
}

/** mmdebstrap's tar goes straight into the engine. */
async function bootstrap(
  { docker, processes, archives }: BaseImageOptions,
  signal: AbortSignal,
): Promise<void> {
  const options = ['--quiet', '--variant=minbase', '--include=ca-certificates'];
  const args = [...options, DEBIAN_SUITE, '-', ...sourceLines(await archives())];
  const child = processes.spawn('mmdebstrap', args, { signal });
  let stderr = '';
  child.stderr.on('data', (chunk: Buffer) => (stderr = (stderr + chunk.toString()).slice(-4096)));
  child.stdin.end();
  // Only a complete tar may become the image: imported under no name at first.
  const imported = docker.importImage(child.stdout, { abortSignal: signal }).then(importedId);
  imported.catch(() => undefined);
  try {
    const code = await child.exited.catch((error: unknown) => {
      throw new ProcessError('mmdebstrap', args, undefined, engineMessage(error), error);
    });
    if (code !== 0) throw new ProcessError('mmdebstrap', args, code, stderr);
  } catch (error) {
    await imported.then((id) => docker.getImage(id).remove()).catch(() => undefined);
    throw error;
  }
  await docker.getImage(await imported).tag(OWN_BASE);
}

async function importedId(stream: NodeJS.ReadableStream): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  const id = /"status":"(sha256:[0-9a-f]+)"/.exec(text)?.[1];
  if (id === undefined) throw new Error(`the engine did not take the base image: ${text.trim()}`);
  return id;
}
