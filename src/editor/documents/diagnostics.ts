import {
  Diagnostic,
  DiagnosticSeverity,
  languages,
  Range,
  workspace,
  type DiagnosticCollection,
  type TextDocument,
} from 'vscode';
import type { Clock } from '../../base/clock.ts';
import { DisposableStore, toDisposable, type Disposable } from '../../base/disposable.ts';
import type { Logger } from '../../base/logger.ts';
import type { ClusterModel } from '../model/clusterModel.ts';
import { looksLikeManifest, parseManifest } from './manifest.ts';
import { FIELD_MANAGER } from './manifests.ts';
import { checkOnServer, type Finding } from './serverCheck.ts';

const DEBOUNCE_MS = 250;

/**
 * What is wrong with manifests, said when they are opened and saved: errors of YAML always, and what the server of the
 * preferred running cluster says to a dry run, in trusted workspaces. A newer look at a document cancels the older.
 */
export class ManifestDiagnostics implements Disposable {
  readonly #model: ClusterModel;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #store = new DisposableStore();
  readonly #collection: DiagnosticCollection;
  readonly #looks = new Map<string, Disposable>();

  constructor(options: { readonly model: ClusterModel; readonly clock: Clock; readonly logger: Logger }) {
    this.#model = options.model;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#collection = this.#store.add(languages.createDiagnosticCollection('wheelhouse'));
    this.#store.add(workspace.onDidOpenTextDocument((document) => this.#schedule(document)));
    this.#store.add(workspace.onDidSaveTextDocument((document) => this.#schedule(document)));
    this.#store.add(workspace.onDidCloseTextDocument((document) => this.#forget(document)));
    let cluster = this.#model.preferred();
    this.#store.add(
      this.#model.onDidChange(() => {
        if (this.#model.preferred() === cluster) return;
        cluster = this.#model.preferred();
        this.#scheduleAll();
      }),
    );
    this.#scheduleAll();
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
    if (document.languageId !== 'yaml' || document.uri.scheme !== 'file') return;
    const key = document.uri.toString();
    this.#looks.get(key)?.dispose();
    const stop = new AbortController();
    const timer = this.#clock.timeout(DEBOUNCE_MS, () => {
      this.#look(document, stop.signal).catch((error: unknown) => {
        if (!stop.signal.aborted) this.#logger.warn('a manifest could not be checked', { error });
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
    this.#collection.delete(document.uri);
  }

  async #look(document: TextDocument, signal: AbortSignal): Promise<void> {
    const text = document.getText();
    const found: Diagnostic[] = [];
    if (looksLikeManifest(text)) {
      const { objects, problems } = parseManifest(text);
      for (const { line, message } of problems) {
        found.push(
          diagnostic(document.lineAt(Math.min(line, document.lineCount - 1)).range, message, 'error'),
        );
      }
      const session = this.#model.preferred();
      if (problems.length === 0 && session !== undefined && workspace.isTrusted) {
        const { client, discovery, context } = session;
        const checker = { client, discovery, namespace: context.namespace, fieldManager: FIELD_MANAGER };
        const findings = await checkOnServer(objects, checker, AbortSignal.any([signal, session.signal]));
        found.push(
          ...findings.map((finding) => diagnostic(rangeOf(finding), finding.message, finding.severity)),
        );
      }
    }
    if (!signal.aborted) this.#collection.set(document.uri, found);
  }
}

function rangeOf({ span: { start, end } }: Finding): Range {
  return new Range(start.line, start.column, end.line, end.column);
}

function diagnostic(range: Range, message: string, severity: Finding['severity']): Diagnostic {
  const made = new Diagnostic(
    range,
    message,
    severity === 'error' ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
  );
  made.source = 'wheelhouse';
  return made;
}
