import { isDeepStrictEqual } from 'node:util';
import { workspace, type Uri } from 'vscode';
import type { KubeObject } from '../../api/meta.ts';
import type { Resource } from '../../api/resource.ts';
import { isNotFound } from '../../api/status.ts';
import type { NewObject } from '../../client/contract.ts';
import type { ClusterSession } from '../model/session.ts';
import { parseManifest, type ManifestObject } from './manifest.ts';

/** The field manager of the editor's applies. */
export const FIELD_MANAGER = 'wheelhouse-editor';

interface Located {
  readonly resource: Resource;
  readonly namespace: string | undefined;
  readonly object: ManifestObject;
}

export interface Preview {
  /** `deployments/web` */
  readonly name: string;
  readonly before: KubeObject | undefined;
  readonly after: KubeObject;
}

/** What can be done with the objects of a manifest document. */
export class Manifests {
  /** The objects of the document, or the one of that index. Rejects where the text is no YAML or holds none. */
  async objects(uri: Uri, index?: number): Promise<readonly ManifestObject[]> {
    const document = await workspace.openTextDocument(uri);
    const { objects, problems } = parseManifest(document.getText());
    const problem = problems.find(({ severity }) => severity === 'error');
    if (problem !== undefined)
      throw new Error(`${workspace.asRelativePath(uri)}:${problem.at.line + 1}: ${problem.message}`);
    const chosen = objects.filter((object) => index === undefined || object.index === index);
    if (chosen.length === 0) throw new Error(`${workspace.asRelativePath(uri)} holds no Kubernetes object.`);
    return chosen;
  }

  /**
   * Server-side applies the objects in their order; resolves with a line per object that says what it did. Rejects at
   * the first that is refused. An object's resource is looked up when its turn comes: an earlier one may define it.
   */
  async apply(session: ClusterSession, uri: Uri, index?: number): Promise<readonly string[]> {
    const outcomes: string[] = [];
    for (const object of await this.objects(uri, index)) {
      const { resource, namespace } = await locate(session, object);
      const draft = draftOf(object, namespace);
      const before = await liveObject(session, resource, { namespace, name: object.name });
      const after = await session.client.apply(resource, draft, { fieldManager: FIELD_MANAGER });
      outcomes.push(`${resource.plural}/${object.name} ${whatChanged(before, after)}`);
    }
    return outcomes;
  }

  /** What applying the objects would make of them, by a dry run; `before` is missing where there is none yet. */
  async preview(session: ClusterSession, uri: Uri, index?: number): Promise<readonly Preview[]> {
    const previews: Preview[] = [];
    for (const object of await this.objects(uri, index)) {
      const { resource, namespace } = await locate(session, object);
      const draft = draftOf(object, namespace);
      const before = await liveObject(session, resource, { namespace, name: object.name });
      const after = await session.client.apply(resource, draft, {
        fieldManager: FIELD_MANAGER,
        dryRun: true,
      });
      previews.push({ name: `${resource.plural}/${object.name}`, before, after });
    }
    return previews;
  }

  /** Deletes the objects, last first; what is not there is said and no failure. */
  async delete(session: ClusterSession, uri: Uri, index?: number): Promise<readonly string[]> {
    const outcomes: string[] = [];
    const located = await Promise.all(
      (await this.objects(uri, index)).map((object) => locate(session, object)),
    );
    for (const { resource, namespace, object } of located.toReversed()) {
      try {
        await session.client.delete(
          resource,
          { namespace, name: object.name },
          { propagationPolicy: 'Background' },
        );
        outcomes.push(`${resource.plural}/${object.name} deleted`);
      } catch (error) {
        if (!isNotFound(error)) throw error;
        outcomes.push(`${resource.plural}/${object.name} was not there`);
      }
    }
    return outcomes;
  }
}

/** The object that is sent, in its namespace. The server refuses metadata that are not an object. */
function draftOf({ value }: ManifestObject, namespace: string | undefined): NewObject<KubeObject> {
  const draft = structuredClone(value) as { metadata?: unknown };
  const { metadata } = draft;
  if (namespace !== undefined && typeof metadata === 'object' && metadata !== null)
    draft.metadata = { ...metadata, namespace };
  return draft as unknown as NewObject<KubeObject>;
}

async function liveObject(
  session: ClusterSession,
  resource: Resource,
  at: { readonly namespace: string | undefined; readonly name: string },
): Promise<KubeObject | undefined> {
  try {
    return await session.client.get(resource, at);
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

async function locate(session: ClusterSession, object: ManifestObject): Promise<Located> {
  const resource = await session.discovery.resourceOf(object.apiVersion, object.kind);
  const namespace = resource.namespaced ? (object.namespace ?? session.context.namespace) : undefined;
  return { resource, namespace, object };
}

/** kubectl's words. Status and bookkeeping, which others change meanwhile, do not count. */
function whatChanged(before: KubeObject | undefined, after: KubeObject): string {
  if (before === undefined) return 'created';
  return isDeepStrictEqual(declared(before), declared(after)) ? 'unchanged' : 'configured';
}

function declared(object: KubeObject): unknown {
  const { managedFields: _, resourceVersion: __, generation: ___, ...metadata } = object.metadata;
  return { ...object, metadata, status: undefined };
}
