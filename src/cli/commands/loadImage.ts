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
      await clusters.loadImage(
        cluster,
        () => (isFile ? readChunks(image) : saveImage(image)),
        progress,
        signal,
      );
      print(`Image ${image} is on all nodes of ${cluster}.`);
    });
};
