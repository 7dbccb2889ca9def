import {
  duplicate,
  type FieldError,
  type FieldPath,
  forbiddenField,
  invalid,
  notSupported,
  required,
} from '../fields/fieldErrors.ts';
import { parseQuantity, QuantityError } from '../quantity.ts';
import type { Volume } from '../types.ts';
import { dns1123LabelErrors, dns1123SubdomainErrors } from '../names/names.ts';
import { validateClaimSpec } from '../kinds/persistentVolumeClaim/validation.ts';
import { validateLabels } from '../metadata/labels.ts';
import { validateAnnotations } from '../metadata/metadata.ts';
import { withoutBacksteps } from './paths.ts';
import { each, optionalOneOf, present, requiredText } from '../fields/rules.ts';
import type { Unchecked } from '../fields/unchecked.ts';
import { validateDownwardFiles, validateKeys, validateMode, validateProjected } from './volumeFiles.ts';

export const HOST_PATH_TYPES = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
];

type Source = Unchecked<Volume>;

/** core validation `ValidateVolumes`. */
export function validateVolumes(volumes: readonly Source[] | undefined, path: FieldPath): FieldError[] {
  const names = new Set<string>();
  return each(volumes, path, (volume, at) => {
    const name = volume.name ?? '';
    const errors = [
      ...validateSource(volume, at),
      ...requiredText(dns1123LabelErrors, name, at.child('name')),
    ];
    if (names.has(name)) errors.push(duplicate(at.child('name'), name));
    names.add(name);
    return errors;
  });
}

function validateSource(volume: Source, path: FieldPath): FieldError[] {
  const [first, ...others] = Object.keys(volume).filter(
    (key) => key !== 'name' && volume[key as keyof Source] !== undefined,
  );
  if (first === undefined) return [required(path, 'must specify a volume type')];
  return [
    ...(checks[first]?.(volume, path.child(first)) ?? []),
    ...others.map((key) => forbiddenField(path.child(key), 'may not specify more than 1 volume type')),
  ];
}

/** What is checked of each source; sources that no agent mounts are stored as they are. */
const checks: Readonly<Record<string, (volume: Source, path: FieldPath) => FieldError[]>> = {
  emptyDir({ emptyDir }, path) {
    const limit = emptyDir?.sizeLimit;
    if (limit === undefined) return [];
    const at = path.child('sizeLimit');
    try {
      return parseQuantity(limit).nano < 0n
        ? [forbiddenField(at, 'SizeLimit field must be a valid resource quantity')]
        : [];
    } catch (error) {
      if (!(error instanceof QuantityError)) throw error;
      return [invalid(at, limit, error.message)];
    }
  },
  hostPath({ hostPath }, path) {
    const type = hostPath?.type ?? '';
    const where = hostPath?.path ?? '';
    if (where === '') return present(where, path.child('path'));
    return [
      ...withoutBacksteps(where, path.child('path')),
      ...(HOST_PATH_TYPES.includes(type) ? [] : [notSupported(path.child('type'), type, HOST_PATH_TYPES)]),
    ];
  },
  secret: ({ secret }, path) => [
    ...present(secret?.secretName, path.child('secretName')),
    ...validateMode(secret?.defaultMode, path.child('defaultMode')),
    ...validateKeys(secret?.items, path.child('items')),
  ],
  configMap: ({ configMap }, path) => [
    ...present(configMap?.name, path.child('name')),
    ...validateMode(configMap?.defaultMode, path.child('defaultMode')),
    ...validateKeys(configMap?.items, path.child('items')),
  ],
  downwardAPI: ({ downwardAPI }, path) => [
    ...validateMode(downwardAPI?.defaultMode, path.child('defaultMode')),
    ...validateDownwardFiles(downwardAPI?.items, path),
  ],
  projected: ({ projected }, path) => validateProjected(projected ?? {}, path),
  persistentVolumeClaim: ({ persistentVolumeClaim: claim }, path) =>
    requiredText(dns1123SubdomainErrors, claim?.claimName, path.child('claimName')),
  image: ({ image }, path) => [
    ...present(image?.reference, path.child('reference')),
    ...optionalOneOf(image?.pullPolicy, ['Always', 'IfNotPresent', 'Never'], path.child('pullPolicy')),
  ],
  nfs: ({ nfs }, path) => [
    ...present(nfs?.server, path.child('server')),
    ...present(nfs?.path, path.child('path')),
    ...(nfs?.path !== undefined && nfs.path !== '' && !nfs.path.startsWith('/')
      ? [invalid(path.child('path'), nfs.path, 'must be an absolute path')]
      : []),
  ],
  csi: ({ csi }, path) => present(csi?.driver, path.child('driver')),
  ephemeral({ ephemeral }, path) {
    const at = path.child('volumeClaimTemplate');
    const template = ephemeral?.volumeClaimTemplate;
    return template === undefined ? [required(at)] : validateClaimTemplate(template, at);
  },
};

type ClaimTemplate = NonNullable<NonNullable<Source['ephemeral']>['volumeClaimTemplate']>;

/** core validation `ValidatePersistentVolumeClaimTemplate`: the claim's name and owner come from the pod. */
function validateClaimTemplate({ metadata = {}, spec = {} }: ClaimTemplate, path: FieldPath): FieldError[] {
  const { annotations, labels, ...others } = metadata;
  const at = path.child('metadata');
  return [
    ...validateAnnotations(annotations, at.child('annotations')),
    ...validateLabels(labels, at.child('labels')),
    ...Object.keys(others).map((name) => forbiddenField(at.child(name), 'cannot be set')),
    ...validateClaimSpec(spec, path.child('spec')),
  ];
}
