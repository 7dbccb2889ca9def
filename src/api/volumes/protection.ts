/** The finalizer of claims, which pods may use (`pkg/volume/util/finalizer.go`). */
export const CLAIM_PROTECTION = 'kubernetes.io/pvc-protection';
/** The finalizer of volumes, which claims may use. */
export const VOLUME_PROTECTION = 'kubernetes.io/pv-protection';
/** The finalizer of VolumeAttributesClasses, which claims and volumes may name. */
export const ATTRIBUTES_CLASS_PROTECTION = 'kubernetes.io/vac-protection';
