/** On claims: pods may use them (`pkg/volume/util/finalizer.go`). */
export const CLAIM_PROTECTION = 'kubernetes.io/pvc-protection';
/** On volumes: a claim may have them. */
export const VOLUME_PROTECTION = 'kubernetes.io/pv-protection';
/** On classes of attributes: claims and volumes may name them. */
export const ATTRIBUTES_CLASS_PROTECTION = 'kubernetes.io/vac-protection';
