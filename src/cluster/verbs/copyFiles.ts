import path from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import { folderExists, isThere } from '../../host/files.ts';
import { packFiles, unpackFiles } from '../../host/tarFiles.ts';
import type { ActionContext } from '../actions/action.ts';
import { ClusterError } from '../errors.ts';
import { heard } from '../machines/commandInput.ts';
import { quoted } from '../machines/quoted.ts';
import { runningMachine } from './machineTerminals.ts';

/** Of root, on nodes: where paths without a slash begin. */
const HOME = '/root';

/** A path on a node's machine. */
export interface NodePath {
  readonly node: string;
  readonly path: string;
}

/**
 * Copies a file or folder of this desktop to a node's machine, owned by root: into the folder `to` where there is one,
 * else as `to`. Folders that are there get what they lack.
 */
export async function copyToNode(context: ActionContext, from: string, to: NodePath): Promise<void> {
  const machine = await runningMachine(context, to.node);
  const source = path.resolve(from);
  if (!(await isThere(source))) throw new ClusterError(`there is no ${from} on this desktop`, '');
  const name = path.basename(source);
  // Unpacked apart first: what does not arrive whole changes nothing. On the same disk: /tmp may be small.
  const line = `set -e
to=${quoted(path.posix.resolve(HOME, to.path))} name=${quoted(name)}
if [ -d "$to" ]; then to="$to/$name"; fi
folder=$(dirname -- "$to")
[ -d "$folder" ] || { echo "there is no folder $folder" >&2; exit 1; }
new=$(mktemp -d -- "$folder/.wheelhouse-cp.XXXXXX"); trap 'rm -rf -- "$new"' EXIT
tar -x --no-same-owner -C "$new"
cp -dR --preserve=mode,timestamps -T -- "$new/$name" "$to"`;
  const { code, output } = await heard(packFiles(source, name), (streams) =>
    context.provider.run(machine, line, streams, context.signal),
  );
  if (code !== 0) throw failed(`${from} could not be copied to ${to.node}:${to.path}`, output);
}

/**
 * Copies a file or folder of a node's machine to this desktop: into the folder `to` where there is one, else as `to`.
 * Links are left out, since a node decides where they lead; `progress` hears of them.
 */
export async function copyFromNode(context: ActionContext, from: NodePath, to: string): Promise<void> {
  const machine = await runningMachine(context, from.node);
  const source = path.posix.resolve(HOME, from.path);
  const name = path.posix.basename(source);
  const target = path.resolve(to);
  const [folder, newName] = (await folderExists(target))
    ? [target, name]
    : [path.dirname(target), path.basename(target)];
  if (!(await folderExists(folder)))
    throw new ClusterError(`there is no folder ${folder} on this desktop`, '');
  const archive = new PassThrough();
  const unpacked = unpackFiles(
    archive,
    folder,
    (entry) => [newName, ...entry.split('/').slice(1)].join('/'),
    (entry) => context.progress.report({ machine: from.node, message: `left out, it is a link: ${entry}` }),
  );
  const complaints: Buffer[] = [];
  const errors = new Writable({
    write(chunk: Buffer, _encoding, done) {
      complaints.push(chunk);
      done();
    },
  });
  const line = `cd -- ${quoted(path.posix.dirname(source))} && tar -c -- ${quoted(name)}`;
  const streams = { input: nothing(), output: archive, errors };
  const stop = new AbortController();
  // A disk that is full here ends it there.
  unpacked.catch((error: unknown) => stop.abort(error));
  const signal = AbortSignal.any([context.signal, stop.signal]);
  const code = await context.provider.run(machine, line, streams, signal).finally(() => archive.end());
  if (code !== 0) {
    await unpacked.catch(() => undefined);
    throw failed(
      `${from.node}:${from.path} could not be copied`,
      Buffer.concat(complaints).toString().trim(),
    );
  }
  await unpacked;
}

async function* nothing(): AsyncGenerator<Uint8Array> {
  // A command without input.
}

function failed(what: string, why: string): ClusterError {
  return new ClusterError(why === '' ? what : `${what}: ${why}`, '');
}
