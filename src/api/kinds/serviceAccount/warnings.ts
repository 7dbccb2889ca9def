import type { ServiceAccount } from '../../types.ts';

const MOUNTABLE = 'kubernetes.io/enforce-mountable-secrets';

/** core/serviceaccount strategy: of an annotation where it is new. */
export function serviceAccountWarnings(object: ServiceAccount, old: ServiceAccount | undefined): string[] {
  const has = (account: ServiceAccount | undefined): boolean =>
    Object.hasOwn(account?.metadata.annotations ?? {}, MOUNTABLE);
  return has(object) && !has(old)
    ? [
        `metadata.annotations[${MOUNTABLE}]: deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets`,
      ]
    : [];
}
