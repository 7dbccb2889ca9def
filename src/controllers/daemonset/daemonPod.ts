import { cloneJson } from '../../api/clone.ts';
import { matchesRequired } from '../../api/nodeSelector.ts';
import { untolerated } from '../../api/tolerations.ts';
import type { DaemonSet, Node, Pod, Toleration } from '../../api/types.ts';
import type { NewObject } from '../../client/contract.ts';
import { REVISION_HASH } from '../history/revisions.ts';
import { podFromTemplate } from '../podFromTemplate.ts';

const GENERATION_ANNOTATION = 'deprecated.daemonset.template.generation';
const GENERATION_LABEL = 'pod-template-generation';

const tolerating = (name: string, effect: string): Toleration => ({
  key: `node.kubernetes.io/${name}`,
  operator: 'Exists',
  effect,
});
/**
 * The taints that a node's daemon pods tolerate: they stay on a node that has problems
 * (`AddOrUpdateDaemonPodTolerations`).
 */
const TOLERATIONS: readonly Toleration[] = [
  tolerating('not-ready', 'NoExecute'),
  tolerating('unreachable', 'NoExecute'),
  tolerating('disk-pressure', 'NoSchedule'),
  tolerating('memory-pressure', 'NoSchedule'),
  tolerating('pid-pressure', 'NoSchedule'),
  tolerating('unschedulable', 'NoSchedule'),
];
const HOST_NETWORK_TOLERATION = tolerating('network-unavailable', 'NoSchedule');

function tolerationsOf(set: DaemonSet): readonly Toleration[] {
  const own = set.spec.template.spec?.tolerations ?? [];
  const added =
    set.spec.template.spec?.hostNetwork === true ? [...TOLERATIONS, HOST_NETWORK_TOLERATION] : TOLERATIONS;
  const has = (one: Toleration): boolean =>
    own.some(
      ({ key, operator, effect }) => key === one.key && operator === one.operator && effect === one.effect,
    );
  return [...own, ...added.filter((one) => !has(one))];
}

/** A pod that only one node may take; the scheduler binds it (`ReplaceDaemonSetPodNodeNameNodeAffinity`). */
export function daemonPod(set: DaemonSet, node: string, hash: string): NewObject<Pod> {
  const pod = podFromTemplate(set, set.spec.template);
  const generation = set.metadata.annotations?.[GENERATION_ANNOTATION];
  pod.metadata.generateName = `${set.metadata.name}-`;
  pod.metadata.labels = {
    ...pod.metadata.labels,
    [REVISION_HASH]: hash,
    ...(generation === undefined ? {} : { [GENERATION_LABEL]: generation }),
  };
  pod.spec.tolerations = tolerationsOf(set).map((toleration) => ({ ...toleration }));
  const matchFields = [{ key: 'metadata.name', operator: 'In', values: [node] }];
  const affinity = (pod.spec.affinity ??= {});
  const nodeAffinity = (affinity.nodeAffinity ??= {});
  const terms = nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms ?? [{}];
  nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution = {
    nodeSelectorTerms: terms.map((term) => ({ ...cloneJson(term), matchFields })),
  };
  return pod;
}

/** The node that a pod is on, or that its affinity names (`GetTargetNodeName`); undefined for none. */
export function targetNode(pod: Pod): string | undefined {
  const { nodeName = '', affinity } = pod.spec;
  if (nodeName !== '') return nodeName;
  const terms = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  for (const { matchFields } of terms ?? []) {
    const [field, ...others] = matchFields ?? [];
    if (field === undefined || others.length > 0) continue;
    const { key, operator, values = [] } = field;
    if (key === 'metadata.name' && operator === 'In' && values.length === 1) return values[0];
  }
  return undefined;
}

/** Whether a node should get a pod of the set, and whether one that is there may stay. */
export interface Fitness {
  readonly run: boolean;
  readonly stay: boolean;
}

const NEITHER: Fitness = { run: false, stay: false };
const BOTH: Fitness = { run: true, stay: true };
const STAY: Fitness = { run: false, stay: true };

/** `NodeShouldRunDaemonPod`: name, selector and affinity, and the taints that the set does not tolerate. */
export function fitnessOf(set: DaemonSet): (node: Node) => Fitness {
  const { spec } = set.spec.template;
  const name = spec?.nodeName ?? '';
  const tolerations = tolerationsOf(set);
  return (node) => {
    if (name !== '' && name !== node.metadata.name) return NEITHER;
    if (spec !== undefined && !matchesRequired({ spec }, node)) return NEITHER;
    const { taints } = node.spec;
    if (untolerated(taints, tolerations, ['NoExecute']) !== undefined) return NEITHER;
    return untolerated(taints, tolerations, ['NoSchedule']) === undefined ? BOTH : STAY;
  };
}
