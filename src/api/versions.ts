const KUBERNETES_VERSION = /^v([1-9]\d*)(?:(alpha|beta)([1-9]\d*))?$/;
const STABILITY = { alpha: 0, beta: 1, stable: 2 } as const;

/**
 * The order of an API group's versions, the preferred one first: stable ones before betas before alphas, then the higher
 * number; names of another form come last, in the order of the alphabet (apimachinery `pkg/version/helpers.go`).
 */
export function compareVersions(a: string, b: string): number {
  const [first, second] = [parse(a), parse(b)];
  if (first !== undefined && second !== undefined) {
    const at = first.findIndex((part, index) => part !== second[index]);
    return at < 0 ? 0 : (second[at] ?? 0) - (first[at] ?? 0);
  }
  if (first === undefined && second === undefined) return a < b ? -1 : a > b ? 1 : 0;
  return first === undefined ? 1 : -1;
}

/** Stability, major and minor number; undefined for a name that is no version of Kubernetes' form. */
function parse(version: string): readonly number[] | undefined {
  const match = KUBERNETES_VERSION.exec(version);
  if (match === null) return undefined;
  const [, major = '', stability = 'stable', minor = '0'] = match;
  return [STABILITY[stability as keyof typeof STABILITY], Number(major), Number(minor)];
}
