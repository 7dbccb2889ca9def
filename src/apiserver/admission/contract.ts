import type { FieldError } from '../../api/fields/fieldErrors.ts';
import type { Kind } from '../../api/kind.ts';
import type { Draft, KubeObject } from '../../api/meta.ts';
import type { UserInfo } from '../../api/request.ts';

/** What an admission plugin sees of a write. */
export interface AdmissionAttributes {
  readonly operation: 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';
  readonly kind: Kind;
  /** '' for the object itself. */
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  /** The object as it would be stored; undefined for DELETE. Mutating plugins change it in place. */
  readonly object: Draft | undefined;
  readonly old: KubeObject | undefined;
  readonly user: UserInfo;
  readonly dryRun: boolean;
  /** Warnings for the client, one `Warning` header each. */
  warn(message: string): void;
}

/** Read access that plugins need: current objects from the watch cache, without a request. */
export interface AdmissionReader {
  get(kind: { group: string; plural: string }, namespace: string, name: string): KubeObject | undefined;
  list(kind: { group: string; plural: string }, namespace: string): readonly KubeObject[];
}

/**
 * One admission plugin, one file; `index.ts` lists them in upstream's order. `mutate` runs for all plugins, then
 * preparation and validation by the kind, then `validate` for all. To refuse: throw a StatusError, or (validate)
 * return field errors.
 */
export interface AdmissionPlugin {
  readonly name: string;
  handles(attributes: AdmissionAttributes): boolean;
  mutate?(attributes: AdmissionAttributes): Promise<void> | void;
  validate?(attributes: AdmissionAttributes): Promise<readonly FieldError[]> | readonly FieldError[];
}
