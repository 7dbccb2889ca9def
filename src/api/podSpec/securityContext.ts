import {
  duplicate,
  type FieldError,
  type FieldPath,
  invalid,
  notSupported,
  required,
} from '../fields/fieldErrors.ts';
import type { Container, PodSpec } from '../types.ts';
import { idErrors } from '../names/names.ts';
import { localDescendingPath } from './paths.ts';
import { all, each, oneOf, optionalOneOf } from '../fields/rules.ts';
import type { Unchecked } from '../fields/unchecked.ts';

type PodContext = NonNullable<Unchecked<PodSpec>['securityContext']>;
type ContainerContext = NonNullable<Unchecked<Container>['securityContext']>;

const PROFILE_TYPES = ['Localhost', 'RuntimeDefault', 'Unconfined'];
const SYSCTL = '[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const sysctlPattern = new RegExp(`^(${SYSCTL}[\\./])*${SYSCTL}$`);
const MAX_SYSCTL_LENGTH = 253;

/** core validation `validatePodSpecSecurityContext`. */
export function validatePodSecurityContext(spec: Unchecked<PodSpec>, specPath: FieldPath): FieldError[] {
  const context = spec.securityContext;
  if (context === undefined) return [];
  const path = specPath.child('securityContext');
  const errors = [
    ...ids(context, ['fsGroup', 'runAsUser', 'runAsGroup'], path),
    ...each(context.supplementalGroups, path.child('supplementalGroups'), (id, at) =>
      idErrors(id).map((text) => invalid(at, id, text)),
    ),
  ];
  if (spec.shareProcessNamespace === true && spec.hostPID === true) {
    const why = 'ShareProcessNamespace and HostPID cannot both be enabled';
    errors.push(invalid(path.child('shareProcessNamespace'), true, why));
  }
  return all(
    errors,
    validateSysctls(context, spec, path.child('sysctls')),
    optionalOneOf(
      context.fsGroupChangePolicy,
      ['Always', 'OnRootMismatch'],
      path.child('fsGroupChangePolicy'),
    ),
    validateProfiles(context, path),
    optionalOneOf(
      context.seLinuxChangePolicy,
      ['MountOption', 'Recursive'],
      path.child('seLinuxChangePolicy'),
    ),
    optionalOneOf(
      context.supplementalGroupsPolicy,
      ['Merge', 'Strict'],
      path.child('supplementalGroupsPolicy'),
    ),
  );
}

/** core validation `ValidateSecurityContext`. */
export function validateSecurityContext(
  context: ContainerContext | undefined,
  path: FieldPath,
  hostUsers: boolean,
): FieldError[] {
  if (context === undefined) return [];
  const errors = ids(context, ['runAsUser', 'runAsGroup'], path);
  const { procMount } = context;
  if (procMount !== undefined) {
    const at = path.child('procMount');
    if (!['Default', 'Unmasked'].includes(procMount))
      errors.push(notSupported(at, procMount, ['Default', 'Unmasked']));
    if (hostUsers && procMount === 'Unmasked') {
      errors.push(invalid(at, procMount, '`hostUsers` must be false to use `Unmasked`'));
    }
  }
  if (context.allowPrivilegeEscalation === false) {
    if (context.privileged === true) {
      const why = 'cannot set `allowPrivilegeEscalation` to false and `privileged` to true';
      errors.push(invalid(path, context, why));
    }
    if (context.capabilities?.add?.includes('CAP_SYS_ADMIN') === true) {
      const why = 'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN';
      errors.push(invalid(path, context, why));
    }
  }
  return [...errors, ...validateProfiles(context, path)];
}

function ids<K extends string>(
  context: { readonly [name in K]?: number | undefined },
  names: readonly K[],
  path: FieldPath,
): FieldError[] {
  return names.flatMap((name) => {
    const id = context[name];
    return id === undefined ? [] : idErrors(id).map((text) => invalid(path.child(name), id, text));
  });
}

function validateSysctls(context: PodContext, spec: Unchecked<PodSpec>, path: FieldPath): FieldError[] {
  const seen = new Set<string>();
  return each(context.sysctls, path, (sysctl, index) => {
    const name = sysctl.name ?? '';
    const at = index.child('name');
    const errors: FieldError[] = [];
    if (name === '') errors.push(required(at));
    else if (name.length > MAX_SYSCTL_LENGTH || !sysctlPattern.test(name)) {
      const format = `^(${SYSCTL}[\\./])*${SYSCTL}$`;
      errors.push(
        invalid(at, name, `must have at most ${MAX_SYSCTL_LENGTH} characters and match regex ${format}`),
      );
    } else if (seen.has(name)) errors.push(duplicate(at, name));
    seen.add(name);
    const dotted = name.replaceAll('/', '.');
    if (spec.hostNetwork === true && dotted.startsWith('net.')) {
      errors.push(invalid(at, name, "may not be specified when 'hostNetwork' is true"));
    }
    if (spec.hostIPC === true && /^(kernel\.(sem|shm|msg)|fs\.mqueue\.)/.test(dotted)) {
      errors.push(invalid(at, name, "may not be specified when 'hostIPC' is true"));
    }
    return errors;
  });
}

function validateProfiles(
  context: Pick<ContainerContext, 'seccompProfile' | 'appArmorProfile'>,
  path: FieldPath,
): FieldError[] {
  const { seccompProfile, appArmorProfile } = context;
  const errors: FieldError[] = [];
  if (seccompProfile !== undefined) {
    const at = path.child('seccompProfile');
    const { type = '', localhostProfile } = seccompProfile;
    if (type === '') errors.push(required(at.child('type'), 'type is required when seccompProfile is set'));
    else errors.push(...oneOf(type, PROFILE_TYPES, at.child('type')));
    if (type !== 'Localhost') {
      if (localhostProfile !== undefined) {
        const why = 'can only be set when seccomp type is Localhost';
        errors.push(invalid(at.child('localhostProfile'), seccompProfile, why));
      }
    } else if (localhostProfile === undefined) {
      errors.push(required(at.child('localhostProfile'), 'must be set when seccomp type is Localhost'));
    } else errors.push(...localDescendingPath(localhostProfile, at.child('localhostProfile')));
  }
  if (appArmorProfile !== undefined)
    errors.push(...validateAppArmor(appArmorProfile, path.child('appArmorProfile')));
  return errors;
}

function validateAppArmor(
  { type = '', localhostProfile }: NonNullable<ContainerContext['appArmorProfile']>,
  path: FieldPath,
): FieldError[] {
  const at = path.child('localhostProfile');
  if (type === '') return [required(path.child('type'), 'type is required when appArmorProfile is set')];
  if (!PROFILE_TYPES.includes(type)) return [notSupported(path.child('type'), type, PROFILE_TYPES)];
  if (type !== 'Localhost') {
    return localhostProfile === undefined
      ? []
      : [invalid(at, localhostProfile, 'can only be set when AppArmor type is Localhost')];
  }
  if (localhostProfile === undefined || localhostProfile.trim() === '') {
    return [required(at, 'must be set when AppArmor type is Localhost')];
  }
  return localhostProfile === localhostProfile.trim()
    ? []
    : [invalid(at, localhostProfile, 'must not be padded with whitespace')];
}
