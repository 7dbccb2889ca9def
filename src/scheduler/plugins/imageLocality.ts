import type { Pod } from '../../api/types.ts';
import type { Plugin, PluginContext } from '../framework.ts';

const MB = 1024 * 1024;
/** Below it an image counts nothing, above it (per container) no more (`plugins/imagelocality`). */
const MIN_BYTES = 23 * MB;
const MAX_CONTAINER_BYTES = 1000 * MB;
const KEY = 'ImageLocality';

/** Nodes that have the pod's images already are better, the more of them the rarer the image. */
export function imageLocality({ snapshot }: PluginContext): Plugin {
  return {
    name: 'ImageLocality',
    preScore(state, pod) {
      const images = imagesOf(pod);
      const known = images.filter((image) => snapshot.nodesWithImage(image) > 0);
      if (known.length === 0) return { code: 'Skip', reasons: [] };
      const nodes = snapshot.nodes.length;
      const spread = known.map((image) => [image, snapshot.nodesWithImage(image) / nodes] as const);
      state.write(KEY, { spread, containers: images.length } satisfies PreScore);
      return undefined;
    },
    score(state, _pod, info) {
      const prepared = state.read<PreScore>(KEY);
      if (prepared === undefined) return 0;
      let sum = 0;
      for (const [image, share] of prepared.spread) {
        sum += Math.trunc((info.images.get(image) ?? 0) * share);
      }
      const max = MAX_CONTAINER_BYTES * prepared.containers;
      const bytes = Math.min(Math.max(sum, MIN_BYTES), max);
      return Math.trunc((100 * (bytes - MIN_BYTES)) / (max - MIN_BYTES));
    },
  };
}

interface PreScore {
  /** Images that some node has, with the share of nodes that have them. */
  readonly spread: readonly (readonly [image: string, share: number])[];
  readonly containers: number;
}

function imagesOf(pod: Pod): readonly string[] {
  return [...pod.spec.containers, ...(pod.spec.initContainers ?? [])].map(({ image = '' }) => withTag(image));
}

/** Nodes report names with a tag: `busybox` is there as `busybox:latest`. */
function withTag(image: string): string {
  return image.lastIndexOf(':') <= image.lastIndexOf('/') ? `${image}:latest` : image;
}
