import {
  type FieldError,
  type FieldPath,
  forbiddenField,
  invalid,
  required,
} from '../../fields/fieldErrors.ts';
import { inRange, optionalOneOf, present } from '../../fields/rules.ts';
import type { Unchecked } from '../../fields/unchecked.ts';
import { csiDriverNameErrors } from '../../names/csiDriver.ts';
import { withoutBacksteps } from '../../podSpec/paths.ts';
import { HOST_PATH_TYPES } from '../../podSpec/volumes.ts';
import type { PersistentVolumeSpec } from '../../types.ts';

type Spec = Unchecked<PersistentVolumeSpec>;
type Check = (spec: Spec, path: FieldPath) => FieldError[];

/** Texts that a source cannot be without. */
const needs =
  (source: keyof Spec, ...names: readonly string[]): Check =>
  (spec, path) => {
    const given = spec[source] as Readonly<Record<string, string | undefined>>;
    return names.flatMap((name) => present(given[name], path.child(name)));
  };

const partition = (value: number | undefined, path: FieldPath): FieldError[] =>
  inRange(value ?? 0, 0, 255, path.child('partition'));

/** The checks of each kind of volume, in upstream's order. Nothing mounts those of clouds and old plugins. */
const CHECKS = {
  hostPath({ hostPath }, path) {
    const where = hostPath?.path ?? '';
    if (where === '') return [required(path.child('path'))];
    return [
      ...withoutBacksteps(where, path.child('path')),
      ...optionalOneOf(hostPath?.type, HOST_PATH_TYPES, path.child('type')),
    ];
  },
  gcePersistentDisk: (spec, path) => [
    ...needs('gcePersistentDisk', 'pdName')(spec, path),
    ...partition(spec.gcePersistentDisk?.partition, path),
  ],
  awsElasticBlockStore: (spec, path) => [
    ...needs('awsElasticBlockStore', 'volumeID')(spec, path),
    ...partition(spec.awsElasticBlockStore?.partition, path),
  ],
  glusterfs: needs('glusterfs', 'endpoints', 'path'),
  flocker: needs('flocker'),
  nfs: (spec, path) => [
    ...needs('nfs', 'server', 'path')(spec, path),
    ...absolute(spec.nfs?.path, path.child('path')),
  ],
  rbd: (spec, path) => [...monitors(spec.rbd, path), ...needs('rbd', 'image')(spec, path)],
  quobyte: needs('quobyte', 'registry', 'volume'),
  cephfs: (spec, path) => monitors(spec.cephfs, path),
  iscsi: needs('iscsi', 'targetPortal', 'iqn'),
  cinder: needs('cinder', 'volumeID'),
  fc: ({ fc }, path) =>
    (fc?.targetWWNs ?? []).length > 0 || (fc?.wwids ?? []).length > 0
      ? []
      : [required(path.child('targetWWNs'), 'must specify either targetWWNs or wwids, but not both')],
  flexVolume: needs('flexVolume', 'driver'),
  azureFile: needs('azureFile', 'secretName', 'shareName'),
  vsphereVolume: needs('vsphereVolume', 'volumePath'),
  photonPersistentDisk: needs('photonPersistentDisk', 'pdID'),
  portworxVolume: needs('portworxVolume', 'volumeID'),
  azureDisk: needs('azureDisk', 'diskName', 'diskURI'),
  scaleIO: needs('scaleIO', 'gateway', 'system', 'volumeName'),
  local(spec, path) {
    const where = spec.local?.path ?? '';
    if (where === '') return [required(path.child('path'))];
    return [
      ...(where.startsWith('/') ? [] : [invalid(path, where, 'must be an absolute path')]),
      ...withoutBacksteps(where, path.child('path')),
    ];
  },
  storageos: needs('storageos', 'volumeName'),
  csi: ({ csi }, path) => [
    ...csiDriverNameErrors(csi?.driver, path.child('driver')),
    ...present(csi?.volumeHandle, path.child('volumeHandle')),
    ...(
      [
        'controllerPublishSecretRef',
        'controllerExpandSecretRef',
        'nodeStageSecretRef',
        'nodePublishSecretRef',
        'nodeExpandSecretRef',
      ] as const
    ).flatMap((name) => {
      const reference = csi?.[name];
      if (reference === undefined) return [];
      const at = path.child(name);
      return [
        ...present(reference.name, at.child('name')),
        ...present(reference.namespace, at.child('namespace')),
      ];
    }),
  ],
} satisfies Partial<Record<keyof Spec, Check>>;

const SOURCES = Object.keys(CHECKS) as (keyof typeof CHECKS)[];

function absolute(value: string | undefined, path: FieldPath): FieldError[] {
  return value === undefined || value === '' || value.startsWith('/')
    ? []
    : [invalid(path, value, 'must be an absolute path')];
}

function monitors(
  source: { readonly monitors?: readonly string[] | undefined } | undefined,
  path: FieldPath,
) {
  return (source?.monitors ?? []).length === 0 ? [required(path.child('monitors'))] : [];
}

/** Exactly one source, and a right one (core validation `ValidatePersistentVolumeSpec`). */
export function validateVolumeSource(spec: Spec, path: FieldPath): FieldError[] {
  const given = SOURCES.filter((name) => spec[name] !== undefined);
  const [first, ...others] = given;
  if (first === undefined) return [required(path, 'must specify a volume type')];
  return [
    ...CHECKS[first](spec, path.child(first)),
    ...others.map((name) => forbiddenField(path.child(name), 'may not specify more than 1 volume type')),
  ];
}

/** The part of a spec that says where the data are. */
export function volumeSourceOf(spec: PersistentVolumeSpec): Partial<PersistentVolumeSpec> {
  return Object.fromEntries(
    SOURCES.flatMap((name) => (spec[name] === undefined ? [] : [[name, spec[name]]])),
  );
}
