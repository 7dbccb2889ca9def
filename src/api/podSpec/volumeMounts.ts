import {
  type FieldError,
  type FieldPath,
  forbiddenField,
  invalid,
  notFoundValue,
  notSupported,
} from '../fields/fieldErrors.ts';
import type { Container, Volume } from '../types.ts';
import { localDescendingPath } from './paths.ts';
import { all, each, present } from '../fields/rules.ts';
import type { Unchecked } from '../fields/unchecked.ts';

const PROPAGATIONS = ['Bidirectional', 'HostToContainer', 'None'];
const READ_ONLY_MODES = ['Disabled', 'Enabled', 'IfPossible'];

type Volumes = readonly Unchecked<Volume>[];
type Mount = NonNullable<Unchecked<Container>['volumeMounts']>[number];

/** A container's volume mounts and devices (core validation `ValidateVolumeMounts`, `ValidateVolumeDevices`). */
export function validateMounts(
  container: Unchecked<Container>,
  volumes: Volumes,
  path: FieldPath,
): FieldError[] {
  const mountsPath = path.child('volumeMounts');
  const devices = container.volumeDevices ?? [];
  const paths = new Set<string>();
  return all(
    each(container.volumeMounts, mountsPath, (mount, at) => {
      const { name = '', mountPath = '' } = mount;
      const errors = present(name, at.child('name'));
      if (!volumes.some((volume) => volume.name === name)) errors.push(notFoundValue(at.child('name'), name));
      errors.push(...present(mountPath, at.child('mountPath')));
      if (paths.has(mountPath)) errors.push(invalid(at.child('mountPath'), mountPath, 'must be unique'));
      paths.add(mountPath);
      if (devices.some((device) => device.name === name)) {
        errors.push(invalid(at.child('name'), name, 'must not already exist in volumeDevices'));
      }
      if (devices.some((device) => device.devicePath === mountPath)) {
        const why = 'must not already exist as a path in volumeDevices';
        errors.push(invalid(at.child('mountPath'), mountPath, why));
      }
      return [
        ...errors,
        ...validateSubPath(mount, at, mountsPath),
        ...validateModes(mount, container, mountsPath),
      ];
    }),
    validateDevices(container, volumes, path.child('volumeDevices')),
  );
}

/** Upstream gives some of these errors the path of the list, not of the mount. */
function validateSubPath(
  { subPath = '', subPathExpr = '' }: Mount,
  at: FieldPath,
  list: FieldPath,
): FieldError[] {
  const errors = subPath === '' ? [] : localDescendingPath(subPath, list.child('subPath'));
  if (subPathExpr === '') return errors;
  if (subPath !== '') {
    const why = 'subPathExpr and subPath are mutually exclusive';
    errors.push(invalid(at.child('subPathExpr'), subPathExpr, why));
  }
  return [...errors, ...localDescendingPath(subPathExpr, list.child('subPathExpr'))];
}

function validateModes(mount: Mount, container: Unchecked<Container>, list: FieldPath): FieldError[] {
  const errors: FieldError[] = [];
  const { mountPropagation: propagation, recursiveReadOnly } = mount;
  if (propagation !== undefined) {
    const at = list.child('mountPropagation');
    if (!PROPAGATIONS.includes(propagation)) errors.push(notSupported(at, propagation, PROPAGATIONS));
    if (propagation === 'Bidirectional' && container.securityContext?.privileged !== true) {
      errors.push(
        forbiddenField(at, 'Bidirectional mount propagation is available only to privileged containers'),
      );
    }
  }
  if (recursiveReadOnly !== undefined) {
    const at = list.child('recursiveReadOnly');
    if (!READ_ONLY_MODES.includes(recursiveReadOnly)) {
      errors.push(notSupported(at, recursiveReadOnly, READ_ONLY_MODES));
    } else if (recursiveReadOnly !== 'Disabled') {
      if (mount.readOnly !== true)
        errors.push(forbiddenField(at, 'may only be specified when readOnly is true'));
      if (propagation !== undefined && propagation !== 'None') {
        errors.push(
          forbiddenField(at, 'may only be specified when mountPropagation is None or not specified'),
        );
      }
    }
  }
  return errors;
}

function validateDevices(container: Unchecked<Container>, volumes: Volumes, path: FieldPath): FieldError[] {
  const names = new Set<string>();
  const paths = new Set<string>();
  return each(container.volumeDevices, path, ({ name = '', devicePath = '' }, at) => {
    const errors = present(name, at.child('name'));
    const volume = volumes.find((candidate) => candidate.name === name);
    if (names.has(name)) errors.push(invalid(at.child('name'), name, 'must be unique'));
    if (volume === undefined) errors.push(notFoundValue(at.child('name'), name));
    else if (volume.persistentVolumeClaim === undefined && volume.ephemeral === undefined) {
      const why = 'can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode';
      errors.push(invalid(at.child('name'), name, why));
    }
    errors.push(...present(devicePath, at.child('devicePath')));
    if (paths.has(devicePath)) errors.push(invalid(at.child('devicePath'), devicePath, 'must be unique'));
    if (devicePath.split('/').includes('..')) {
      errors.push(invalid(at.child('devicePath'), devicePath, "can not contain backsteps ('..')"));
    }
    names.add(name);
    paths.add(devicePath);
    return errors;
  });
}
