import type { DaemonSet, Node, Pod } from '../../api/types.ts';
import { REVISION_HASH } from '../history/revisions.ts';
import { isPodAvailable, isPodReady } from '../pods.ts';
import { type Fitness, targetNode } from './daemonPod.ts';

export interface Situation {
  readonly set: DaemonSet;
  readonly nodes: readonly Node[];
  readonly fitness: (node: Node) => Fitness;
  /** All that the set owns. */
  readonly pods: readonly Pod[];
  /** The hash of the current template. */
  readonly hash: string;
  readonly now: number;
}

/** The next actions. */
export interface Plan {
  /** Names of nodes that get a pod. */
  readonly create: readonly string[];
  readonly remove: readonly Pod[];
  /** Pods that have ended, by how: they are deleted, and their nodes get others. */
  readonly ended: readonly {
    readonly pod: Pod;
    readonly node: string;
    readonly how: 'failed' | 'succeeded';
  }[];
}

interface Place {
  readonly node: Node;
  readonly fitness: Fitness;
  readonly pods: readonly Pod[];
}

const isGoing = (pod: Pod): boolean => pod.metadata.deletionTimestamp !== undefined;

/** The nodes with the pods that are on them or meant for them; pods of nodes that are gone apart. */
function placesOf({ nodes, fitness, pods }: Situation): {
  places: readonly Place[];
  homeless: readonly Pod[];
} {
  const byNode = new Map<string, Pod[]>();
  for (const pod of pods) {
    const name = targetNode(pod) ?? '';
    const known = byNode.get(name);
    if (known === undefined) byNode.set(name, [pod]);
    else known.push(pod);
  }
  const places = nodes.map((node) => {
    const found = byNode.get(node.metadata.name) ?? [];
    byNode.delete(node.metadata.name);
    return { node, fitness: fitness(node), pods: found };
  });
  const homeless = [...byNode.values()]
    .flat()
    .filter((pod) => (pod.spec.nodeName ?? '') === '' && !isGoing(pod));
  return { places, homeless };
}

/** The rules of `pkg/controller/daemon`: one pod on each node that is fit, none elsewhere, then the update. */
export function planDaemons(situation: Situation): Plan {
  const { places, homeless } = placesOf(situation);
  const create: string[] = [];
  const remove: Pod[] = [...homeless];
  const ended: Plan['ended'][number][] = [];
  const surges = surgeOf(situation.set, 1) > 0;
  for (const { node, fitness, pods } of places) {
    if (fitness.run && pods.length === 0) {
      create.push(node.metadata.name);
    } else if (fitness.stay) {
      const running: Pod[] = [];
      for (const pod of pods) {
        if (isGoing(pod)) continue;
        const phase = pod.status?.phase;
        if (phase === 'Failed') ended.push({ pod, node: node.metadata.name, how: 'failed' });
        else if (phase === 'Succeeded') ended.push({ pod, node: node.metadata.name, how: 'succeeded' });
        else running.push(pod);
      }
      remove.push(...excess(running, surges, situation));
    } else {
      remove.push(...pods.filter((pod) => !isGoing(pod)));
    }
  }
  const settled = create.length + remove.length + ended.length === 0;
  if (!settled || situation.set.spec.updateStrategy?.type !== 'RollingUpdate')
    return { create, remove, ended };
  return { ...planUpdate(situation, places), ended };
}

/** More than one pod on a node: the oldest stays, and while a surge goes on a new one beside it. */
function excess(running: readonly Pod[], surges: boolean, situation: Situation): readonly Pod[] {
  if (running.length <= 1) return [];
  const sorted = running.toSorted(
    (a, b) =>
      Number((b.spec.nodeName ?? '') !== '') - Number((a.spec.nodeName ?? '') !== '') ||
      compare(a.metadata.creationTimestamp, b.metadata.creationTimestamp) ||
      compare(a.metadata.name, b.metadata.name),
  );
  if (!surges) return sorted.slice(1);
  const fresh = sorted.find((pod) => isCurrent(pod, situation));
  const old = sorted.find((pod) => !isCurrent(pod, situation));
  const keep = new Set<Pod | undefined>([fresh]);
  // The old one bears the load until the new one is available.
  const bears = old !== undefined && isPodReady(old) && fresh !== undefined && !isAvailable(fresh, situation);
  if (bears || fresh === undefined) keep.add(old);
  return sorted.filter((pod) => !keep.has(pod));
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export const isCurrent = (pod: Pod, { hash }: Pick<Situation, 'hash'>): boolean =>
  pod.metadata.labels?.[REVISION_HASH] === hash;

export const isAvailable = (pod: Pod, { set, now }: Pick<Situation, 'set' | 'now'>): boolean =>
  isPodAvailable(pod, set.spec.minReadySeconds ?? 0, now);

/** The update's pods of one node; undefined where there are several of a kind, which the next round settles. */
function versions(pods: readonly Pod[], situation: Situation): { old?: Pod; fresh?: Pod } | undefined {
  const found: { old?: Pod; fresh?: Pod } = {};
  for (const pod of pods) {
    if (isGoing(pod)) continue;
    const which = isCurrent(pod, situation) ? 'fresh' : 'old';
    if (found[which] !== undefined) return undefined;
    found[which] = pod;
  }
  return found;
}

function planUpdate(situation: Situation, places: readonly Place[]): Pick<Plan, 'create' | 'remove'> {
  const fit = places.filter(({ fitness }) => fitness.run).length;
  const surge = surgeOf(situation.set, fit);
  const unavailable = unavailableOf(situation.set, fit);
  if (surge === 0) return replace(situation, places, unavailable === 0 && fit > 0 ? 1 : unavailable);
  return surgeOnto(situation, places, surge);
}

/** Old pods go, as many as may be missing; one that does not work already costs nothing. */
function replace(
  situation: Situation,
  places: readonly Place[],
  allowed: number,
): Pick<Plan, 'create' | 'remove'> {
  let missing = 0;
  const broken: Pod[] = [];
  const candidates: Pod[] = [];
  for (const { pods, fitness } of places) {
    if (pods.length === 0 && !fitness.run) continue;
    const found = versions(pods, situation);
    if (found === undefined) missing += 1;
    else if (found.old !== undefined && found.fresh === undefined) {
      (isAvailable(found.old, situation) ? candidates : broken).push(found.old);
    } else if (found.old !== undefined || found.fresh === undefined || !isAvailable(found.fresh, situation)) {
      missing += 1;
    }
  }
  return { create: [], remove: [...broken, ...candidates.slice(0, Math.max(0, allowed - missing))] };
}

/** New pods come beside old ones, as many as may be more; an old one goes when its new one is available. */
function surgeOnto(
  situation: Situation,
  places: readonly Place[],
  allowed: number,
): Pick<Plan, 'create' | 'remove'> {
  let surging = 0;
  const remove: Pod[] = [];
  const needed: string[] = [];
  const candidates: string[] = [];
  for (const { node, pods } of places) {
    const found = versions(pods, situation);
    if (found === undefined) surging += 1;
    else if (found.old !== undefined && found.fresh === undefined) {
      (isAvailable(found.old, situation) ? candidates : needed).push(node.metadata.name);
    } else if (found.old !== undefined && found.fresh !== undefined) {
      if (isAvailable(found.fresh, situation)) remove.push(found.old);
      else surging += 1;
    }
  }
  return { create: [...needed, ...candidates.slice(0, Math.max(0, allowed - surging))], remove };
}

const surgeOf = (set: DaemonSet, nodes: number): number =>
  shareOf(set.spec.updateStrategy?.rollingUpdate?.maxSurge ?? 0, nodes);
const unavailableOf = (set: DaemonSet, nodes: number): number =>
  shareOf(set.spec.updateStrategy?.rollingUpdate?.maxUnavailable ?? 1, nodes);

/** Percentages are rounded up. */
const shareOf = (value: number | string, of: number): number =>
  typeof value === 'string' ? Math.ceil((Number.parseInt(value, 10) * of) / 100) : value;
