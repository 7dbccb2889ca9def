import { ClusterError } from '../../cluster/errors.ts';
import { fileExists, readChunks } from '../../host/files.ts';
import type { CliCommand } from '../command.ts';

export const loadImage: CliCommand = (program, { clusters, progress, signal, print, saveImage }) => {
  program
    .command('load-image')
    .description(
      'bring an image to all nodes: a tar file (docker save), or an image of the local Docker Engine',
    )
    .argument('<cluster>')
    .argument('<image>', 'a tar file or an image reference')
    .action(async (cluster: string, image: string) => {
      const isFile = await fileExists(image);
      if (!isFile && looksLikeFile(image)) {
        throw new ClusterError(
          `there is no file ${image}`,
          'Name a tar file (docker save), or an image such as app:1.',
        );
      }
      await clusters.loadImage(
        cluster,
        () => (isFile ? readChunks(image) : saveImage(image)),
        progress,
        signal,
      );
      print(`Image ${image} is on all nodes of ${cluster}.`);
    });
};

/** References have no endings of archives, and begin with neither a dot, a slash nor a drive. */
function looksLikeFile(text: string): boolean {
  return /\.(tar|tar\.gz|tgz|tar\.zst|oci)$/i.test(text) || /^([./~\\]|[a-z]:[\\/])/i.test(text);
}
