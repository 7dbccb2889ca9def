import { workspace, type Uri } from 'vscode';
import type { KubeObject } from '../../api/meta.ts';
import type { Resource } from '../../api/resource.ts';
import { isNotFound } from '../../api/status.ts';
import type { NewObject } from '../../client/contract.ts';
import type { ClusterSession } from '../model/session.ts';
import { parseManifest, type ManifestObject } from './manifest.ts';

/** Who owns the fields that the editor applies. */
export const FIELD_MANAGER = 'wheelhouse-editor';

interface Located {
  readonly resource: Resource;
  readonly namespace: string | undefined;
  readonly object: ManifestObject;
}

/** What can be done with the objects of a manifest document. */
export class Manifests {
  /** Server-side applies the objects in their order; resolves with a line per object. Rejects at the first that is refused. */
  async apply(session: ClusterSession, uri: Uri, index?: number): Promise<readonly string[]> {
    const outcomes: string[] = [];
    for (const located of await this.#locate(session, uri, index)) {
      const { resource, namespace, object } = located;
      const draft = structuredClone(object.value) as unknown as NewObject<KubeObject>;
      if (namespace !== undefined) draft.metadata.namespace = namespace;
      await session.client.apply(resource, draft, { fieldManager: FIELD_MANAGER });
      outcomes.push(`${resource.plural}/${object.name} applied`);
    }
    return outcomes;
  }

  /** Deletes the objects, last first; what is not there is said and no failure. */
  async delete(session: ClusterSession, uri: Uri, index?: number): Promise<readonly string[]> {
    const outcomes: string[] = [];
    for (const { resource, namespace, object } of (await this.#locate(session, uri, index)).toReversed()) {
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

  async #locate(session: ClusterSession, uri: Uri, index: number | undefined): Promise<readonly Located[]> {
    const document = await workspace.openTextDocument(uri);
    const { objects, problems } = parseManifest(document.getText());
    const [problem] = problems;
    if (problem !== undefined)
      throw new Error(`${workspace.asRelativePath(uri)}:${problem.line + 1}: ${problem.message}`);
    const chosen = objects.filter((object) => index === undefined || object.index === index);
    if (chosen.length === 0) throw new Error(`${workspace.asRelativePath(uri)} holds no Kubernetes object.`);
    return Promise.all(
      chosen.map(async (object) => {
        const resource = await session.discovery.resourceOf(object.apiVersion, object.kind);
        const namespace = resource.namespaced ? (object.namespace ?? session.context.namespace) : undefined;
        return { resource, namespace, object };
      }),
    );
  }
}
