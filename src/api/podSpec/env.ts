import { ownProperty } from '../../base/ownProperty.ts';
import {
  type FieldError,
  type FieldPath,
  invalid,
  notFoundValue,
  notSupported,
  required,
} from '../fields/fieldErrors.ts';
import { canonicalQuantity } from '../quantity.ts';
import type { Container, EnvVar, PodSpec } from '../types.ts';
import {
  configMapKeyErrors,
  dns1123SubdomainErrors,
  envVarNameErrors,
  qualifiedNameErrors,
} from '../names/names.ts';
import { localNonReservedPath } from './paths.ts';
import { conforms, each, optionalText, present, requiredText } from '../fields/rules.ts';
import type { Unchecked } from '../fields/unchecked.ts';

type Volumes = Unchecked<PodSpec>['volumes'];
type Source = NonNullable<Unchecked<EnvVar>['valueFrom']>;
export type FieldRef = NonNullable<Source['fieldRef']>;
export type ResourceFieldRef = NonNullable<Source['resourceFieldRef']>;

const SOURCES = ['fieldRef', 'resourceFieldRef', 'configMapKeyRef', 'secretKeyRef', 'fileKeyRef'] as const;
const ENV_FIELDS = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];
/** Fields that have a meaning in the downward API somewhere, if not here. */
const KNOWN_FIELDS = new Set([
  ...ENV_FIELDS,
  'metadata.annotations',
  'metadata.labels',
  'spec.restartPolicy',
  'spec.schedulerName',
  'status.phase',
]);
const RESOURCES = ['cpu', 'ephemeral-storage', 'memory']
  .flatMap((name) => [`limits.${name}`, `requests.${name}`])
  .sort();
const RESOURCE_PREFIXES = ['limits.hugepages-', 'requests.hugepages-'];
const BYTE_DIVISORS = ['1', '1k', '1M', '1G', '1T', '1P', '1E', '1Ki', '1Mi', '1Gi', '1Ti', '1Pi', '1Ei'];

/** core validation `ValidateEnv`. */
export function validateEnv(
  variables: Unchecked<Container>['env'],
  volumes: Volumes,
  path: FieldPath,
): FieldError[] {
  return each(variables, path, (variable, at) => [
    ...requiredText(envVarNameErrors, variable.name, at.child('name')),
    ...validateSource(variable, volumes, at.child('valueFrom')),
  ]);
}

function validateSource(
  { value, valueFrom }: Unchecked<EnvVar>,
  volumes: Volumes,
  path: FieldPath,
): FieldError[] {
  if (valueFrom === undefined) return [];
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef } = valueFrom;
  const errors: FieldError[] = [];
  if (fieldRef !== undefined) errors.push(...validateFieldRef(fieldRef, ENV_FIELDS, path.child('fieldRef')));
  if (resourceFieldRef !== undefined) {
    errors.push(...validateResourceFieldRef(resourceFieldRef, path.child('resourceFieldRef'), false));
  }
  for (const [name, reference] of [
    ['configMapKeyRef', configMapKeyRef],
    ['secretKeyRef', secretKeyRef],
  ] as const) {
    if (reference === undefined) continue;
    const at = path.child(name);
    errors.push(...conforms(dns1123SubdomainErrors, reference.name ?? '', at.child('name')));
    errors.push(...requiredText(configMapKeyErrors, reference.key, at.child('key')));
  }
  if (fileKeyRef !== undefined) {
    errors.push(...validateFileKey(fileKeyRef, volumes, path.child('fileKeyRef')));
  }
  const count = SOURCES.filter((name) => valueFrom[name] !== undefined).length;
  if (count === 0) {
    const why =
      'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`';
    errors.push(invalid(path, '', why));
  } else if (value !== undefined && value !== '') {
    errors.push(invalid(path, '', 'may not be specified when `value` is not empty'));
  } else if (count > 1) {
    errors.push(invalid(path, '', 'may not have more than one field specified at a time'));
  }
  return errors;
}

/** A variable from a file that another container writes (KEP-3721): in a directory that the pod has for itself. */
function validateFileKey(
  { volumeName = '', path: file = '', key }: NonNullable<Source['fileKeyRef']>,
  volumes: Volumes,
  path: FieldPath,
): FieldError[] {
  const errors = requiredText(envVarNameErrors, key, path.child('key'));
  if (file === '') errors.push(required(path.child('path')));
  else errors.push(...localNonReservedPath(file, path.child('path')));
  const at = path.child('volumeName');
  if (volumeName === '') return [...errors, required(at)];
  const volume = volumes?.find(({ name }) => name === volumeName);
  if (volume === undefined) errors.push(notFoundValue(at, volumeName));
  else if (volume.emptyDir === undefined) {
    errors.push(invalid(at, volumeName, 'referenced volume must be of type emptyDir'));
  }
  return errors;
}

/** core validation `ValidateEnvFrom`. */
export function validateEnvFrom(sources: Unchecked<Container>['envFrom'], path: FieldPath): FieldError[] {
  return each(sources, path, ({ prefix, configMapRef, secretRef }, at) => {
    const errors = optionalText(envVarNameErrors, prefix, at.child('prefix'));
    for (const [name, reference] of [
      ['configMapRef', configMapRef],
      ['secretRef', secretRef],
    ] as const) {
      if (reference === undefined) continue;
      errors.push(...requiredText(dns1123SubdomainErrors, reference.name, at.child(name, 'name')));
    }
    if (configMapRef === undefined && secretRef === undefined) {
      errors.push(invalid(path, '', 'must specify one of: `configMapRef` or `secretRef`'));
    } else if (configMapRef !== undefined && secretRef !== undefined) {
      errors.push(invalid(path, '', 'may not have more than one field specified at a time'));
    }
    return errors;
  });
}

/** core validation `validateObjectFieldSelector`: a field of the pod, or one label or annotation. */
export function validateFieldRef(
  reference: FieldRef,
  allowed: readonly string[],
  path: FieldPath,
): FieldError[] {
  const { apiVersion = '', fieldPath = '' } = reference;
  if (apiVersion === '') return [required(path.child('apiVersion'))];
  if (fieldPath === '') return [required(path.child('fieldPath'))];
  const at = path.child('fieldPath');
  const subscripted = /^(.*)\['(.*)'\]$/.exec(fieldPath);
  if (subscripted !== null) {
    const [, name = '', key = ''] = subscripted;
    if (name === 'metadata.annotations') return conforms(qualifiedNameErrors, key.toLowerCase(), path);
    if (name === 'metadata.labels') return conforms(qualifiedNameErrors, key, path);
    const why = `error converting fieldPath: field label does not support subscript: ${fieldPath}`;
    return [invalid(at, fieldPath, why)];
  }
  if (!KNOWN_FIELDS.has(fieldPath)) {
    return [invalid(at, fieldPath, `error converting fieldPath: field label not supported: ${fieldPath}`)];
  }
  return allowed.includes(fieldPath) ? [] : [notSupported(at, fieldPath, [...allowed].sort())];
}

/** core validation `validateContainerResourceFieldSelector`. */
export function validateResourceFieldRef(
  { containerName, resource = '', divisor }: ResourceFieldRef,
  path: FieldPath,
  inVolume: boolean,
): FieldError[] {
  const errors: FieldError[] = [];
  if (inVolume && (containerName ?? '') === '')
    errors.push(...present(containerName, path.child('containerName')));
  else if (resource === '') errors.push(required(path.child('resource')));
  else if (
    !RESOURCES.includes(resource) &&
    !RESOURCE_PREFIXES.some((prefix) => resource.startsWith(prefix))
  ) {
    errors.push(notSupported(path.child('resource'), resource, RESOURCES));
  }
  return [...errors, ...validateDivisor(resource, divisor, path.child('divisor'))];
}

function validateDivisor(resource: string, divisor: string | undefined, path: FieldPath): FieldError[] {
  if (divisor === undefined || divisor === '' || Number(divisor) === 0) return [];
  const kinds: Record<string, string> = {
    memory: 'memory',
    'ephemeral-storage': 'local ephemeral storage',
    hugepages: 'hugepages',
  };
  const name = resource.slice(resource.indexOf('.') + 1).replace(/^hugepages-.*/, 'hugepages');
  if (name === 'cpu') {
    return ['1m', '1'].includes(canonicalQuantity(divisor))
      ? []
      : [invalid(path, resource, "only divisor's values 1m and 1 are supported with the cpu resource")];
  }
  const kind = ownProperty(kinds, name);
  if (kind === undefined || BYTE_DIVISORS.includes(canonicalQuantity(divisor))) return [];
  const why = `only divisor's values ${BYTE_DIVISORS.join(', ')} are supported with the ${kind} resource`;
  return [invalid(path, resource, why)];
}
