import type { ImageService } from '../runtime/contract.ts';
import { mountPointsBelow } from '../volumes/mounts.ts';
import type { VolumeManager } from '../volumes/volumeManager.ts';
import { type ContainerHook, ContainerStartError, RETRY_MS } from './contract.ts';
import type { ImagePuller } from './imagePuller.ts';

/**
 * Mounts the images that the container has among its volumes, each once a pod (KEP-4639). One that cannot be pulled is told
 * of as the container's own would be. containerd 1.7 takes no images among a container's mounts: it mounts them for us.
 */
export function imageVolumesHook(
  images: Pick<ImageService, 'mount'>,
  puller: ImagePuller,
  volumes: Pick<VolumeManager, 'find'>,
): ContainerHook {
  return {
    name: 'imageVolumes',
    async apply({ pod, container, signal }) {
      const used = new Set(container.volumeMounts?.map(({ name }) => name));
      for (const { name, image } of pod.spec.volumes ?? []) {
        const directory = volumes.find(pod.metadata.uid, name)?.hostPath;
        if (image === undefined || directory === undefined || !used.has(name)) continue;
        if ((await mountPointsBelow(directory)).includes(directory)) continue;
        const { id } = await puller({
          pod,
          image: image.reference ?? '',
          policy: image.pullPolicy,
          signal,
        });
        await images.mount(id, directory).catch((error: unknown) => {
          const text = error instanceof Error ? error.message : String(error);
          throw new ContainerStartError('ErrImageVolumeMountFailed', text, RETRY_MS);
        });
      }
    },
  };
}
