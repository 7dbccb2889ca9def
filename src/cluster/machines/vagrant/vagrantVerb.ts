import type { Machine, Progress } from '../contract.ts';
import { requireDeclared, type VagrantContext } from './context.ts';

/** Verbs of two words. */
const GROUPS = ['snapshot'];

/** `vagrant VERB NAME OPTION…` on a machine that is there. */
export async function vagrantVerb(
  context: VagrantContext,
  { cluster, name }: Machine,
  words: readonly string[],
  signal: AbortSignal,
  progress?: Progress,
): Promise<void> {
  const { folder } = await requireDeclared(context, cluster);
  const length = GROUPS.includes(words[0] ?? '') ? 2 : 1;
  const verb = words.slice(0, length);
  await context.vagrant.run({
    args: [...verb, name, ...words.slice(length)],
    folder: folder.folder,
    signal,
    machine: name,
    failure: `vagrant ${verb.join(' ')} of machine ${name} failed`,
    log: folder.node(name).log,
    ...(progress === undefined ? {} : { progress }),
  });
}
