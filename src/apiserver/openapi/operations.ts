import { apiVersionOf, type GroupVersionKind, pathOf, type Resource } from '../../api/resource.ts';
import type { DiscoveredGroup, DiscoveredResource, DiscoveredSubresource } from '../discovery/groups.ts';
import type { Definition } from '../../api/schema/definition.ts';
import { patchTypesOf } from '../verbs/patchTypes.ts';
import { ALL_TYPES, capital, DELETE_OPTIONS, groupId, STATUS, TEXT_TYPES } from './names.ts';

export type Method = 'get' | 'put' | 'post' | 'delete' | 'options' | 'head' | 'patch';

/** One request that the API takes, in neither version of OpenAPI. */
export interface Operation {
  readonly method: Method;
  /** `x-kubernetes-action`; like the kind, only what is about a resource has one. */
  readonly action: string | undefined;
  readonly id: string;
  readonly description: string;
  readonly kind: GroupVersionKind | undefined;
  readonly body: Definition | 'patch' | undefined;
  /** The media types of a patch. */
  readonly patchTypes: readonly string[] | undefined;
  /** Undefined for a stream. */
  readonly result: Definition | undefined;
  /** The media types of the answer. */
  readonly produces: readonly string[];
  /** The status codes with which the result comes. */
  readonly codes: readonly (200 | 201 | 202)[];
  readonly query: readonly string[];
}

export type PathParameter = 'name' | 'namespace' | 'path';

export interface Path {
  readonly path: string;
  readonly parameters: readonly PathParameter[];
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
  path: { type: 'string', description: 'The path of what is asked, below the proxy.' },
  command: { type: 'string', description: 'The command and its arguments, one parameter each; no shell.' },
  container: { type: 'string', description: 'One of the containers; default: the only one.' },
  stderr: { type: 'boolean', description: "Whether the container's standard error is sent." },
  stdin: { type: 'boolean', description: 'Whether what the client sends is the standard input.' },
  stdout: { type: 'boolean', description: "Whether the container's standard output is sent." },
  tty: { type: 'boolean', description: 'Whether there is a terminal.' },
  ports: { type: 'integer', description: 'The ports to forward; required over WebSockets.' },
  follow: { type: 'boolean', description: 'The log goes on as it is written.' },
  insecureSkipTLSVerifyBackend: {
    type: 'boolean',
    description: "The node's certificate is not verified; the answer could be another's.",
  },
  limitBytes: { type: 'integer', description: 'At most this much of the log.' },
  previous: { type: 'boolean', description: 'The log of the container that ran before.' },
  sinceSeconds: { type: 'integer', description: 'Only what was written in the last seconds.' },
  stream: { type: 'string', description: 'All (default), Stdout or Stderr.' },
  tailLines: { type: 'integer', description: 'Only the last lines.' },
  timestamps: { type: 'boolean', description: 'Each line begins with its time.' },
};

/** What the subresources take that answer with a stream. */
const STREAM_QUERY: Readonly<Record<string, readonly string[]>> = {
  attach: ['container', 'stderr', 'stdin', 'stdout', 'tty'],
  exec: ['command', 'container', 'stderr', 'stdin', 'stdout', 'tty'],
  log: [
    'container',
    'follow',
    'insecureSkipTLSVerifyBackend',
    'limitBytes',
    'pretty',
    'previous',
    'sinceSeconds',
    'stream',
    'tailLines',
    'timestamps',
  ],
  portforward: ['ports'],
  proxy: ['path'],
};
/** A proxy passes on what has no verb of its own, too. */
const PROXY_METHODS: readonly Method[] = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch'];

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

/** With which codes an action answers, where it is not 200 alone. */
const CODES: Readonly<Record<string, Operation['codes']>> = {
  post: [200, 201, 202],
  put: [200, 201],
  patch: [200, 201],
  delete: [200, 202],
};

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
  readonly #types: readonly string[];

  constructor(group: string, version: string, discovered: DiscoveredResource) {
    this.#discovered = discovered;
    this.#resource = discovered.resource;
    this.#kind = { group, kind: discovered.resource.kind, version };
    this.#definition = discovered.schema.definition;
    this.#prefix = groupId(group) + capital(version);
    this.#types = discovered.schema.message === undefined ? TEXT_TYPES : ALL_TYPES;
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
      ...this.#discovered.subresources.flatMap((sub): Path[] => {
        const path = this.#path({ ...at, name: '{name}', subresource: sub.name });
        const one: Path = { path, parameters: ['name', ...scoped], operations: this.#subresource(sub, '') };
        if (sub.name !== 'proxy') return [one];
        return [
          one,
          {
            path: `${path}/{path}`,
            parameters: ['name', ...scoped, 'path'],
            operations: this.#subresource(sub, 'WithPath'),
          },
        ];
      }),
    ];
    if (namespaced && this.#has('list')) {
      const list = this.#operation('get', 'list', 'list', 'ForAllNamespaces', this.#kind, {
        result: this.#discovered.schema.listDefinition,
        produces: this.#listTypes(),
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
          produces: this.#listTypes(),
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

  /** A watch is a list, too. */
  #listTypes(): readonly string[] {
    return [
      ...this.#types,
      ...this.#types.filter((type) => !type.endsWith('yaml')).map((type) => `${type};stream=watch`),
    ];
  }

  #subresource(sub: DiscoveredSubresource, more: '' | 'WithPath'): Operation[] {
    const kind = { group: sub.group, kind: sub.kind, version: sub.version };
    const definition = sub.schema?.definition;
    const suffix = capital(sub.name);
    if (sub.name === 'log') {
      const query = STREAM_QUERY.log ?? [];
      const produces = ['text/plain', ...this.#types];
      return [this.#operation('get', 'get', 'read', suffix, kind, { query, produces })];
    }
    if (definition === undefined) return this.#connections(sub, kind, more);
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

  /** What answers with a stream: each method is an operation. */
  #connections(
    { name, verbs }: DiscoveredSubresource,
    kind: GroupVersionKind,
    more: '' | 'WithPath',
  ): Operation[] {
    const verbOf: Partial<Record<Method, string>> = {
      get: 'get',
      put: 'update',
      post: 'create',
      delete: 'delete',
      patch: 'patch',
    };
    const methods = PROXY_METHODS.filter(
      (method) => name === 'proxy' || verbs.includes(verbOf[method] ?? ''),
    );
    const query = STREAM_QUERY[name] ?? [];
    return methods.map((method) => ({
      ...this.#operation(method, 'connect', `connect`, `${capital(name)}${more}`, kind, { query }),
      id: `connect${this.#prefix}${capital(method)}${this.#subject(`${capital(name)}${more}`)}`,
      description: `connect ${method.toUpperCase()} requests to ${name} of ${this.#resource.kind}`,
    }));
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
    more: Partial<Pick<Operation, 'body' | 'patchTypes' | 'result' | 'produces' | 'query'>>,
  ): Operation {
    const about = suffix === '' || suffix === 'ForAllNamespaces' ? '' : `${suffix.toLowerCase()} of the `;
    return {
      method,
      action,
      id: `${verb}${this.#prefix}${this.#subject(suffix)}`,
      description: `${verb} ${about}${this.#resource.kind} (${apiVersionOf(this.#resource)})`,
      kind,
      body: more.body,
      patchTypes: more.patchTypes,
      result: more.result,
      produces: more.produces ?? (more.result === undefined ? ['*/*'] : this.#types),
      codes: CODES[action] ?? [200],
      query: more.query ?? [],
    };
  }

  #subject(suffix: string): string {
    const everywhere = suffix === 'ForAllNamespaces' || !this.#resource.namespaced;
    return `${everywhere ? '' : 'Namespaced'}${this.#resource.kind}${suffix}`;
  }
}
