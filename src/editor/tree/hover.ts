/**
 * What a row shows when the mouse rests on it. All of it is text, never Markdown: most of it was written by others, into
 * names, messages and conditions, where a link or an image would lead the user anywhere.
 */
export interface Hover {
  /** In bold, before `text`. */
  readonly title?: string;
  readonly text?: string;
  /** Each on its own below. */
  readonly paragraphs?: readonly string[];
  readonly list?: readonly string[];
}

/** The part of VS Code's MarkdownString that hovers are made with. */
export interface MarkdownWriter {
  /** Shown as it is: Markdown in it is escaped. */
  appendText(text: string): unknown;
  appendMarkdown(markdown: string): unknown;
}

/** Writes a hover: its form as Markdown, its contents as text. */
export function writeHover<W extends MarkdownWriter>(writer: W, hover: Hover): W {
  const { title = '', text = '', paragraphs = [], list = [] } = hover;
  if (title !== '') {
    writer.appendMarkdown('**');
    writer.appendText(title);
    writer.appendMarkdown('** ');
  }
  writer.appendText(text);
  for (const paragraph of paragraphs) {
    writer.appendMarkdown('\n\n');
    writer.appendText(paragraph);
  }
  if (list.length > 0) writer.appendMarkdown('\n');
  for (const line of list) {
    writer.appendMarkdown('\n- ');
    writer.appendText(line);
  }
  return writer;
}
