/** What a token is bound to, by name and UID. */
export interface BoundReference {
  readonly name: string;
  readonly uid: string;
}

/** The `kubernetes.io` claim (`pkg/serviceaccount/claims.go`). */
export interface KubernetesClaim {
  readonly namespace: string;
  readonly serviceaccount: BoundReference;
  readonly pod?: BoundReference;
  readonly secret?: BoundReference;
  /** The node that the token is bound to, or (with `pod`) that the pod runs on. */
  readonly node?: BoundReference;
  /** Seconds since the epoch: when a token that lives longer for old clients should have been renewed. */
  readonly warnafter?: number;
}

/** All claims of a service-account token. Times in seconds since the epoch. */
export interface TokenClaims {
  readonly iss: string;
  readonly sub: string;
  readonly aud: readonly string[];
  readonly jti: string;
  readonly iat: number;
  readonly nbf: number;
  readonly exp: number;
  readonly 'kubernetes.io': KubernetesClaim;
}

/** Reads claims that a good signature vouches for; undefined where they are not those of a service account. */
export function parseClaims(payload: unknown): TokenClaims | undefined {
  if (!isRecord(payload)) return undefined;
  const { iss, sub, aud, jti, iat, nbf, exp } = payload;
  const kubernetes = payload['kubernetes.io'];
  if (!isRecord(kubernetes) || typeof kubernetes['namespace'] !== 'string') return undefined;
  const serviceaccount = reference(kubernetes['serviceaccount']);
  if (serviceaccount === undefined || typeof iss !== 'string' || typeof sub !== 'string') return undefined;
  if (typeof iat !== 'number' || typeof nbf !== 'number' || typeof exp !== 'number') return undefined;
  const pod = reference(kubernetes['pod']);
  const secret = reference(kubernetes['secret']);
  const node = reference(kubernetes['node']);
  return {
    iss,
    sub,
    aud: typeof aud === 'string' ? [aud] : Array.isArray(aud) ? aud.map(String) : [],
    jti: typeof jti === 'string' ? jti : '',
    iat,
    nbf,
    exp,
    'kubernetes.io': {
      namespace: kubernetes['namespace'],
      serviceaccount,
      ...(pod === undefined ? {} : { pod }),
      ...(secret === undefined ? {} : { secret }),
      ...(node === undefined ? {} : { node }),
    },
  };
}

function reference(value: unknown): BoundReference | undefined {
  if (!isRecord(value)) return undefined;
  const { name, uid } = value;
  return typeof name === 'string' && typeof uid === 'string' ? { name, uid } : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
