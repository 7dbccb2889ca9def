import { messages } from './messages.ts';

/** How a field's bytes are read; see messages.ts. */
export interface FieldLayout {
  /** '' where the message is spread into its parent. */
  readonly name: string;
  /** One of the letters of messages.ts, or `@` for a message. */
  readonly type: string;
  readonly message: string;
  readonly shape: 'single' | 'list' | 'map';
  /** Whether a zero value was set on purpose. */
  readonly keepsZero: boolean;
}

/** The message of a JSON schema, which schemas and unions of them hold. */
export const JSON_SCHEMA = 'apiextensions.v1.JSONSchemaProps';

export type MessageLayout = ReadonlyMap<number, FieldLayout>;

/** The layout of a message, `core.v1.Pod` for example; undefined for one that is not known. Read line by line as needed. */
export function layoutOf(message: string): MessageLayout | undefined {
  lines ??= new Map(
    messages
      .trim()
      .split('\n')
      .map((line) => [line.split(' ', 1)[0] ?? '', line]),
  );
  let layout = layouts.get(message);
  const line = lines.get(message);
  if (layout === undefined && line !== undefined) {
    layout = new Map(line.split(' ').slice(1).map(parseField));
    layouts.set(message, layout);
  }
  return layout;
}

/** Derived from a constant, once: the source is 70 KB that most processes never look at. */
let lines: ReadonlyMap<string, string> | undefined;
const layouts = new Map<string, MessageLayout>();

function parseField(text: string): [number, FieldLayout] {
  const [name = '', number = '', full = ''] = text.split(':');
  const keepsZero = full.endsWith('*');
  const type = full.replace(/\*$/, '').replace(/^(\[\]|\{\})/, '');
  return [
    Number(number),
    {
      name,
      type: type.startsWith('@') ? '@' : type,
      message: type.startsWith('@') ? type.slice(1) : '',
      shape: full.startsWith('[]') ? 'list' : full.startsWith('{}') ? 'map' : 'single',
      keepsZero,
    },
  ];
}
