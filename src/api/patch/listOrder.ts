/** What tells elements of a list apart: a struct's merge key, or the scalar itself. */
export type Identity = (element: unknown) => unknown;

export function identityBy(mergeKey: string | undefined): Identity {
  if (mergeKey === undefined) return (element) => element;
  return (element) =>
    typeof element === 'object' && element !== null
      ? (element as Record<string, unknown>)[mergeKey]
      : undefined;
}

/**
 * The order of a merged list: the elements that the patch names in the patch's order, the others in the server's, and
 * each of these before the first patched one that the server had after it (strategicpatch `normalizeElementOrder`).
 */
export function orderElements(
  merged: readonly unknown[],
  patchOrder: readonly unknown[],
  serverOrder: readonly unknown[],
  identity: Identity,
): unknown[] {
  const inPatch = positions(patchOrder, identity);
  const onServer = positions(serverOrder, identity);
  const named = merged.filter((element) => inPatch.has(identity(element)));
  const others = merged.filter((element) => !inPatch.has(identity(element)));
  const at = (order: ReadonlyMap<unknown, number>, element: unknown): number =>
    order.get(identity(element)) ?? order.size;
  named.sort((a, b) => at(inPatch, a) - at(inPatch, b));
  others.sort((a, b) => at(onServer, a) - at(onServer, b));
  const result: unknown[] = [];
  let next = 0;
  for (const element of named) {
    const place = onServer.get(identity(element));
    while (next < others.length && place !== undefined) {
      const other = onServer.get(identity(others[next]));
      if (other === undefined || other > place) break;
      result.push(others[next++]);
    }
    result.push(element);
  }
  return [...result, ...others.slice(next)];
}

function positions(order: readonly unknown[], identity: Identity): Map<unknown, number> {
  const map = new Map<unknown, number>();
  order.forEach((element, index) => {
    const id = identity(element);
    if (!map.has(id)) map.set(id, index);
  });
  return map;
}
