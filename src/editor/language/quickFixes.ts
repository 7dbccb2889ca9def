import {
  CodeAction,
  CodeActionKind,
  Range,
  WorkspaceEdit,
  type CodeActionContext,
  type CodeActionProvider,
  type TextDocument,
} from 'vscode';
import type { ManifestDiagnostics } from '../documents/diagnostics.ts';
import type { Finding, Remedy } from '../documents/finding.ts';
import type { ParsedManifests } from '../documents/parsedManifests.ts';
import { moveField } from './moveField.ts';
import { pathText } from './schemaCheck.ts';

/** What mends a finding with one click. */
export class QuickFixes implements CodeActionProvider {
  readonly #diagnostics: Pick<ManifestDiagnostics, 'findingsAt'>;
  readonly #parsed: ParsedManifests;

  constructor(diagnostics: Pick<ManifestDiagnostics, 'findingsAt'>, parsed: ParsedManifests) {
    this.#diagnostics = diagnostics;
    this.#parsed = parsed;
  }

  provideCodeActions(document: TextDocument, range: Range, context: CodeActionContext): CodeAction[] {
    const found = this.#diagnostics.findingsAt(document.uri, range);
    return found.flatMap((finding) =>
      (finding.remedies ?? []).flatMap((remedy, index) => {
        const action = this.#action(document, finding, remedy);
        if (action === undefined) return [];
        action.diagnostics = context.diagnostics.filter(({ message }) => message === finding.message);
        action.isPreferred = index === 0;
        return [action];
      }),
    );
  }

  #action(document: TextDocument, finding: Finding, remedy: Remedy): CodeAction | undefined {
    const { start, end } = finding.span;
    const range = new Range(start.line, start.column, end.line, end.column);
    const edit = new WorkspaceEdit();
    const { uri } = document;
    switch (remedy.kind) {
      case 'rename':
        edit.replace(uri, range, remedy.to);
        return titled(`Change to "${remedy.to}"`, edit);
      case 'replace':
        edit.replace(uri, range, remedy.with);
        return titled(`Change to ${remedy.with}`, edit);
      case 'move': {
        const offset = document.offsetAt(range.start);
        const object = this.#parsed
          .of(document)
          .objects.find(({ root }) => root.range[0] <= offset && offset < root.range[2]);
        const changes =
          object === undefined ? undefined : moveField(document.getText(), object.root, offset, remedy.to);
        if (changes === undefined) return undefined;
        for (const { from, to, text } of changes)
          edit.replace(uri, new Range(document.positionAt(from), document.positionAt(to)), text);
        return titled(`Move to ${pathText(remedy.to)}`, edit);
      }
    }
  }
}

function titled(title: string, edit: WorkspaceEdit): CodeAction {
  const action = new CodeAction(title, CodeActionKind.QuickFix);
  action.edit = edit;
  return action;
}
