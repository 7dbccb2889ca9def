/**
 * The part of the editor's API that this extension uses, without an editor: values are plain, whatever asks the user is
 * dismissed, and what is shown is kept in `shown`. Tests put answers in place with `answerMessages` and `answerInputs`.
 */
import path from 'node:path';

/** What commands have shown since `shown.clear()`. */
export const shown = {
  terminals: [] as { readonly name: string; readonly pty?: unknown; readonly env?: unknown }[],
  documents: [] as unknown[],
  executed: [] as (readonly unknown[])[],
  statusBar: [] as string[],
  clipboard: '',
  opened: [] as string[],
  clear(): void {
    shown.terminals.length = 0;
    shown.documents.length = 0;
    shown.executed.length = 0;
    shown.statusBar.length = 0;
    shown.opened.length = 0;
    shown.clipboard = '';
  },
};

const NOTHING = { dispose: (): void => undefined };

export class EventEmitter<T> {
  readonly #listeners = new Set<(event: T) => unknown>();
  readonly event = (listener: (event: T) => unknown): { dispose(): void } => {
    this.#listeners.add(listener);
    return { dispose: () => void this.#listeners.delete(listener) };
  };
  fire(event: T): void {
    for (const listener of [...this.#listeners]) listener(event);
  }
  dispose(): void {
    this.#listeners.clear();
  }
}

interface UriParts {
  readonly scheme: string;
  readonly authority?: string;
  readonly path: string;
  readonly query?: string;
  readonly fragment?: string;
}

export class Uri {
  readonly scheme: string;
  readonly authority: string;
  readonly path: string;
  readonly query: string;
  readonly fragment: string;
  constructor({ scheme, authority = '', path: at, query = '', fragment = '' }: UriParts) {
    this.scheme = scheme;
    this.authority = authority;
    this.path = at;
    this.query = query;
    this.fragment = fragment;
  }
  static from(parts: UriParts): Uri {
    return new Uri(parts);
  }
  static file(file: string): Uri {
    return new Uri({ scheme: 'file', path: file });
  }
  static parse(text: string): Uri {
    const [, scheme = '', authority = '', at = '', query = '', fragment = ''] =
      /^(\w+):(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/.exec(text) ?? [];
    return new Uri({ scheme, authority, path: at, query, fragment });
  }
  static joinPath(base: Uri, ...parts: readonly string[]): Uri {
    return base.with({ path: path.posix.join(base.path, ...parts) });
  }
  get fsPath(): string {
    return this.path;
  }
  with(parts: Partial<UriParts>): Uri {
    const { scheme, authority, path: at, query, fragment } = this;
    return new Uri({ scheme, authority, path: at, query, fragment, ...parts });
  }
  toString(): string {
    const { scheme, authority, path: at, query, fragment } = this;
    return `${scheme}://${authority}${at}${query === '' ? '' : `?${query}`}${fragment === '' ? '' : `#${fragment}`}`;
  }
}

export class Position {
  readonly line: number;
  readonly character: number;
  constructor(line: number, character: number) {
    this.line = line;
    this.character = character;
  }
  isAfter(other: Position): boolean {
    return this.line > other.line || (this.line === other.line && this.character > other.character);
  }
}

export class Range {
  readonly start: Position;
  readonly end: Position;
  constructor(start: Position | number, end: Position | number, line?: number, character?: number) {
    this.start = typeof start === 'number' ? new Position(start, end as number) : start;
    this.end = typeof start === 'number' ? new Position(line ?? 0, character ?? 0) : (end as Position);
  }
  intersection(other: Range): Range | undefined {
    const start = this.start.isAfter(other.start) ? this.start : other.start;
    const end = this.end.isAfter(other.end) ? other.end : this.end;
    return start.isAfter(end) ? undefined : new Range(start, end);
  }
  contains(position: Position): boolean {
    return !this.start.isAfter(position) && !position.isAfter(this.end);
  }
}
export class Selection extends Range {}

export class MarkdownString {
  value: string;
  isTrusted: unknown;
  supportThemeIcons = false;
  constructor(value = '') {
    this.value = value;
  }
  appendText(text: string): this {
    this.value += text.replaceAll(/[\\`*_{}[\]()#+\-!~<>|]/g, '\\$&');
    return this;
  }
  appendMarkdown(text: string): this {
    this.value += text;
    return this;
  }
  appendCodeblock(text: string, language = ''): this {
    this.value += `\n\`\`\`${language}\n${text}\n\`\`\`\n`;
    return this;
  }
}

export class ThemeIcon {
  readonly id: string;
  readonly color: unknown;
  constructor(id: string, color?: unknown) {
    this.id = id;
    this.color = color;
  }
}
export class ThemeColor {
  readonly id: string;
  constructor(id: string) {
    this.id = id;
  }
}
export class TreeItem {
  label: unknown;
  collapsibleState: number;
  constructor(label: unknown, state = 0) {
    this.label = label;
    this.collapsibleState = state;
  }
}
export class CodeLens {
  readonly range: Range;
  command: unknown;
  constructor(range: Range, command?: unknown) {
    this.range = range;
    this.command = command;
  }
}
export class CodeAction {
  readonly title: string;
  readonly kind: unknown;
  constructor(title: string, kind?: unknown) {
    this.title = title;
    this.kind = kind;
  }
}
export class Diagnostic {
  readonly range: Range;
  readonly message: string;
  readonly severity: number;
  constructor(range: Range, message: string, severity = 0) {
    this.range = range;
    this.message = message;
    this.severity = severity;
  }
}
export class Hover {
  readonly contents: unknown;
  readonly range: Range | undefined;
  constructor(contents: unknown, range?: Range) {
    this.contents = contents;
    this.range = range;
  }
}
export class CompletionItem {
  label: unknown;
  kind: number | undefined;
  constructor(label: unknown, kind?: number) {
    this.label = label;
    this.kind = kind;
  }
}
export class CompletionList {
  readonly items: readonly unknown[];
  readonly isIncomplete: boolean;
  constructor(items: readonly unknown[], isIncomplete = false) {
    this.items = items;
    this.isIncomplete = isIncomplete;
  }
}
export class SnippetString {
  readonly value: string;
  constructor(value: string) {
    this.value = value;
  }
}
export class DocumentSymbol {
  children: DocumentSymbol[] = [];
  readonly name: string;
  readonly detail: string;
  readonly kind: number;
  readonly range: Range;
  readonly selectionRange: Range;
  constructor(name: string, detail: string, kind: number, range: Range, selectionRange: Range) {
    this.name = name;
    this.detail = detail;
    this.kind = kind;
    this.range = range;
    this.selectionRange = selectionRange;
  }
}
export class DocumentLink {
  readonly range: Range;
  readonly target: Uri | undefined;
  constructor(range: Range, target?: Uri) {
    this.range = range;
    this.target = target;
  }
}
export class TerminalLink {
  readonly startIndex: number;
  readonly length: number;
  readonly tooltip: string | undefined;
  constructor(startIndex: number, length: number, tooltip?: string) {
    this.startIndex = startIndex;
    this.length = length;
    this.tooltip = tooltip;
  }
}
export class WorkspaceEdit {
  readonly changes: (readonly [Uri, Range, string])[] = [];
  replace(uri: Uri, range: Range, text: string): void {
    this.changes.push([uri, range, text]);
  }
}
export class FileSystemError extends Error {
  readonly code: string;
  constructor(message: string, code = 'Unknown') {
    super(message);
    this.code = code;
  }
  static FileNotFound(of: unknown): FileSystemError {
    return new FileSystemError(String(of), 'FileNotFound');
  }
  static Unavailable(of: unknown): FileSystemError {
    return new FileSystemError(String(of), 'Unavailable');
  }
  static NoPermissions(of: unknown): FileSystemError {
    return new FileSystemError(String(of), 'NoPermissions');
  }
}

export const TreeItemCollapsibleState = { None: 0, Collapsed: 1, Expanded: 2 };
export const DiagnosticSeverity = { Error: 0, Warning: 1, Information: 2, Hint: 3 };
export const ProgressLocation = { SourceControl: 1, Window: 10, Notification: 15 };
export const StatusBarAlignment = { Left: 1, Right: 2 };
export const FileType = { Unknown: 0, File: 1, Directory: 2, SymbolicLink: 64 };
export const FilePermission = { Readonly: 1 };
export const FileChangeType = { Changed: 1, Created: 2, Deleted: 3 };
export const CodeActionKind = { QuickFix: 'quickfix' };
export const QuickInputButtons = { Back: {} };
export const ViewColumn = { Active: -1, Beside: -2 };
export const CompletionItemKind = {
  Property: 9,
  Value: 11,
  EnumMember: 19,
  Snippet: 26,
  Reference: 17,
  Struct: 21,
};
export const SymbolKind = { Object: 18, Field: 7, Array: 17, String: 14, Key: 19, Module: 1, Struct: 22 };
export const ConfigurationTarget = { Global: 1, Workspace: 2 };

const dismissed = (): Promise<undefined> => Promise.resolve(undefined);

export const window = {
  activeTextEditor: undefined,
  showInformationMessage: dismissed,
  showWarningMessage: dismissed,
  showErrorMessage: dismissed,
  showInputBox: dismissed,
  showQuickPick: dismissed,
  showSaveDialog: dismissed,
  showOpenDialog: dismissed,
  createTerminal(options: { readonly name: string; readonly pty?: unknown; readonly env?: unknown }): object {
    shown.terminals.push(options);
    return { show: () => undefined, dispose: () => undefined };
  },
  showTextDocument(document: unknown): Promise<unknown> {
    shown.documents.push(document);
    return Promise.resolve({ document });
  },
  setStatusBarMessage(text: string): { dispose(): void } {
    shown.statusBar.push(text);
    return NOTHING;
  },
  withProgress: <T>(_options: unknown, task: (progress: unknown, token: unknown) => Promise<T>): Promise<T> =>
    task(
      { report: () => undefined },
      { isCancellationRequested: false, onCancellationRequested: () => NOTHING },
    ),
};

export const workspace = {
  isTrusted: true,
  textDocuments: [],
  fs: {},
  openTextDocument: (what: unknown): Promise<unknown> => Promise.resolve(what),
  asRelativePath: (uri: Uri): string => path.basename(uri.path),
  getConfiguration: (): object => ({ get: (_key: string, fallback?: unknown) => fallback }),
};

export const commands = {
  executeCommand(...args: readonly unknown[]): Promise<undefined> {
    shown.executed.push(args);
    return Promise.resolve(undefined);
  },
  registerCommand: (): { dispose(): void } => NOTHING,
};

export const languages = {};
export const extensions = { getExtension: (): undefined => undefined };
export const env = {
  clipboard: {
    writeText(text: string): Promise<void> {
      shown.clipboard = text;
      return Promise.resolve();
    },
  },
  openExternal(uri: Uri): Promise<boolean> {
    shown.opened.push(uri.toString());
    return Promise.resolve(true);
  },
};
