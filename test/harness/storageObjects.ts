import type { PersistentVolume, PersistentVolumeClaim, StorageClass } from '../../src/api/types.ts';

interface Parts {
  readonly metadata?: object;
  readonly spec?: object;
  readonly status?: object;
}

/** A claim of 5 GiB that waits. */
export const makeClaim = (name: string, { metadata, spec, status }: Parts = {}): PersistentVolumeClaim =>
  ({
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace: 'default', uid: `uid-${name}`, resourceVersion: '1', ...metadata },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '5Gi' } }, ...spec },
    status: { phase: 'Pending', ...status },
  }) as unknown as PersistentVolumeClaim;

/** The same, bound to a volume. */
export const boundClaim = (name: string, volumeName: string, spec: object = {}): PersistentVolumeClaim =>
  makeClaim(name, {
    metadata: { annotations: { 'pv.kubernetes.io/bind-completed': 'yes' } },
    spec: { volumeName, ...spec },
    status: { phase: 'Bound' },
  });

/** A volume of 5 GiB that nobody has. */
export const makeVolume = (name: string, { metadata, spec, status }: Parts = {}): PersistentVolume =>
  ({
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name, uid: `uid-${name}`, resourceVersion: '1', ...metadata },
    spec: {
      accessModes: ['ReadWriteOnce', 'ReadOnlyMany'],
      capacity: { storage: '5Gi' },
      ...spec,
    },
    status: { phase: 'Available', ...status },
  }) as unknown as PersistentVolume;

/** Of a volume that only one node reaches. */
export const onNode = (name: string): object => ({
  nodeAffinity: {
    required: {
      nodeSelectorTerms: [
        { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: [name] }] },
      ],
    },
  },
});

export const makeClass = (name: string, more: object = {}): StorageClass =>
  ({
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name, uid: `uid-${name}`, creationTimestamp: '2026-01-01T00:00:00Z' },
    provisioner: 'p.example',
    volumeBindingMode: 'WaitForFirstConsumer',
    ...more,
  }) as unknown as StorageClass;
