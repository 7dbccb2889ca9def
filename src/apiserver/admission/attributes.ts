import { setOwnProperty } from '../../base/ownProperty.ts';
import type { Draft, KubeObject } from '../../api/meta.ts';
import type { UserInfo } from '../../api/request.ts';
import type { GroupVersionKind, Resource } from '../../api/resource.ts';
import type { AdmissionAttributes, Operation } from './contract.ts';

/** The user and the options of a request. */
export interface Asker {
  readonly user: UserInfo;
  readonly dryRun: boolean;
  /** The options of a create or update that the client set, without kind. */
  options(): object;
  warn(message: string): void;
  annotate(key: string, value: string, level?: 'Metadata' | 'Request'): void;
  signal(): AbortSignal;
  /** The deadline in monotonic milliseconds; undefined for none. */
  readonly deadline: number | undefined;
}

/** The target of a request. */
export interface Asked {
  readonly operation: Operation;
  readonly resource: Resource;
  readonly subresource: string;
  readonly kind: GroupVersionKind;
  readonly namespace: string;
  /** '' if the object has the name, which may still be generated. */
  readonly name: string;
  readonly object: Draft | undefined;
  readonly old: KubeObject | undefined;
  /** The options of a DELETE. */
  readonly deleteOptions?: object;
  /** Sets the defaults of an object that a webhook has changed. */
  readonly setDefaults?: (draft: Draft) => void;
}

const OPTIONS_KINDS = { CREATE: 'CreateOptions', UPDATE: 'UpdateOptions', DELETE: 'DeleteOptions' } as const;

/** The attributes of one request. They also know whether a plugin replaced the object. */
export class AdmissionRequest implements AdmissionAttributes {
  readonly operation: Operation;
  readonly resource: Resource;
  readonly subresource: string;
  readonly kind: GroupVersionKind;
  readonly namespace: string;
  readonly object: Draft | undefined;
  readonly old: KubeObject | undefined;
  readonly user: UserInfo;
  readonly dryRun: boolean;
  readonly #asker: Asker;
  readonly #asked: Asked;
  #isReplaced = false;
  #isReinvocation = false;

  constructor(asker: Asker, asked: Asked) {
    this.operation = asked.operation;
    this.resource = asked.resource;
    this.subresource = asked.subresource;
    this.kind = asked.kind;
    this.namespace = asked.namespace;
    this.object = asked.object;
    this.old = asked.old;
    this.user = asker.user;
    this.dryRun = asker.dryRun;
    this.#asker = asker;
    this.#asked = asked;
  }

  get name(): string {
    const { name, object } = this.#asked;
    return name === '' ? (object?.metadata.name ?? '') : name;
  }

  get options(): object | undefined {
    const { operation, deleteOptions } = this.#asked;
    if (operation === 'CONNECT') return undefined;
    const given = operation === 'DELETE' ? deleteOptions : this.#asker.options();
    return { ...given, kind: OPTIONS_KINDS[operation], apiVersion: 'meta.k8s.io/v1' };
  }

  get isReinvocation(): boolean {
    return this.#isReinvocation;
  }

  replaceObject(next: Draft): void {
    const { object } = this;
    if (object === undefined) throw new Error(`a ${this.operation} has no object that could be replaced`);
    for (const key of Object.keys(object)) Reflect.deleteProperty(object, key);
    for (const [key, value] of Object.entries(next)) setOwnProperty(object, key, value);
    this.#asked.setDefaults?.(object);
    this.#isReplaced = true;
  }

  /** Returns true once if the object has been replaced. The next round is then a reinvocation. */
  reinvoke(): boolean {
    if (!this.#isReplaced || this.#isReinvocation) return false;
    this.#isReinvocation = true;
    return true;
  }

  annotate(key: string, value: string, level?: 'Metadata' | 'Request'): void {
    this.#asker.annotate(key, value, level);
  }

  get deadline(): number | undefined {
    return this.#asker.deadline;
  }

  signal(): AbortSignal {
    return this.#asker.signal();
  }

  warn(message: string): void {
    this.#asker.warn(message);
  }
}
