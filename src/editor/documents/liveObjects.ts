import { EventEmitter, Uri, type TextDocumentContentProvider } from 'vscode';
import { stringify } from 'yaml';
import type { Disposable } from '../../base/disposable.ts';
import type { KubeObject } from '../../api/meta.ts';
import { resource, type Resource } from '../../api/resource.ts';
import { isNotFound } from '../../api/status.ts';
import type { ClusterModel } from '../model/clusterModel.ts';
import type { ClusterSession } from '../model/session.ts';

export const LIVE_SCHEME = 'wheelhouse';

/** What keeps a document up to date: no session while its cluster is not running. */
interface Followed extends Disposable {
  readonly uri: Uri;
  readonly session: ClusterSession | undefined;
}

/**
 * Live objects as read-only YAML documents that follow the object:
 * `wheelhouse://CLUSTER/NAMESPACE/NAME.Kind.yaml?resource`.
 */
export class LiveObjects implements TextDocumentContentProvider, Disposable {
  readonly #model: ClusterModel;
  readonly #changed = new EventEmitter<Uri>();
  readonly #followed = new Map<string, Followed>();
  readonly #sessions: Disposable;
  readonly onDidChange = this.#changed.event;

  constructor(model: ClusterModel) {
    this.#model = model;
    this.#sessions = model.onDidChange(() => this.#refollow());
  }

  uriOf(cluster: string, of: Resource, object: KubeObject): Uri {
    const { name, namespace } = object.metadata;
    const query = new URLSearchParams({
      group: of.group,
      version: of.version,
      plural: of.plural,
      kind: of.kind,
      scope: of.namespaced ? 'Namespaced' : 'Cluster',
      name,
    });
    return Uri.from({
      scheme: LIVE_SCHEME,
      authority: cluster,
      path: `/${namespace ?? ''}/${name}.${of.kind}.yaml`.replace('//', '/'),
      query: query.toString(),
    });
  }

  async provideTextDocumentContent(uri: Uri): Promise<string> {
    const session = this.#model.session(uri.authority);
    if (session === undefined) return `# Cluster ${uri.authority} is not running.\n`;
    const { of, namespace, name } = addressOf(uri);
    this.open(uri);
    try {
      return toYaml(await session.client.get(of, { namespace, name }));
    } catch (error) {
      if (isNotFound(error)) return `# ${of.kind} ${name} is gone.\n`;
      throw error;
    }
  }

  /** Follows a document: as it is read, and as the editor opens it again because its language has changed. */
  open(uri: Uri): void {
    if (!this.#followed.has(uri.toString())) this.#follow(uri);
  }

  /** Stops following a document that the editor has closed. */
  close(uri: Uri): void {
    this.#followed.get(uri.toString())?.dispose();
    this.#followed.delete(uri.toString());
  }

  dispose(): void {
    this.#sessions.dispose();
    for (const subscription of this.#followed.values()) subscription.dispose();
    this.#followed.clear();
    this.#changed.dispose();
  }

  /** A cluster that was reconnected has another session; what was missed in between is read then. */
  #refollow(): void {
    for (const { uri, session } of [...this.#followed.values()]) {
      const now = this.#model.session(uri.authority);
      if (now === session) continue;
      this.close(uri);
      this.#follow(uri);
      if (now !== undefined) this.#changed.fire(uri);
    }
  }

  #follow(uri: Uri): void {
    const { of, namespace, name } = addressOf(uri);
    const session = this.#model.session(uri.authority);
    const watched = session?.informer(of);
    let known = watched?.get(namespace, name)?.metadata.resourceVersion;
    const isIt = ({ metadata }: KubeObject): boolean =>
      metadata.name === name && metadata.namespace === namespace;
    const onChange = (object: KubeObject): void => {
      if (!isIt(object) || object.metadata.resourceVersion === known) return;
      known = object.metadata.resourceVersion;
      this.#changed.fire(uri);
    };
    const onDelete = (object: KubeObject): void => {
      if (isIt(object)) this.#changed.fire(uri);
    };
    const subscription = watched?.addHandler({ onAdd: onChange, onUpdate: onChange, onDelete });
    this.#followed.set(uri.toString(), { uri, session, dispose: () => subscription?.dispose() });
  }
}

function addressOf(uri: Uri): { of: Resource; namespace: string | undefined; name: string } {
  const query = new URLSearchParams(uri.query);
  const get = (key: string): string => query.get(key) ?? '';
  const scope = get('scope') === 'Namespaced' ? 'Namespaced' : 'Cluster';
  const [, namespace] = uri.path.split('/');
  return {
    of: resource(get('group'), get('version'), get('plural'), get('kind'), scope),
    namespace: scope === 'Namespaced' ? namespace : undefined,
    name: get('name'),
  };
}

/** Without managed fields, which nobody reads; values of Secrets stay encoded. */
function toYaml(object: KubeObject): string {
  const { managedFields: _, ...metadata } = object.metadata;
  return stringify({ ...object, metadata }, { lineWidth: 0, aliasDuplicateObjects: false });
}
