/** The provisioner of the default storage class: directories of the node that runs the first pod with the claim. */
export const NODE_LOCAL_PROVISIONER = 'wheelhouse.dev/node-local';
/** On a PersistentVolume: who made it, and has to take it away. */
export const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by';
/** On a node: the directory of all volumes of that provisioner. */
export const NODE_LOCAL_ROOT = '/var/lib/wheelhouse/volumes';

/** `spec.local.path` of the PersistentVolume of that name. */
export const nodeLocalPath = (volume: string): string => `${NODE_LOCAL_ROOT}/${volume}`;
