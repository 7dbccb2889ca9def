import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import type Docker from 'dockerode';
import { listNames, readText } from '../../../host/files.ts';
import { MachineError, type Progress } from '../contract.ts';
import { ensureBaseImage, hasImage, type BaseImageOptions } from './baseImage.ts';
import { machineError } from './engineError.ts';
import { tarOf } from './tar.ts';

/** Files of the node image's build folder: the Dockerfile and what it copies. */
export type BuildFiles = readonly { readonly path: string; readonly content: string }[];

/** The node image's build folder as it is on disk (`resources/node`). */
export async function readBuildFiles(folder: string): Promise<BuildFiles> {
  const names = await listNames(folder);
  return Promise.all(
    names.map(async (name) => ({ path: name, content: (await readText(join(folder, name))) ?? '' })),
  );
}

/** What the machine's message is about while it concerns all of them. */
const ALL = '';
const REPOSITORY = 'wheelhouse-node';

/** `wheelhouse-node:DIGEST`: the same files give the same tag, a changed one gives another image. */
export function nodeImageTag(files: BuildFiles): string {
  const hash = createHash('sha256');
  for (const { path, content } of [...files].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    hash.update(`${path}\0${content.length}\0${content}`);
  }
  return `${REPOSITORY}:${hash.digest('hex').slice(0, 12)}`;
}

export interface NodeImageOptions extends BaseImageOptions {
  readonly files: BuildFiles;
  /** The Debian archive that a setting names, instead of the one that the base image has. */
  readonly mirror: string | undefined;
}

/** Builds the image that container nodes run, unless the engine has it. Resolves with its tag. */
export async function ensureNodeImage(
  options: NodeImageOptions,
  progress: Progress,
  signal: AbortSignal,
): Promise<string> {
  const { docker, files } = options;
  const tag = nodeImageTag(files);
  if (await hasImage(docker, tag)) return tag;
  const base = await ensureBaseImage(options, progress, signal);
  await options.turns.take(
    'node-image',
    async () => {
      // The previous holder of the lock may have built it.
      if (!(await hasImage(docker, tag))) await buildNodeImage(options, { tag, base }, progress, signal);
    },
    signal,
    () =>
      progress.report({ machine: ALL, message: 'Waiting for another process that builds the node image' }),
  );
  return tag;
}

async function buildNodeImage(
  { docker, files, mirror }: NodeImageOptions,
  { tag, base }: { readonly tag: string; readonly base: string },
  progress: Progress,
  signal: AbortSignal,
): Promise<void> {
  signal.throwIfAborted();
  progress.report({ machine: ALL, message: 'Building the node image', fraction: 0 });
  try {
    const stream = await docker.buildImage(Readable.from([await tarOf(files)]), {
      t: tag,
      buildargs: { BASE: base, ...(mirror === undefined ? {} : { DEBIAN_MIRROR: mirror }) },
      forcerm: true,
      abortSignal: signal,
    });
    await followBuild(docker, stream, progress);
  } catch (error) {
    signal.throwIfAborted();
    throw machineError('the node image could not be built', error);
  }
}

interface BuildEvent {
  readonly stream?: string;
  readonly error?: string;
}

function followBuild(docker: Docker, stream: NodeJS.ReadableStream, progress: Progress): Promise<void> {
  return new Promise((resolve, reject) => {
    let last = '';
    const onEvent = ({ stream: text = '' }: BuildEvent): void => {
      if (text.trim() !== '') last = text.trim();
      const step = /^Step (\d+)\/(\d+) : *(\S+)/.exec(text);
      if (step === null) return;
      const fraction = (Number(step[1]) - 1) / Number(step[2]);
      progress.report({ machine: ALL, message: 'Building the node image', fraction });
    };
    const onFinished = (error: Error | null, events: BuildEvent[]): void => {
      const failure = error?.message ?? events.find((event) => event.error !== undefined)?.error;
      if (failure === undefined) resolve();
      else
        reject(new MachineError(`the node image could not be built: ${failure} (after: ${last})`, '', error));
    };
    docker.modem.followProgress(stream, onFinished, onEvent);
  });
}
