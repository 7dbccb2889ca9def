import { setPodDefaults, setPodSpecDefaults } from '../../podSpec/defaults.ts';
import { defineKind, type Kind } from '../../kind.ts';
import type { Draft } from '../../meta.ts';
import { mergeLabelKeys } from '../../podSpec/labelKeys.ts';
import { qosClassOf } from '../../podSpec/qos.ts';
import { pods } from '../../resources.ts';
import { builtIn } from '../../schema/builtIn/builtIn.ts';
import type { Pod } from '../../types.ts';
import { validateEphemeralContainersUpdate } from './ephemeralContainersValidation.ts';
import { validatePod } from './validation.ts';
import { validatePodResize } from './resizeValidation.ts';
import { validatePodStatusUpdate } from './statusValidation.ts';
import { validatePodUpdate } from './updateValidation.ts';
import { podColumns } from './columns.ts';
import { podWarnings } from '../../podSpec/warnings/index.ts';

const proxyVerbs = ['create', 'delete', 'get', 'patch', 'update'];

export const pod: Kind = defineKind<Pod>({
  resource: pods,
  schema: builtIn('V1Pod'),
  shortNames: ['po'],
  categories: ['all'],
  hasGeneration: true,
  setDefaults(draft) {
    const incomplete: Partial<Draft<Pod>> = draft;
    incomplete.spec ??= { containers: [] };
    setPodSpecDefaults(draft.spec);
    setPodDefaults(draft.spec);
  },
  prepareForCreate(draft) {
    mergeLabelKeys(draft);
    draft.status = { phase: 'Pending', qosClass: qosClassOf(draft.spec) };
    if ((draft.spec.schedulingGates ?? []).length > 0) {
      draft.status.conditions = [
        {
          type: 'PodScheduled',
          status: 'False',
          reason: 'SchedulingGated',
          message: 'Scheduling is blocked due to non-empty scheduling gates',
        },
      ];
    }
  },
  validate: validatePod,
  validateUpdate: validatePodUpdate,
  status: {
    prepareForUpdate(draft, old) {
      // What it is and whose it is are not the kubelet's to say. What is kept is shared with the old object.
      draft.spec = old.spec as Draft<Pod>['spec'];
      keepMetadata(draft, old, 'deletionTimestamp');
      keepMetadata(draft, old, 'ownerReferences');
      draft.status ??= {};
      agreeOnAddress(draft.status);
      draft.status.qosClass = old.status?.qosClass ?? qosClassOf(old.spec);
    },
    validateUpdate: validatePodStatusUpdate,
  },
  subresources: [
    { name: 'log', kind: 'Pod', verbs: ['get'] },
    { name: 'exec', kind: 'PodExecOptions', verbs: ['create', 'get'] },
    { name: 'attach', kind: 'PodAttachOptions', verbs: ['create', 'get'] },
    { name: 'portforward', kind: 'PodPortForwardOptions', verbs: ['create', 'get'] },
    { name: 'proxy', kind: 'PodProxyOptions', verbs: proxyVerbs },
    {
      name: 'ephemeralcontainers',
      kind: 'Pod',
      schema: builtIn('V1Pod'),
      verbs: ['get', 'patch', 'update'],
      part: {
        prepareForUpdate(draft, old) {
          const { ephemeralContainers } = draft.spec;
          const { ephemeralContainers: _, ...spec } = old.spec as Draft<Pod>['spec'];
          draft.spec = { ...spec, ...(ephemeralContainers === undefined ? {} : { ephemeralContainers }) };
        },
        validateUpdate: validateEphemeralContainersUpdate,
      },
    },
    {
      name: 'resize',
      kind: 'Pod',
      schema: builtIn('V1Pod'),
      verbs: ['get', 'patch', 'update'],
      part: { prepareForUpdate: keepAllButResources, validateUpdate: validatePodResize },
    },
    { name: 'binding', kind: 'Binding', schema: builtIn('V1Binding'), verbs: ['create'] },
    {
      name: 'eviction',
      kind: 'Eviction',
      group: 'policy',
      version: 'v1',
      schema: builtIn('V1Eviction'),
      verbs: ['create'],
    },
  ],
  returnsDeleted: true,
  gracePeriodSeconds: graceOf,
  selectableFields: (object) => ({
    'spec.nodeName': object.spec.nodeName ?? '',
    'spec.restartPolicy': object.spec.restartPolicy ?? '',
    'spec.schedulerName': object.spec.schedulerName ?? '',
    'spec.serviceAccountName': object.spec.serviceAccountName ?? '',
    'spec.hostNetwork': String(object.spec.hostNetwork ?? false),
    'status.phase': object.status?.phase ?? '',
    'status.podIP': object.status?.podIP ?? '',
    'status.nominatedNodeName': object.status?.nominatedNodeName ?? '',
  }),
  // People change pods through their owners: upstream warns of new ones alone.
  warnings: (object, old) => (old === undefined ? podWarnings(object.metadata, object.spec) : []),
  columns: podColumns,
});

/** Where they differ, `podIP` counts and not the first of `podIPs` (core/v1 `conversion.go`). */
function agreeOnAddress(status: NonNullable<Draft<Pod>['status']>): void {
  const { podIP = '', podIPs = [] } = status;
  const first = podIPs[0]?.ip ?? '';
  if (podIP === '' && first !== '') status.podIP = first;
  else if (podIP !== first) status.podIPs = [{ ip: podIP }];
}

/**
 * The grace of a deletion (core/pod strategy `CheckGracefulDelete`): what was asked for, else the pod's own; none
 * where nothing runs that could end: not on a node, or ended already. A negative one means at once, after 1 s.
 */
function graceOf(object: Pod, requested: number | undefined): number {
  const period = requested ?? object.spec.terminationGracePeriodSeconds ?? 0;
  const phase = object.status?.phase;
  if ((object.spec.nodeName ?? '') === '' || phase === 'Succeeded' || phase === 'Failed') return 0;
  return period < 0 ? 1 : period;
}

/** Containers that were added, removed or renamed stay as they came: validation says so. */
function keepAllButResources(draft: Draft<Pod>, old: Pod): void {
  const { containers = [], initContainers } = draft.spec as Partial<Draft<Pod>['spec']>;
  const before = old.spec as Draft<Pod>['spec'];
  const spec = { ...before, containers: withResourcesOf(containers, before.containers) };
  if (initContainers !== undefined || before.initContainers !== undefined) {
    spec.initContainers = withResourcesOf(initContainers ?? [], before.initContainers ?? []);
  }
  draft.spec = spec;
}

type Containers = Draft<Pod>['spec']['containers'];

function withResourcesOf(now: Containers, before: Containers): Containers {
  if (now.length !== before.length || now.some(({ name }, i) => name !== before[i]?.name)) return now;
  return before.map((container, i) => {
    const { resources: _, resizePolicy: __, ...rest } = container;
    const { resources, resizePolicy } = now[i] ?? {};
    return {
      ...rest,
      ...(resources === undefined ? {} : { resources }),
      ...(resizePolicy === undefined ? {} : { resizePolicy }),
    };
  });
}

function keepMetadata(draft: Draft<Pod>, old: Pod, name: keyof Pod['metadata']): void {
  if (old.metadata[name] === undefined) Reflect.deleteProperty(draft.metadata, name);
  else Reflect.set(draft.metadata, name, old.metadata[name]);
}
