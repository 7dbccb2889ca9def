import {
  Diagnostic,
  DiagnosticSeverity,
  languages,
  Range,
  workspace,
  type DiagnosticCollection,
  type TextDocument,
  type Uri,
} from 'vscode';
import { isAborted } from '../../base/abort.ts';
import type { Clock } from '../../base/clock.ts';
import { DisposableStore, toDisposable, type Disposable } from '../../base/disposable.ts';
import type { Logger } from '../../base/logger.ts';
import { analyse } from '../language/analyse.ts';
import type { ClusterModel } from '../model/clusterModel.ts';
import type { ClusterSession } from '../model/session.ts';
import type { Schemas } from '../schema/schemas.ts';
import { isManifestDocument } from './documents.ts';
import type { Finding } from './finding.ts';
import type { Span } from './fieldSpan.ts';
import type { Manifest } from './manifest.ts';
import { FIELD_MANAGER } from './manifests.ts';
import type { ParsedManifests } from './parsedManifests.ts';
import { roleIn } from './roleIn.ts';
import { checkOnServer, type ServerFinding } from './serverCheck.ts';

/** Between two keys of somebody who types no look is worth its time. */
const LOCAL_MS = 100;
/** The server is asked when the text has been left alone for a while. */
const SERVER_MS = 500;

export interface ManifestDiagnosticsOptions {
  readonly model: ClusterModel;
  readonly parsed: ParsedManifests;
  readonly schemas: Schemas;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What is known of one open document. */
interface Looked {
  local: readonly Finding[];
  /** As of the last answer: each is shown where its field stands by now. */
  server: readonly ServerFinding[];
}

/**
 * What is wrong with manifests, as they are typed: YAML and schema at once, and then what the server of the preferred
 * running cluster says to a dry run, in trusted workspaces. A newer look at a document cancels the older.
 */
export class ManifestDiagnostics implements Disposable {
  readonly #options: ManifestDiagnosticsOptions;
  readonly #store = new DisposableStore();
  readonly #collection: DiagnosticCollection;
  readonly #looks = new Map<string, Disposable>();
  readonly #looked = new Map<string, Looked>();

  constructor(options: ManifestDiagnosticsOptions) {
    this.#options = options;
    const { model } = options;
    this.#collection = this.#store.add(languages.createDiagnosticCollection('wheelhouse'));
    this.#store.add(workspace.onDidOpenTextDocument((document) => this.#schedule(document)));
    this.#store.add(
      workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0) this.#schedule(document);
      }),
    );
    this.#store.add(workspace.onDidSaveTextDocument((document) => this.#schedule(document)));
    this.#store.add(workspace.onDidCloseTextDocument((document) => this.#forget(document)));
    let cluster = model.preferred();
    this.#store.add(
      model.onDidChange(() => {
        if (model.preferred() === cluster) return;
        cluster = model.preferred();
        for (const looked of this.#looked.values()) looked.server = [];
        this.#scheduleAll();
      }),
    );
    this.#store.add(workspace.onDidGrantWorkspaceTrust(() => this.#scheduleAll()));
    this.#scheduleAll();
  }

  /** What has been found at a place of a document, as it is shown. */
  findingsAt(uri: Uri, range: Range): readonly Finding[] {
    const looked = this.#looked.get(uri.toString());
    if (looked === undefined) return [];
    return [...looked.local, ...looked.server].filter(({ span }) => rangeOf(span).intersection(range));
  }

  dispose(): void {
    for (const look of this.#looks.values()) look.dispose();
    this.#looks.clear();
    this.#store.dispose();
  }

  #scheduleAll(): void {
    for (const document of workspace.textDocuments) this.#schedule(document);
  }

  #schedule(document: TextDocument): void {
    if (!isManifestDocument(document)) return;
    const key = document.uri.toString();
    this.#looks.get(key)?.dispose();
    const stop = new AbortController();
    const timer = this.#options.clock.timeout(LOCAL_MS, () => {
      this.#look(document, stop.signal).catch((error: unknown) => {
        if (!stop.signal.aborted) this.#options.logger.warn('a manifest could not be checked', { error });
      });
    });
    this.#looks.set(
      key,
      toDisposable(() => {
        timer.dispose();
        stop.abort();
      }),
    );
  }

  #forget(document: TextDocument): void {
    const key = document.uri.toString();
    this.#looks.get(key)?.dispose();
    this.#looks.delete(key);
    this.#looked.delete(key);
    this.#collection.delete(document.uri);
  }

  async #look(document: TextDocument, signal: AbortSignal): Promise<void> {
    const { parsed, schemas, model, clock } = this.#options;
    const manifest = parsed.of(document);
    const session = model.preferred();
    const asks = session !== undefined && workspace.isTrusted ? session : undefined;
    const role = await roleIn(document, manifest);
    const local = await analyse(manifest, {
      role,
      served: asks !== undefined,
      schemaOf: ({ apiVersion, kind }) => schemas.of(session, apiVersion, kind),
    });
    if (isAborted(signal)) return;
    const key = document.uri.toString();
    const looked = { local, server: moved(this.#looked.get(key)?.server ?? [], manifest) };
    this.#looked.set(key, looked);
    this.#show(document.uri, looked);

    const whole = manifest.problems.every(({ severity }) => severity !== 'error');
    if (asks === undefined || role !== 'objects' || !whole) {
      looked.server = [];
      this.#show(document.uri, looked);
      return;
    }
    await clock.sleep(SERVER_MS - LOCAL_MS, signal);
    looked.server = await this.#askServer(manifest, asks, signal);
    if (!isAborted(signal)) this.#show(document.uri, looked);
  }

  #askServer(
    { objects }: Manifest,
    session: ClusterSession,
    signal: AbortSignal,
  ): Promise<readonly ServerFinding[]> {
    const { client, discovery, context } = session;
    const checker = { client, discovery, namespace: context.namespace, fieldManager: FIELD_MANAGER };
    return checkOnServer(objects, checker, AbortSignal.any([signal, session.signal]));
  }

  /** If the schema has found an error at a field, the server's findings there are not shown again. */
  #show(uri: Uri, { local, server }: Looked): void {
    const said = new Set(local.filter(({ severity }) => severity === 'error').map(({ span }) => place(span)));
    const all = [...local, ...server.filter(({ span }) => !said.has(place(span)))];
    this.#collection.set(uri, all.map(diagnosticOf));
  }
}

/** What was said of an object holds for the one that has its place now, if it is the same one. */
function moved(findings: readonly ServerFinding[], { objects }: Manifest): readonly ServerFinding[] {
  return findings.flatMap((finding) => {
    const { index, kind, name } = finding.object;
    const object = objects.find((now) => now.index === index && now.kind === kind && now.name === name);
    return object === undefined ? [] : [{ ...finding, object, span: object.spanOf(finding.field) }];
  });
}

function place({ start }: Span): string {
  return `${start.line}:${start.column}`;
}

function rangeOf({ start, end }: Span): Range {
  return new Range(start.line, start.column, end.line, end.column);
}

const SEVERITIES: Readonly<Record<Finding['severity'], DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  advice: DiagnosticSeverity.Information,
};

function diagnosticOf({ span, message, severity }: Finding): Diagnostic {
  const made = new Diagnostic(rangeOf(span), message, SEVERITIES[severity]);
  made.source = 'wheelhouse';
  return made;
}
