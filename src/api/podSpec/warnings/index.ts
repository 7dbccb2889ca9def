import { FieldPath } from '../../fields/fieldErrors.ts';
import { addressWarnings } from '../../fields/ipWarnings.ts';
import { dns1123LabelErrors } from '../../names/names.ts';
import type { PodSpec, PodTemplateSpec } from '../../types.ts';
import {
  type ContainerAt,
  containersOf,
  containerWarnings,
  fractionWarnings,
  portWarnings,
} from './containers.ts';
import { schedulingWarnings } from './scheduling.ts';
import { volumeWarnings } from './volumes.ts';

interface Metadata {
  readonly name?: string | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod';
const SECCOMP_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/';
const APPARMOR_CONTAINER = 'container.apparmor.security.beta.kubernetes.io/';

const OLD_ANNOTATIONS: readonly (readonly [key: string, message: string])[] = [
  [
    'scheduler.alpha.kubernetes.io/critical-pod',
    'non-functional in v1.16+; use the "priorityClassName" field instead',
  ],
  ['security.alpha.kubernetes.io/sysctls', 'non-functional in v1.11+; use the "sysctls" field instead'],
  [
    'security.alpha.kubernetes.io/unsafe-sysctls',
    'non-functional in v1.11+; use the "sysctls" field instead',
  ],
];

/** What is valid in a new pod and still wrong (`pkg/api/pod/warnings.go` GetWarningsForPod). */
export function podWarnings(metadata: Metadata, spec: PodSpec): string[] {
  const warnings = nameWarnings(metadata.name, "the Pod's hostname");
  specWarnings(metadata, spec, new FieldPath(), warnings);
  return warnings;
}

/** The same of a template, and of the name of its owner, from which pods have theirs. */
export function podTemplateWarnings(template: PodTemplateSpec | undefined, path: FieldPath): string[] {
  const { metadata, spec } = template ?? {};
  const warnings: string[] = [];
  if (spec !== undefined) specWarnings(metadata ?? {}, spec, path, warnings);
  return warnings;
}

export function podOwnerNameWarnings(name: string): string[] {
  return nameWarnings(name, 'Pod names and hostnames');
}

function nameWarnings(name: string | undefined, use: string): string[] {
  const errors = dns1123LabelErrors(name ?? '');
  if (errors.length === 0) return [];
  return [
    `metadata.name: this is used in ${use}, which can result in surprising behavior; a DNS label is recommended: [${errors.join(' ')}]`,
  ];
}

/** Adds to `warnings`: nearly every pod has none, and makes nothing on the way. */
function specWarnings(metadata: Metadata, spec: PodSpec, path: FieldPath, warnings: string[]): void {
  const at = path.child('spec');
  const containers = containersOf(spec, at);
  schedulingWarnings(spec, at, warnings);
  if (metadata.annotations !== undefined) {
    annotationWarnings(metadata.annotations, spec, path, containers, warnings);
  }
  if (spec.volumes !== undefined) volumeWarnings(spec.volumes, at.child('volumes'), warnings);
  if (spec.hostAliases !== undefined) aliasWarnings(spec.hostAliases, at.child('hostAliases'), warnings);
  if (spec.imagePullSecrets !== undefined) {
    pullSecretWarnings(spec.imagePullSecrets, at.child('imagePullSecrets'), warnings);
  }
  fractionWarnings(spec.overhead, 'memory', at, 'overhead', warnings);
  fractionWarnings(spec.overhead, 'ephemeral-storage', at, 'overhead', warnings);
  for (const container of containers) containerWarnings(container, warnings);
  portWarnings(containers, warnings);
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0) {
    warnings.push(
      `${at.child('terminationGracePeriodSeconds').toString()}: must be >= 0; negative values are invalid and will be treated as 1`,
    );
  }
  for (const [i, server] of (spec.dnsConfig?.nameservers ?? []).entries()) {
    warnings.push(...addressWarnings(at.child('dnsConfig', 'nameservers').index(i), server));
  }
}

function annotationWarnings(
  annotations: Readonly<Record<string, string>>,
  spec: PodSpec,
  path: FieldPath,
  containers: readonly ContainerAt[],
  warnings: string[],
): void {
  const warn = (key: string, message: string): void => {
    if (Object.hasOwn(annotations, key)) {
      warnings.push(`${path.child('metadata', 'annotations').key(key).toString()}: ${message}`);
    }
  };
  for (const [key, message] of OLD_ANNOTATIONS) warn(key, message);
  const seccomp = 'non-functional in v1.27+; use the "seccompProfile" field instead';
  const { seccompProfile, appArmorProfile } = spec.securityContext ?? {};
  if (seccompProfile === undefined) warn(SECCOMP_POD, seccomp);
  for (const { container } of containers) {
    const { name, securityContext } = container;
    if (securityContext?.seccompProfile === undefined) warn(SECCOMP_CONTAINER + name, seccomp);
    if (appArmorProfile === undefined && securityContext?.appArmorProfile === undefined) {
      warn(APPARMOR_CONTAINER + name, 'deprecated since v1.30; use the "appArmorProfile" field instead');
    }
  }
}

function aliasWarnings(
  aliases: NonNullable<PodSpec['hostAliases']>,
  path: FieldPath,
  warnings: string[],
): void {
  warnings.push(
    ...repeated(aliases, path, 'ip'),
    ...aliases.flatMap(({ ip }, i) => addressWarnings(path.index(i).child('ip'), ip)),
  );
}

function pullSecretWarnings(
  secrets: NonNullable<PodSpec['imagePullSecrets']>,
  path: FieldPath,
  warnings: string[],
): void {
  warnings.push(
    ...repeated(secrets, path, 'name'),
    ...secrets.flatMap(({ name = '' }, i) =>
      name === '' ? [`${path.index(i).child('name').toString()}: invalid empty name ""`] : [],
    ),
  );
}

function repeated<K extends string>(
  list: readonly { readonly [key in K]?: string | undefined }[],
  path: FieldPath,
  key: K,
): string[] {
  const seen = new Set<string>();
  return list.flatMap((item, i) => {
    const value = item[key] ?? '';
    const again = seen.has(value);
    seen.add(value);
    return again ? [`${path.index(i).child(key).toString()}: duplicate ${key} ${JSON.stringify(value)}`] : [];
  });
}
