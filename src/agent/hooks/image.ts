import { fieldPathOf } from '../pods/identity.ts';
import type { ContainerHook } from './contract.ts';
import type { ImagePuller } from './imagePuller.ts';

/** Makes the container's image present. */
export function imageHook(puller: ImagePuller): ContainerHook {
  return {
    name: 'image',
    async apply({ pod, container, signal }, draft) {
      const { image = '', imagePullPolicy: policy } = container;
      draft.image = await puller({ pod, image, policy, fieldPath: fieldPathOf(pod, container.name), signal });
      draft.config.image = draft.image.id;
    },
  };
}
