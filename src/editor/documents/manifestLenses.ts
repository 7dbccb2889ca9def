import { CodeLens, EventEmitter, Range, type CodeLensProvider, type TextDocument } from 'vscode';
import { DisposableStore, type Disposable } from '../../base/disposable.ts';
import type { Clock } from '../../base/clock.ts';
import { apiVersionOf } from '../../api/resource.ts';
import { viewOf } from '../kinds/index.ts';
import { selectionOf } from '../logs/selection.ts';
import { forEachSession } from '../model/eachSession.ts';
import type { ClusterModel } from '../model/clusterModel.ts';
import type { ClusterSession } from '../model/session.ts';
import type { ManifestObject } from './manifest.ts';
import type { ParsedManifests } from './parsedManifests.ts';
import { roleIn } from './roleIn.ts';

const COALESCE_MS = 200;

/**
 * Above each object of a manifest: Apply, Diff, Delete, how the live object stands in each running cluster, and its
 * logs.
 */
export class ManifestLenses implements CodeLensProvider, Disposable {
  readonly #model: ClusterModel;
  readonly #parsed: ParsedManifests;
  readonly #store = new DisposableStore();
  readonly #emitter = new EventEmitter<void>();
  #pending: Disposable | undefined;

  readonly onDidChangeCodeLenses = this.#emitter.event;

  constructor(model: ClusterModel, parsed: ParsedManifests, clock: Clock) {
    this.#model = model;
    this.#parsed = parsed;
    const changed = (): void => {
      this.#pending ??= clock.timeout(COALESCE_MS, () => {
        this.#pending = undefined;
        this.#emitter.fire();
      });
    };
    this.#store.add(this.#emitter);
    this.#store.add(forEachSession(model, (session) => session.onChange(changed)));
    this.#store.add(model.onDidChange(changed));
  }

  async provideCodeLenses(document: TextDocument): Promise<CodeLens[]> {
    const manifest = this.#parsed.of(document);
    // Only objects can be applied one by one.
    if ((await roleIn(document, manifest)) !== 'objects') return [];
    const sessions = this.#model.running();
    return manifest.objects.flatMap((object) => {
      const range = new Range(object.line, 0, object.line, 0);
      const of = (title: string, command: string): CodeLens =>
        new CodeLens(range, { title, command, arguments: [document.uri, object.index] });
      const lenses = [of('$(cloud-upload) Apply', 'wheelhouse.applyManifest')];
      if (sessions.length === 0) return lenses;
      lenses.push(of('$(diff) Diff', 'wheelhouse.diffManifest'));
      lenses.push(of('$(trash) Delete', 'wheelhouse.deleteManifest'));
      return [...lenses, ...sessions.flatMap((session) => stateLens(session, object, range))];
    });
  }

  dispose(): void {
    this.#pending?.dispose();
    this.#store.dispose();
  }
}

/** The state of the live object in a few words, which opens it; none for kinds that are not served. */
function stateLens(session: ClusterSession, manifest: ManifestObject, range: Range): CodeLens[] {
  const served = session.served
    .known()
    .find(({ resource: r }) => r.kind === manifest.kind && apiVersionOf(r) === manifest.apiVersion);
  if (served?.verbs.includes('watch') !== true) return [];
  const { resource } = served;
  // All secrets or pods of a cluster that others use are not watched for the sake of a lens.
  const informer = session.own ? session.informer(resource) : session.cached(resource);
  if (informer?.synced !== true) return [];
  const namespace = resource.namespaced ? (manifest.namespace ?? session.context.namespace) : undefined;
  const object = informer.get(namespace, manifest.name);
  const { cluster } = session;
  const place = namespace === undefined || namespace === 'default' ? cluster : `${cluster}/${namespace}`;
  if (object === undefined) return [new CodeLens(range, { title: `not in ${place}`, command: '' })];
  const { description = `revision ${object.metadata.resourceVersion}` } = viewOf(resource).look(
    object,
    session.clock.now(),
  );
  const title = `${place}: ${description}`;
  const row = { cluster, resource, object };
  const state = new CodeLens(range, { title, command: 'wheelhouse.openObject', arguments: [row] });
  if (selectionOf(resource, object) === undefined) return [state];
  return [
    state,
    new CodeLens(range, { title: '$(output) Logs', command: 'wheelhouse.followLogs', arguments: [row] }),
  ];
}
