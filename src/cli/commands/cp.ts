import type { NodePath } from '../../cluster/verbs/copyFiles.ts';
import type { CliCommand } from '../command.ts';

export const cp: CliCommand = (program, { clusters, progress, signal }) => {
  program
    .command('cp')
    .description('copy a file or folder to a node or from one: cp dev app.conf dev-1:/etc/')
    .argument('<cluster>')
    .argument('<from>', 'a path of this desktop, or NODE:PATH')
    .argument('<to>', 'NODE:PATH, or a path of this desktop')
    .action(async (cluster: string, from: string, to: string) => {
      const { nodes } = await clusters.profile(cluster);
      const names = nodes.map(({ name }) => name);
      await clusters.copy(cluster, placeOf(from, names), placeOf(to, names), progress, signal);
    });
};

/** A colon after what is no node's name is part of a path of this desktop, as in `C:\\x`. */
function placeOf(text: string, nodes: readonly string[]): string | NodePath {
  const node = nodes.find((name) => text.startsWith(`${name}:`));
  return node === undefined ? text : { node, path: text.slice(node.length + 1) || '.' };
}
