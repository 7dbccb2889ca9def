import type { KubeObject } from '../../api/meta.ts';
import type { KindViews, Look } from './kindView.ts';

interface Volume extends KubeObject {
  readonly spec?: {
    readonly capacity?: { readonly storage?: string };
    readonly claimRef?: { readonly namespace?: string; readonly name?: string };
    readonly resources?: { readonly requests?: { readonly storage?: string } };
  };
  readonly status?: { readonly phase?: string; readonly capacity?: { readonly storage?: string } };
}

interface StorageClass extends KubeObject {
  readonly provisioner?: string;
}

const DEFAULT_CLASS = 'storageclass.kubernetes.io/is-default-class';

export const storageViews: KindViews = {
  persistentvolumeclaims: { category: 'storage', icon: 'archive', look: lookOfVolume },
  persistentvolumes: { category: 'storage', icon: 'save', look: lookOfVolume },
  'storageclasses.storage.k8s.io': {
    category: 'storage',
    icon: 'symbol-class',
    look: (object) => {
      const isDefault = object.metadata.annotations?.[DEFAULT_CLASS] === 'true';
      return { description: `${(object as StorageClass).provisioner ?? ''}${isDefault ? ', default' : ''}` };
    },
  },
};

function lookOfVolume(object: KubeObject): Look {
  const { spec = {}, status = {} } = object as Volume;
  const phase = status.phase ?? 'Pending';
  const size = status.capacity?.storage ?? spec.capacity?.storage ?? spec.resources?.requests?.storage ?? '';
  const claim =
    spec.claimRef === undefined ? '' : `, ${spec.claimRef.namespace ?? ''}/${spec.claimRef.name ?? ''}`;
  return {
    description: `${phase} ${size}${claim}`.trim(),
    health: phase === 'Pending' ? 'busy' : phase === 'Lost' || phase === 'Failed' ? 'bad' : 'good',
  };
}
