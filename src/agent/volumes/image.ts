import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type AgentPaths, podDirectory } from '../paths.ts';
import { mountPointsBelow } from './mounts.ts';
import { NOTHING_TO_CLOSE, type VolumeOptions, type VolumePlugin } from './contract.ts';

const imageVolumesOf = (paths: AgentPaths, pod: string): string =>
  join(podDirectory(paths, pod), 'volumes', 'kubernetes.io~image');

/** The place of an image's files. They come with the first container that wants them: hooks/imageVolumes.ts. */
export function imagePlugin({ paths }: Pick<VolumeOptions, 'paths'>): VolumePlugin {
  return {
    type: 'image',
    async setUp(pod, { name }) {
      const hostPath = join(imageVolumesOf(paths, pod.metadata.uid), name);
      await mkdir(hostPath, { recursive: true });
      return { hostPath, isReadOnly: true, isOfNode: true, close: NOTHING_TO_CLOSE };
    },
  };
}

/** Takes the images of a pod down, those of an agent's earlier life too. */
export async function unmountImages(
  { paths, images }: Pick<VolumeOptions, 'paths' | 'images'>,
  pod: string,
): Promise<void> {
  for (const point of await mountPointsBelow(imageVolumesOf(paths, pod))) await images.unmount(point);
}
