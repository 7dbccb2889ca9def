import { commands, Uri, type TextDocumentContentProvider } from 'vscode';

export const COMPARISON_SCHEME = 'wheelhouse-compare';
/** An older text may be dropped: if a user still looks at it, the editor keeps it. */
const MOST = 40;

/** Texts that are made to be compared with each other, for the diff editor. */
export class Comparisons implements TextDocumentContentProvider {
  readonly #texts = new Map<string, string>();
  #number = 0;

  provideTextDocumentContent(uri: Uri): string {
    return this.#texts.get(uri.toString()) ?? '';
  }

  /** Opens two texts side by side. */
  async show(name: string, title: string, left: string, right: string): Promise<void> {
    const number = ++this.#number;
    const uris = [left, right].map((text, side) => {
      const uri = Uri.from({ scheme: COMPARISON_SCHEME, path: `/${number}/${side}/${name}.yaml` });
      this.#texts.set(uri.toString(), text);
      return uri;
    });
    for (const key of [...this.#texts.keys()].slice(0, -MOST)) this.#texts.delete(key);
    await commands.executeCommand('vscode.diff', uris[0], uris[1], title, { preview: true });
  }
}
