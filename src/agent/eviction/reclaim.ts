import type { Logger } from '../../base/logger.ts';
import type { Pod } from '../../api/types.ts';
import { containersOf, instancesByName } from '../pods/identity.ts';
import { isTerminal } from '../pods/podLife.ts';
import type { PodRecords } from '../pods/podRecords.ts';
import type { RuntimeView } from '../pods/runtimeView.ts';
import type { ImageService, ImageStatus, Runtime, RuntimeContainer } from '../runtime/contract.ts';

export interface ReclaimOptions {
  readonly runtime: Pick<Runtime, 'removeContainer'> & {
    readonly images: Pick<ImageService, 'list' | 'status' | 'remove'>;
  };
  readonly view: Pick<RuntimeView, 'uids' | 'forPod' | 'refresh'>;
  readonly records: Pick<PodRecords, 'all' | 'pods'>;
  readonly logger: Logger;
}

/**
 * Frees space on the disk without ending a pod (eviction `reclaimNodeLevelResources`). It removes containers that will
 * not run again, then images that nothing uses. It skips what cannot be removed.
 */
export async function reclaimDisk(options: ReclaimOptions): Promise<void> {
  await removeDeadContainers(options);
  await removeUnusedImages(options);
}

async function removeDeadContainers({ runtime, view, records, logger }: ReclaimOptions): Promise<void> {
  for (const { identity, life, ending } of records.all()) {
    const isOver = ending.stage === 'terminated' || (life.pod !== undefined && isTerminal(life.pod));
    const sandboxes = view.forPod(identity.uid);
    // The newest container of each name is kept while its pod lives: it tells how the last run ended.
    const dead = [...instancesByName(sandboxes).values()]
      .flatMap((instances) => (isOver ? instances : instances.slice(1)))
      .filter(({ state }) => state === 'exited');
    if (dead.length === 0) continue;
    for (const { id } of dead) await runtime.removeContainer(id).catch(noted(logger, 'container', id));
    for (const { id } of sandboxes) await view.refresh(id).catch(noted(logger, 'sandbox', id));
  }
}

async function removeUnusedImages({ runtime, view, records, logger }: ReclaimOptions): Promise<void> {
  const { images } = runtime;
  const there = view.uids().flatMap((uid) => view.forPod(uid).flatMap(({ containers }) => containers));
  // An image may just have been pulled for a pod that is about to start.
  const named = await Promise.all(
    namedImages(records.pods()).map((reference) => images.status(reference).catch(() => undefined)),
  );
  const wanted = new Set(named.flatMap((image) => (image === undefined ? [] : [image.id])));
  for (const image of unusedImages(await images.list(), there, wanted)) {
    // Removed by its id, which also removes its names.
    await images.remove(image.id).catch(noted(logger, 'image', image.id));
    logger.info('image removed for want of room', { image: image.tags[0] ?? image.id });
  }
}

function namedImages(pods: readonly Pod[]): readonly string[] {
  const names = pods
    .filter((pod) => !isTerminal(pod))
    .flatMap((pod) => [
      ...containersOf(pod).map(({ container }) => container.image),
      ...(pod.spec.volumes ?? []).map(({ image }) => image?.reference),
    ]);
  return [...new Set(names.flatMap((name) => (name === undefined || name === '' ? [] : [name])))];
}

/** Images that no container uses and no pod wants, without those that the runtime keeps for itself. Pure. */
export function unusedImages(
  images: readonly ImageStatus[],
  containers: readonly RuntimeContainer[],
  wanted: ReadonlySet<string>,
): readonly ImageStatus[] {
  const used = new Set(containers.flatMap(({ image, imageId }) => [image, imageId]));
  return images.filter(
    ({ id, tags, digests, isPinned }) =>
      isPinned !== true && !wanted.has(id) && ![id, ...tags, ...digests].some((name) => used.has(name)),
  );
}

const noted =
  (logger: Logger, kind: string, name: string) =>
  (error: unknown): void =>
    logger.warn('not removed for want of room', { [kind]: name, error });
