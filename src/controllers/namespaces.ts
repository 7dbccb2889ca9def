import { isNotFound, isReason } from '../api/status.ts';
import type { Namespace } from '../api/types.ts';

/** False for a namespace that is not there, or on its way out. */
export function isActiveNamespace(namespace: Namespace | undefined): boolean {
  return namespace !== undefined && namespace.metadata.deletionTimestamp === undefined;
}

/** The namespace ends or has gone meanwhile: what was to be made in it is not needed. */
export function isRefusedByEnd(error: unknown): boolean {
  return isNotFound(error) || isNamespaceTerminating(error);
}

export function isNamespaceTerminating(error: unknown): boolean {
  return (
    isReason(error, 'Forbidden') &&
    (error.status.details?.causes ?? []).some((cause) => cause.reason === 'NamespaceTerminating')
  );
}
