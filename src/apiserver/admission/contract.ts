import type { FieldError } from '../../api/fields/fieldErrors.ts';
import type { Draft, KubeObject } from '../../api/meta.ts';
import type { UserInfo } from '../../api/request.ts';
import type { GroupVersionKind, Resource } from '../../api/resource.ts';

export type Operation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';

/** A request as admission sees it (apiserver `pkg/admission/interfaces.go` Attributes). */
export interface AdmissionAttributes {
  readonly operation: Operation;
  /** The resource of the request, in the client's version: pods for pods/binding. */
  readonly resource: Resource;
  /** '' for the object itself. */
  readonly subresource: string;
  /** The kind of `object`: Binding for pods/binding, Scale for deployments/scale, PodExecOptions for pods/exec. */
  readonly kind: GroupVersionKind;
  readonly namespace: string;
  /** '' for a new object whose name is not generated yet. */
  readonly name: string;
  /** The object as it would be stored; undefined for DELETE. Mutating plugins change it in place. */
  readonly object: Draft | undefined;
  /** The stored object for UPDATE and DELETE, of the same kind as `object`. */
  readonly old: KubeObject | undefined;
  /** CreateOptions, UpdateOptions or DeleteOptions; undefined for CONNECT. */
  readonly options: object | undefined;
  readonly user: UserInfo;
  readonly dryRun: boolean;
  /** True while mutating plugins run a second time, because one of them replaced the object. */
  readonly isReinvocation: boolean;
  /**
   * Replaces `object` by another object, such as a webhook's. Sets its defaults. After all mutating plugins have run,
   * they run once more.
   */
  replaceObject(object: Draft): void;
  /** Warnings for the client, one `Warning` header each. */
  warn(message: string): void;
  /**
   * Adds an annotation for the audit log, shown from `level` (default Metadata) up. The first value of a key is kept.
   */
  annotate(key: string, value: string, level?: 'Metadata' | 'Request'): void;
  /** Aborted when the client no longer waits for the answer. */
  signal(): AbortSignal;
  /** The time when the request times out, in the server's monotonic milliseconds; undefined for never. */
  readonly deadline: number | undefined;
}

/** Read access that plugins need: current objects from the watch cache, without a request. */
export interface AdmissionReader {
  get(kind: { group: string; plural: string }, namespace: string, name: string): KubeObject | undefined;
  list(kind: { group: string; plural: string }, namespace: string): readonly KubeObject[];
  /** Resolves when the cache shows all writes that came before, of any server. */
  catchUp(): Promise<void>;
}

type Checked = Promise<readonly FieldError[]> | readonly FieldError[];

/**
 * One admission plugin, one file; `index.ts` lists them in upstream's order. To refuse: throw a StatusError, or return
 * field errors.
 */
export interface AdmissionPlugin {
  readonly name: string;
  handles(attributes: AdmissionAttributes): boolean;
  /** Runs one plugin after the other, before the kind prepares and validates the object. */
  mutate?(attributes: AdmissionAttributes): Promise<void> | void;
  /** Runs all plugins at once, after the kind's validation. Must not change the object. */
  validate?(attributes: AdmissionAttributes): Checked;
  /**
   * Reserves limited resources for the object: addresses, ports, quota. Runs one plugin after the other, when all have
   * agreed and only the write itself can fail. May complete the object.
   */
  reserve?(attributes: AdmissionAttributes): Checked;
}
