import { type FieldError, type FieldPath, forbiddenField, invalid, required } from '../fields/fieldErrors.ts';
import type { Volume } from '../types.ts';
import { validateFieldRef, validateResourceFieldRef } from './env.ts';
import { localDescendingPath, localNonReservedPath } from './paths.ts';
import { all, each, present, remembering } from '../fields/rules.ts';
import type { Unchecked } from '../fields/unchecked.ts';

type Source = Unchecked<Volume>;
type Keys = NonNullable<Source['configMap']>['items'];
type DownwardFiles = NonNullable<Source['downwardAPI']>['items'];
type Projected = NonNullable<Source['projected']>;
type Projection = NonNullable<Projected['sources']>[number];
type TokenProjection = NonNullable<Projection['serviceAccountToken']>;

const WRONG_MODE = 'must be a number between 0 and 0777 (octal), both inclusive';
const VOLUME_FIELDS = [
  'metadata.annotations',
  'metadata.labels',
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
];
const PROJECTIONS = [
  'secret',
  'configMap',
  'downwardAPI',
  'serviceAccountToken',
  'clusterTrustBundle',
  'podCertificate',
] as const;
const TEN_MINUTES = 600;
const MAX_TOKEN_SECONDS = 2 ** 32;

export function validateMode(mode: number | undefined, path: FieldPath): FieldError[] {
  return mode !== undefined && (mode < 0 || mode > 0o777) ? [invalid(path, mode, WRONG_MODE)] : [];
}

/** Keys of a ConfigMap or Secret and the files that they become (core validation `validateKeyToPath`). */
export function validateKeys(items: Keys, path: FieldPath): FieldError[] {
  return each(items, path, (item, at) => [
    ...present(item.key, at.child('key')),
    ...validateFilePath(item.path, at.child('path')),
    ...validateMode(item.mode, at.child('mode')),
  ]);
}

function validateFilePath(path: string | undefined, at: FieldPath): FieldError[] {
  return path === undefined || path === '' ? [required(at)] : localNonReservedPath(path, at);
}

/** core validation `validateDownwardAPIVolumeFile`; upstream's paths name the volume, not the item. */
export function validateDownwardFiles(items: DownwardFiles, path: FieldPath): FieldError[] {
  return (items ?? []).flatMap((item) => {
    const { fieldRef, resourceFieldRef } = item;
    const errors = validateFilePath(item.path, path.child('path'));
    if (fieldRef !== undefined) {
      errors.push(...validateFieldRef(fieldRef, VOLUME_FIELDS, path.child('fieldRef')));
      if (resourceFieldRef !== undefined) {
        errors.push(
          invalid(path, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously'),
        );
      }
    } else if (resourceFieldRef !== undefined) {
      errors.push(...validateResourceFieldRef(resourceFieldRef, path.child('resourceFieldRef'), true));
    } else {
      errors.push(required(path, 'one of fieldRef and resourceFieldRef is required'));
    }
    return [...errors, ...validateMode(item.mode, path.child('mode'))];
  });
}

/** core validation `validateProjectedVolumeSource`. */
export const validateProjected = remembering((projected: Projected, path: FieldPath): FieldError[] => {
  const files = new Set<string>();
  return [
    ...validateMode(projected.defaultMode, path.child('defaultMode')),
    ...each(projected.sources, path.child('sources'), (source, at) => {
      const [first, ...others] = PROJECTIONS.filter((name) => source[name] !== undefined);
      if (first === undefined) return [required(at, 'must specify a projection type')];
      const errors = others.map((name) =>
        forbiddenField(at.child(name), 'may not specify more than 1 volume type per source'),
      );
      for (const file of filesOf(source)) {
        if (files.has(file)) errors.push(invalid(path, source[first], `conflicting duplicate paths`));
        files.add(file);
      }
      return [...validateProjection(source, at), ...errors];
    }),
  ];
});

function filesOf({ secret, configMap, downwardAPI, serviceAccountToken }: Projection): readonly string[] {
  const items = [...(secret?.items ?? []), ...(configMap?.items ?? []), ...(downwardAPI?.items ?? [])];
  return [...items.map((item) => item.path), serviceAccountToken?.path].filter(
    (path): path is string => path !== undefined && path !== '',
  );
}

function validateProjection(source: Projection, path: FieldPath): FieldError[] {
  const { secret, configMap, downwardAPI, serviceAccountToken } = source;
  return all(
    secret === undefined ? [] : validateObjectProjection(secret, path.child('secret')),
    configMap === undefined ? [] : validateObjectProjection(configMap, path.child('configMap')),
    validateDownwardFiles(downwardAPI?.items, path.child('downwardAPI')),
    serviceAccountToken === undefined
      ? []
      : validateToken(serviceAccountToken, path.child('serviceAccountToken')),
  );
}

function validateObjectProjection(source: NonNullable<Projection['secret']>, path: FieldPath): FieldError[] {
  return [...present(source.name, path.child('name')), ...validateKeys(source.items, path.child('items'))];
}

function validateToken(
  { expirationSeconds = 0, path: file = '' }: TokenProjection,
  path: FieldPath,
): FieldError[] {
  const at = path.child('expirationSeconds');
  const errors: FieldError[] = [];
  if (expirationSeconds < TEN_MINUTES) {
    errors.push(invalid(at, expirationSeconds, 'may not specify a duration less than 10 minutes'));
  } else if (expirationSeconds > MAX_TOKEN_SECONDS) {
    errors.push(invalid(at, expirationSeconds, 'may not specify a duration larger than 2^32 seconds'));
  }
  if (file === '') return [...errors, required(path.child('path'))];
  return [...errors, ...localDescendingPath(file, path.child('path'))];
}
