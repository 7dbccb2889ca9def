import type { FieldError } from './fields/fieldErrors.ts';
import type { Draft, KubeObject } from './meta.ts';
import type { UserInfo } from './request.ts';
import type { Resource } from './resource.ts';
import type { Schema } from './schema/schema.ts';

/** What a kind's rules may use besides the object. They read no clock and no randomness of their own. */
export interface StrategyContext {
  /** RFC 3339, seconds. */
  readonly now: string;
  /** The user of the request. */
  readonly user: UserInfo;
}

/** A column of the server-side table (kubectl get). Facts as upstream `pkg/printers/internalversion/printers.go`. */
export interface Column<T extends KubeObject> {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  readonly format?: string;
  readonly description: string;
  /** 0 is always shown, 1 with `-o wide`. */
  readonly priority?: number;
  /** `now` in ms since the epoch, for ages; null where there is nothing to show. */
  cell(object: T, now: number): string | number | boolean | null;
}

/**
 * Everything about one kind, in one folder of `kinds/`. Rules are pure: they see the object (and its previous
 * version), never storage or other objects. What needs other objects is admission or a controller.
 */
export interface Kind<T extends KubeObject = KubeObject> {
  readonly resource: Resource<T>;
  readonly schema: Schema;
  readonly singular?: string;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  /** The kind of a list of such objects. Default: the kind and `List`. */
  readonly listKind?: string;
  /** Other addresses that serve the same stored objects (Event: core/v1 and events.k8s.io/v1). */
  readonly alsoServedAs?: readonly ServedAs[];
  /**
   * Set where the rules see another form of objects than the one that is stored: a custom kind, whose versions are kinds
   * of their own over the same stored objects.
   */
  readonly storedForm?: StoredForm;
  /** Verbs served; default all: create delete deletecollection get list patch update watch. */
  readonly verbs?: readonly string[];
  /** False for reviews and the like, which are answered and never stored. Default true. */
  readonly stored?: boolean;

  /** How metadata.name is checked. Default `dns1123Subdomain`. */
  readonly nameRule?: 'dns1123Subdomain' | 'dns1123Label' | 'dns1035Label' | 'pathSegment' | 'ipAddress';
  /** True where a spec change raises metadata.generation. */
  readonly hasGeneration?: boolean;
  /** True where PUT on a missing name creates (Lease, Event, …: `AllowCreateOnUpdate`). */
  readonly createOnUpdate?: boolean;
  /** True where PUT without resourceVersion overwrites (`AllowUnconditionalUpdate`). Default true. */
  readonly unconditionalUpdate?: boolean;

  /** Fills in defaults. Idempotent. */
  setDefaults?(draft: Draft<T>): void;
  /** Drops what a client may not set at creation (status). Runs after defaults. */
  prepareForCreate?(draft: Draft<T>, context: StrategyContext): void;
  /** Keeps what this write may not change; by default the old status is copied over the incoming one. */
  prepareForUpdate?(draft: Draft<T>, old: T, context: StrategyContext): void;
  /** Checks the kind's own fields (metadata is checked for all kinds alike). */
  validate(object: T): readonly FieldError[];
  /** Further checks of a new object alone: what older objects may have kept. `validate` runs as well. */
  validateCreate?(object: T): readonly FieldError[];
  /** Further checks of a change: immutable fields. `validate` runs as well. */
  validateUpdate?(object: T, old: T): readonly FieldError[];
  /** True where `validateUpdate` alone checks a change: what was wrong before and stays as it is may be let pass. */
  readonly ratchets?: boolean;
  /**
   * What is valid and probably not meant, a `Warning` header each: upstream's WarningsOnCreate (`old` is undefined) and
   * WarningsOnUpdate. Asked where a client may see it.
   */
  warnings?(object: T, old: T | undefined): readonly string[];
  /** What every request to this address is told: that it is deprecated, and what to use. */
  readonly deprecation?: string;

  /** The status subresource: present where there is one. By default only `status` (and metadata as upstream) is taken. */
  readonly status?: {
    prepareForUpdate?(draft: Draft<T>, old: T, context: StrategyContext): void;
    validateUpdate?(object: T, old: T): readonly FieldError[];
  };
  /** The scale subresource: JSON paths as in a CRD, without the leading dot. */
  readonly scale?: {
    readonly specReplicas: string;
    readonly statusReplicas: string;
    readonly selector: string;
    /** True where the selector is a map of labels and no LabelSelector (ReplicationController). */
    readonly selectorIsMap?: true;
  };
  /** Other subresources by name (log, exec, binding, …); each has its handler in `apiserver/verbs/subresources/`. */
  readonly subresources?: readonly Subresource<T>[];

  /**
   * Seconds of grace for a deletion, undefined for none: only pods have any. A kind with grace is marked with
   * deletionTimestamp first and goes when a second delete comes with 0.
   */
  gracePeriodSeconds?(object: T, requested: number | undefined): number | undefined;
  /**
   * Deletion beyond metadata.finalizers (Namespace: spec.finalizers): `keeps` says that the object must stay for now,
   * `begin` is what the start of a deletion changes besides the metadata.
   */
  readonly deletion?: {
    keeps(object: T): boolean;
    begin(draft: Draft<T>): void;
  };
  /** True where a DELETE answers with the object and not with a Status (`ReturnDeletedObject`: Pod, Service, ServiceAccount, …). */
  readonly returnsDeleted?: boolean;
  /** Fields besides metadata.name and metadata.namespace that a field selector may name. */
  readonly selectableFields?: (object: T) => Readonly<Record<string, string>>;
  /** Without `Name` first and `Age` last these are complete: the kind lists all its columns. */
  readonly columns: readonly Column<T>[];
}

export interface ServedAs {
  readonly resource: Resource;
  readonly schema: Schema;
  readonly singular?: string;
  readonly shortNames?: readonly string[];
  /** The columns of objects at this address. Default: the kind's, which must then fit. */
  readonly columns?: readonly Column<KubeObject>[];
  readonly conversion: Conversion;
}

export interface StoredForm {
  /** The version in which new objects are stored; older ones may be there in others. */
  readonly version: string;
  /** True for one of a resource's kinds: by it they know the resource who count it once, in whatever versions it is served. */
  readonly isPrimary: boolean;
  /** True where all versions have the same fields: who owns them in one owns them in all. */
  readonly sameFields: boolean;
  /** To the form that the rules see, and back. Gives the same object where there is nothing to change. */
  readonly conversion: Conversion;
}

/**
 * Between the form in which objects are stored and the one that an address shows. Objects come back in the order in
 * which they are given. A promise is for a conversion that another process does: it is asked once for a whole list.
 */
export interface Conversion {
  fromStored(objects: readonly KubeObject[]): readonly KubeObject[] | Promise<readonly KubeObject[]>;
  toStored(drafts: readonly Draft[]): readonly Draft[] | Promise<readonly Draft[]>;
}

export interface Subresource<T extends KubeObject = KubeObject> {
  readonly name: string;
  readonly kind: string;
  /** Group and version of the body's kind where they are not the parent's. */
  readonly group?: string;
  readonly version?: string;
  /** The schema of the body; undefined where there is none (exec, proxy, …) or none of its own (log). */
  readonly schema?: Schema;
  readonly verbs: readonly string[];
  /**
   * Set where the subresource shows the whole object and takes a part of its spec (pods/ephemeralcontainers) or of its
   * status (certificatesigningrequests/approval); it needs no handler then. Of the other everything stays, with a part of
   * the spec the metadata too; `prepareForUpdate` keeps the rest.
   */
  readonly part?: {
    /** Default: spec. */
    readonly takes?: 'spec' | 'status';
    prepareForUpdate(draft: Draft<T>, old: T, context: StrategyContext): void;
    /** The kind's own `validate` runs as well. */
    validateUpdate(object: T, old: T): readonly FieldError[];
  };
}

/** A kind with its object type hidden, for the list of all kinds. */
export function defineKind<T extends KubeObject>(kind: Kind<T>): Kind {
  return kind as unknown as Kind;
}
