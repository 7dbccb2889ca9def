import { ownProperty } from '../../base/ownProperty.ts';
import { persistentVolumeClaims, persistentVolumes } from '../../api/resources.ts';
import { claimsOf } from '../../api/volumes/podClaims.ts';
import type { PersistentVolume } from '../../api/types.ts';
import type { Plugin, PluginContext, Status } from '../framework.ts';
import { usesClaim } from './claimEvents.ts';

const NAME = 'VolumeZone';
const LABELS = [
  'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region',
  'failure-domain.beta.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region',
];
const BETA = 'failure-domain.beta.kubernetes.io/';
const STABLE = 'topology.kubernetes.io/';
const CONFLICT: Status = {
  code: 'UnschedulableAndUnresolvable',
  reasons: ['node(s) had no available volume zone'],
  plugin: NAME,
};

interface Zone {
  readonly label: string;
  readonly values: ReadonlySet<string>;
}

/** Keeps pods to the zones that their volumes are labelled with (`plugins/volumezone`). */
export function volumeZone({ informers }: PluginContext): Plugin {
  const claims = informers.for(persistentVolumeClaims);
  const volumes = informers.for(persistentVolumes);
  return {
    name: NAME,
    preFilter(state, pod) {
      const zones = claimsOf(pod).flatMap(({ name }) => {
        const claim = claims.get(pod.metadata.namespace, name);
        const volume = volumes.get(undefined, claim?.spec.volumeName ?? '');
        return volume === undefined ? [] : zonesOf(volume);
      });
      if (zones.length === 0) return { status: { code: 'Skip', reasons: [] } };
      state.write(NAME, zones);
      return undefined;
    },
    filter(state, _pod, { node }) {
      const { labels } = node.metadata;
      const fits = state.read<readonly Zone[]>(NAME)?.every(({ label, values }) => {
        const value = ownProperty(labels, label) ?? ownProperty(labels, label.replace(BETA, STABLE));
        return value !== undefined && values.has(value);
      });
      return fits === false ? CONFLICT : undefined;
    },
    events: () => [
      { event: { resource: 'PersistentVolumeClaim', actions: ['Add', 'Update'] }, hint: usesClaim },
      { event: { resource: 'PersistentVolume', actions: ['Add', 'Update'] } },
      { event: { resource: 'StorageClass', actions: ['Add'] } },
      { event: { resource: 'Node', actions: ['Add', 'UpdateLabels'] } },
    ],
  };
}

/** A volume may be in several zones: `a__b`. */
function zonesOf({ metadata }: PersistentVolume): Zone[] {
  return LABELS.flatMap((label) => {
    const value = ownProperty(metadata.labels, label);
    return value === undefined ? [] : [{ label, values: new Set(value.split('__')) }];
  });
}
