import { apiVersionOf, type GroupVersionKind, pathOf, type Resource } from '../../api/resource.ts';
import type { DiscoveredGroup, DiscoveredResource, DiscoveredSubresource } from '../discovery/groups.ts';
import type { Definition } from '../../api/schema/definition.ts';
import { patchTypesOf } from '../verbs/patchTypes.ts';
import { capital, DELETE_OPTIONS, groupId, STATUS } from './names.ts';

/** One request that the API takes, in neither version of OpenAPI. */
export interface Operation {
  readonly method: 'get' | 'put' | 'post' | 'patch' | 'delete';
  /** `x-kubernetes-action`. */
  readonly action: string;
  readonly id: string;
  readonly description: string;
  readonly kind: GroupVersionKind;
  readonly body: Definition | 'patch' | undefined;
  /** The media types of a patch. */
  readonly patchTypes: readonly string[] | undefined;
  /** Undefined for a stream. */
  readonly result: Definition | undefined;
  readonly query: readonly string[];
}

export interface Path {
  readonly path: string;
  readonly parameters: readonly ('name' | 'namespace')[];
  readonly operations: readonly Operation[];
}

/** Query parameters: type and what they do. */
export const QUERY: Readonly<
  Record<string, { readonly type: 'string' | 'boolean' | 'integer'; readonly description: string }>
> = {
  pretty: { type: 'string', description: 'If true, the answer is indented.' },
  allowWatchBookmarks: { type: 'boolean', description: 'Asks a watch for BOOKMARK events.' },
  continue: { type: 'string', description: 'Where an earlier, limited list ended.' },
  fieldSelector: { type: 'string', description: 'Only objects whose fields have these values.' },
  labelSelector: { type: 'string', description: 'Only objects whose labels match.' },
  limit: { type: 'integer', description: 'At most this many objects; the answer says where to continue.' },
  resourceVersion: { type: 'string', description: 'How recent the answer must be.' },
  resourceVersionMatch: {
    type: 'string',
    description: 'How resourceVersion is meant: Exact or NotOlderThan.',
  },
  sendInitialEvents: { type: 'boolean', description: 'A watch begins with what is there, then a bookmark.' },
  timeoutSeconds: { type: 'integer', description: 'How long a list or watch may take.' },
  watch: { type: 'boolean', description: 'Changes as they happen instead of a list.' },
  dryRun: { type: 'string', description: 'All: everything is done but the storing.' },
  fieldManager: { type: 'string', description: 'Who will own the fields that are changed.' },
  fieldValidation: {
    type: 'string',
    description: 'What becomes of unknown and duplicate fields: Ignore, Warn (default) or Strict.',
  },
  force: { type: 'boolean', description: 'An apply takes fields from other managers instead of failing.' },
  gracePeriodSeconds: { type: 'integer', description: 'How long the object may take to end; 0 is at once.' },
  orphanDependents: { type: 'boolean', description: 'Former way to say propagationPolicy.' },
  propagationPolicy: {
    type: 'string',
    description: 'What becomes of dependents: Orphan, Background or Foreground.',
  },
};

const LIST_QUERY = [
  'allowWatchBookmarks',
  'continue',
  'fieldSelector',
  'labelSelector',
  'limit',
  'pretty',
  'resourceVersion',
  'resourceVersionMatch',
  'sendInitialEvents',
  'timeoutSeconds',
  'watch',
];
const WRITE_QUERY = ['pretty', 'dryRun', 'fieldManager', 'fieldValidation'];
const DELETE_QUERY = ['pretty', 'dryRun', 'gracePeriodSeconds', 'orphanDependents', 'propagationPolicy'];

/** The paths of one version of a group. */
export function pathsOf(
  { group }: DiscoveredGroup,
  version: string,
  resources: readonly DiscoveredResource[],
): Path[] {
  return resources.flatMap((discovered) => new Paths(group, version, discovered).all());
}

/** Builds the paths of one resource. */
class Paths {
  readonly #discovered: DiscoveredResource;
  readonly #resource: Resource;
  readonly #kind: GroupVersionKind;
  readonly #definition: Definition;
  /** `AppsV1`. */
  readonly #prefix: string;

  constructor(group: string, version: string, discovered: DiscoveredResource) {
    this.#discovered = discovered;
    this.#resource = discovered.resource;
    this.#kind = { group, kind: discovered.resource.kind, version };
    this.#definition = discovered.schema.definition;
    this.#prefix = groupId(group) + capital(version);
  }

  all(): Path[] {
    const { namespaced } = this.#resource;
    const at = namespaced ? { namespace: '{namespace}' } : {};
    const scoped = namespaced ? (['namespace'] as const) : [];
    const paths: Path[] = [
      { path: this.#path(at), parameters: scoped, operations: this.#collection() },
      {
        path: this.#path({ ...at, name: '{name}' }),
        parameters: ['name', ...scoped],
        operations: this.#object(),
      },
      ...this.#discovered.subresources.map((sub): Path => ({
        path: this.#path({ ...at, name: '{name}', subresource: sub.name }),
        parameters: ['name', ...scoped],
        operations: this.#subresource(sub),
      })),
    ];
    if (namespaced && this.#has('list')) {
      const list = this.#operation('get', 'list', 'list', 'ForAllNamespaces', this.#kind, {
        result: this.#discovered.schema.listDefinition,
        query: LIST_QUERY,
      });
      paths.unshift({ path: this.#path({}), parameters: [], operations: [list] });
    }
    return paths.filter((path) => path.operations.length > 0);
  }

  #path(at: { namespace?: string; name?: string; subresource?: string }): string {
    return pathOf(this.#resource, at).replace('%7Bname%7D', '{name}');
  }

  #has(verb: string): boolean {
    return this.#discovered.verbs.includes(verb);
  }

  #collection(): Operation[] {
    const operations: Operation[] = [];
    const definition = this.#definition;
    if (this.#has('list')) {
      operations.push(
        this.#operation('get', 'list', 'list', '', this.#kind, {
          result: this.#discovered.schema.listDefinition,
          query: LIST_QUERY,
        }),
      );
    }
    if (this.#has('create')) {
      operations.push(
        this.#operation('post', 'post', 'create', '', this.#kind, {
          body: definition,
          result: definition,
          query: WRITE_QUERY,
        }),
      );
    }
    if (this.#has('deletecollection')) {
      operations.push(
        this.#operation('delete', 'deletecollection', 'deleteCollection', '', this.#kind, {
          body: DELETE_OPTIONS.definition,
          result: STATUS.definition,
          query: [...LIST_QUERY, ...DELETE_QUERY.filter((name) => name !== 'pretty')],
        }),
      );
    }
    return operations;
  }

  #object(): Operation[] {
    const operations = this.#readAndWrite(this.#discovered.verbs, this.#kind, this.#definition, '');
    if (this.#has('delete')) {
      operations.push(
        this.#operation('delete', 'delete', 'delete', '', this.#kind, {
          body: DELETE_OPTIONS.definition,
          result: STATUS.definition,
          query: DELETE_QUERY,
        }),
      );
    }
    return operations;
  }

  #subresource(sub: DiscoveredSubresource): Operation[] {
    const kind = { group: sub.group, kind: sub.kind, version: sub.version };
    const definition = sub.schema?.definition;
    const suffix = capital(sub.name);
    if (definition === undefined) {
      const methods = {
        create: 'post',
        delete: 'delete',
        get: 'get',
        patch: 'patch',
        update: 'put',
      } as const;
      return Object.entries(methods)
        .filter(([verb]) => sub.verbs.includes(verb))
        .map(([, method]) =>
          this.#operation(
            method,
            sub.name === 'log' ? 'get' : 'connect',
            `connect${capital(method)}`,
            suffix,
            kind,
            {},
          ),
        );
    }
    const operations = this.#readAndWrite(sub.verbs, kind, definition, suffix);
    if (sub.verbs.includes('create')) {
      operations.push(
        this.#operation('post', 'post', 'create', suffix, kind, {
          body: definition,
          result: definition,
          query: WRITE_QUERY,
        }),
      );
    }
    return operations;
  }

  #readAndWrite(
    verbs: readonly string[],
    kind: GroupVersionKind,
    definition: Definition,
    suffix: string,
  ): Operation[] {
    const operations: Operation[] = [];
    if (verbs.includes('get')) {
      operations.push(
        this.#operation('get', 'get', 'read', suffix, kind, { result: definition, query: ['pretty'] }),
      );
    }
    if (verbs.includes('update')) {
      operations.push(
        this.#operation('put', 'put', 'replace', suffix, kind, {
          body: definition,
          result: definition,
          query: WRITE_QUERY,
        }),
      );
    }
    if (verbs.includes('patch')) {
      operations.push(
        this.#operation('patch', 'patch', 'patch', suffix, kind, {
          body: 'patch',
          patchTypes: patchTypesOf(this.#discovered.schema),
          result: definition,
          query: [...WRITE_QUERY, 'force'],
        }),
      );
    }
    return operations;
  }

  #operation(
    method: Operation['method'],
    action: string,
    verb: string,
    suffix: string,
    kind: GroupVersionKind,
    more: Partial<Pick<Operation, 'body' | 'patchTypes' | 'result' | 'query'>>,
  ): Operation {
    const everywhere = suffix === 'ForAllNamespaces' || !this.#resource.namespaced;
    const subject = `${everywhere ? '' : 'Namespaced'}${this.#resource.kind}${suffix}`;
    const about = suffix === '' || suffix === 'ForAllNamespaces' ? '' : `${suffix.toLowerCase()} of the `;
    return {
      method,
      action,
      id: `${verb}${this.#prefix}${subject}`,
      description: `${verb} ${about}${this.#resource.kind} (${apiVersionOf(this.#resource)})`,
      kind,
      body: more.body,
      patchTypes: more.patchTypes,
      result: more.result,
      query: more.query ?? [],
    };
  }
}
