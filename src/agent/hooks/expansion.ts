/**
 * Replaces `$(NAME)` by the value of NAME; an unknown name stays as it is; `$$` stands for `$`
 * (kubernetes `third_party/forked/golang/expansion`).
 */
export function expand(text: string, lookup: (name: string) => string | undefined): string {
  if (!text.includes('$')) return text;
  return text.replace(/\$(?:\$|\(([^)]*)\))/g, (match, name: string | undefined) =>
    name === undefined ? '$' : (lookup(name) ?? match),
  );
}
