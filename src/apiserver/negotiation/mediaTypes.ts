/** One alternative of an Accept header. */
export interface MediaType {
  /** Lower-case, without parameters: `application/json`. */
  readonly type: string;
  readonly parameters: Readonly<Record<string, string | undefined>>;
}

/** The alternatives of an Accept header, best first. */
export function mediaTypes(accept: string | undefined): readonly MediaType[] {
  const parsed = (accept ?? '').split(',').flatMap((part) => {
    const [type = '', ...parameters] = part.split(';').map((piece) => piece.trim());
    if (type === '') return [];
    const named: Record<string, string | undefined> = {};
    for (const parameter of parameters) {
      const equals = parameter.indexOf('=');
      if (equals > 0) named[parameter.slice(0, equals)] = parameter.slice(equals + 1);
    }
    return [{ type: type.toLowerCase(), parameters: named, quality: Number(named.q ?? 1) }];
  });
  return parsed.length > 1
    ? parsed.sort((a, b) => b.quality - a.quality || wildness(a) - wildness(b))
    : parsed;
}

/** A named type is preferred to a wildcard. */
function wildness({ type }: MediaType): number {
  return type.startsWith('*') ? 2 : type.endsWith('/*') ? 1 : 0;
}
