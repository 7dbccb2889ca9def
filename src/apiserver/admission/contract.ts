import type { FieldError } from '../../api/fields/fieldErrors.ts';
import type { Draft, KubeObject } from '../../api/meta.ts';
import type { UserInfo } from '../../api/request.ts';
import type { GroupVersionKind, Resource } from '../../api/resource.ts';

export type Operation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';

/** A request as admission sees it (apiserver `pkg/admission/interfaces.go` Attributes). */
export interface AdmissionAttributes {
  readonly operation: Operation;
  /** What the request addresses, in the version in which the client asks: pods for pods/binding. */
  readonly resource: Resource;
  /** '' for the object itself. */
  readonly subresource: string;
  /** Of `object`: Binding for pods/binding, Scale for deployments/scale, PodExecOptions for pods/exec. */
  readonly kind: GroupVersionKind;
  readonly namespace: string;
  /** '' for a new object whose name is still to be generated. */
  readonly name: string;
  /** In the form in which it would be stored; undefined for DELETE. Mutating plugins change it in place. */
  readonly object: Draft | undefined;
  /** What is there, for UPDATE and DELETE, of the same kind as `object`. */
  readonly old: KubeObject | undefined;
  /** CreateOptions, UpdateOptions or DeleteOptions; undefined for CONNECT. */
  readonly options: object | undefined;
  readonly user: UserInfo;
  readonly dryRun: boolean;
  /** True while mutating plugins are asked again, because one of them replaced the object. */
  readonly isReinvocation: boolean;
  /**
   * Puts another object in the place of `object`, as somebody outside gives it. Its defaults are filled in, and the
   * mutating plugins are asked once more when all have been asked.
   */
  replaceObject(object: Draft): void;
  /** Warnings for the client, one `Warning` header each. */
  warn(message: string): void;
  /** A note for the audit log, shown from `level` (default Metadata) up. Of one key the first counts. */
  annotate(key: string, value: string, level?: 'Metadata' | 'Request'): void;
  /** Aborted when nobody waits for the answer any more. */
  signal(): AbortSignal;
  /** When the client is told that it took too long, in the server's monotonic milliseconds; undefined for never. */
  readonly deadline: number | undefined;
}

/** Read access that plugins need: current objects from the watch cache, without a request. */
export interface AdmissionReader {
  get(kind: { group: string; plural: string }, namespace: string, name: string): KubeObject | undefined;
  list(kind: { group: string; plural: string }, namespace: string): readonly KubeObject[];
  /** Resolves when it shows everything that was written before, by whichever server. */
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
  /** One plugin after the other, before the kind prepares and validates the object. */
  mutate?(attributes: AdmissionAttributes): Promise<void> | void;
  /** All plugins at once, after the kind's validation. Changes nothing. */
  validate?(attributes: AdmissionAttributes): Checked;
  /**
   * Takes for the object what there is only so much of: addresses, ports, quota. One plugin after the other, when all
   * have agreed and only the write itself can fail. May complete the object.
   */
  reserve?(attributes: AdmissionAttributes): Checked;
}
