import { type ImageService, type ImageStatus, RuntimeError } from '../contract.ts';
import type { ImageMounts } from './imageMounts.ts';
import type { CriConnection } from './criConnection.ts';
import type { CriImage } from './criTypes.ts';

/** A pull has no natural end; an hour is beyond any that makes progress. */
const PULL_TIMEOUT_MS = 3_600_000;

export function criImages(connection: CriConnection, mounts: ImageMounts): ImageService {
  return {
    ...mounts,
    async status(reference) {
      const { image } = await connection.call<{ image: CriImage | null }>('ImageStatus', {
        image: { image: reference },
      });
      return image === null ? undefined : imageStatus(image);
    },
    async pull(reference, auth, signal) {
      const { ref } = await connection.call<{ ref: string }>(
        'PullImage',
        { image: { image: reference }, ...(auth === undefined ? {} : { auth }) },
        { signal, timeoutMs: PULL_TIMEOUT_MS },
      );
      return ref;
    },
    async list() {
      const { images } = await connection.call<{ images: readonly CriImage[] }>('ListImages', {});
      return images.map(imageStatus);
    },
    async remove(reference) {
      try {
        await connection.call('RemoveImage', { image: { image: reference } });
      } catch (error) {
        if (!(error instanceof RuntimeError && error.code === 'notFound')) throw error;
      }
    },
  };
}

function imageStatus(image: CriImage): ImageStatus {
  return {
    id: image.id,
    tags: image.tags,
    digests: image.digests,
    sizeBytes: image.size,
    ...(image.uid === null ? {} : { uid: image.uid.value }),
    ...(image.pinned ? { isPinned: true as const } : {}),
    ...(image.username === '' ? {} : { username: image.username }),
  };
}
