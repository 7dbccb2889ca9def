import { CodeLens, EventEmitter, Range, type CodeLensProvider, type TextDocument } from 'vscode';
import { DisposableStore, type Disposable } from '../../base/disposable.ts';
import type { Clock } from '../../base/clock.ts';
import { podSummary } from '../../api/kinds/podSummary.ts';
import type { KubeObject } from '../../api/meta.ts';
import * as resources from '../../api/resources.ts';
import { apiVersionOf, type Resource } from '../../api/resource.ts';
import type { Deployment, Pod } from '../../api/types.ts';
import type { ClusterModel } from '../model/clusterModel.ts';
import type { ClusterSession } from '../model/session.ts';
import { parseManifest, type ManifestObject } from './manifest.ts';

const COALESCE_MS = 200;

/** Above each object of a manifest: Apply, Delete, and how the live object stands. */
export class ManifestLenses implements CodeLensProvider, Disposable {
  readonly #model: ClusterModel;
  readonly #store = new DisposableStore();
  readonly #emitter = new EventEmitter<void>();
  readonly #sessions = new Map<ClusterSession, Disposable>();
  #pending: Disposable | undefined;

  readonly onDidChangeCodeLenses = this.#emitter.event;

  constructor(model: ClusterModel, clock: Clock) {
    this.#model = model;
    const changed = (): void => {
      this.#pending ??= clock.timeout(COALESCE_MS, () => {
        this.#pending = undefined;
        this.#emitter.fire();
      });
    };
    const follow = (): void => {
      for (const session of model.running()) {
        if (!this.#sessions.has(session)) this.#sessions.set(session, session.onChange(changed));
      }
      for (const [session, subscription] of this.#sessions) {
        if (model.running().includes(session)) continue;
        subscription.dispose();
        this.#sessions.delete(session);
      }
      changed();
    };
    this.#store.add(model.onDidChange(follow));
    this.#store.add(this.#emitter);
    follow();
  }

  provideCodeLenses(document: TextDocument): CodeLens[] {
    const [session] = this.#model.running();
    return parseManifest(document.getText()).objects.flatMap((object) => {
      const range = new Range(object.line, 0, object.line, 0);
      const of = (title: string, command: string): CodeLens =>
        new CodeLens(range, { title, command, arguments: [document.uri, object.index] });
      const lenses = [of('$(cloud-upload) Apply', 'wheelhouse.applyManifest')];
      if (session === undefined) return lenses;
      lenses.push(of('$(trash) Delete', 'wheelhouse.deleteManifest'));
      const state = liveState(session, object);
      if (state !== undefined) lenses.push(new CodeLens(range, { title: state, command: '' }));
      return lenses;
    });
  }

  dispose(): void {
    this.#pending?.dispose();
    for (const subscription of this.#sessions.values()) subscription.dispose();
    this.#store.dispose();
  }
}

/** The state of the live object in a few words; undefined for kinds that are not watched. */
function liveState(session: ClusterSession, manifest: ManifestObject): string | undefined {
  const watched = Object.values(resources).find(
    (r) =>
      r.kind === manifest.kind && apiVersionOf(r) === manifest.apiVersion && session.watches(r as Resource),
  ) as Resource | undefined;
  if (watched === undefined) return undefined;
  const namespace = watched.namespaced ? (manifest.namespace ?? session.context.namespace) : undefined;
  const object = session.informer(watched).get(namespace, manifest.name);
  return object === undefined
    ? `not in ${session.cluster}`
    : `${session.cluster}: ${describe(watched, object)}`;
}

function describe(resource: Resource, object: KubeObject): string {
  switch (resource.kind) {
    case 'Deployment': {
      const { spec, status } = object as Deployment;
      return `${status?.readyReplicas ?? 0}/${spec.replicas ?? 1} ready`;
    }
    case 'Pod':
      return podSummary(object as Pod).reason;
    default:
      return `revision ${object.metadata.resourceVersion}`;
  }
}
