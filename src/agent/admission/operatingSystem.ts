import type { PodAdmitHandler } from './contract.ts';

const OS = 'linux';

/** Nodes run Linux: by the pod's label, and by its field (kubelet `lifecycle/predicate.go`). */
export const admitOperatingSystem: PodAdmitHandler = ({ metadata, spec }) => {
  const label = metadata.labels?.['kubernetes.io/os'];
  if (label !== undefined && label !== OS) {
    return {
      reason: 'PodOSSelectorNodeLabelDoesNotMatch',
      message: "Failed to admit pod as the `kubernetes.io/os` label doesn't match node label",
    };
  }
  if (spec.os !== undefined && spec.os.name !== OS) {
    return {
      reason: 'PodOSNotSupported',
      message: "Failed to admit pod as the OS field doesn't match node OS",
    };
  }
  return undefined;
};
