import type { Random } from '../../base/random.ts';
import type { KubeObject } from '../../api/meta.ts';
import { StatusError } from '../../api/status.ts';
import type { WebhookTarget } from '../webhooks/client.ts';
import type { ConvertVersion } from './storedForm.ts';

/** The part of the webhook client that conversion needs. */
export interface ConversionClient {
  post(
    target: WebhookTarget,
    body: string,
    options: { readonly timeoutMs: number; readonly signal: AbortSignal },
  ): Promise<unknown>;
}

export interface WebhookConversionOptions {
  readonly client: ConversionClient;
  readonly target: WebhookTarget;
  /** The review versions that the definition lists. The first one that is known is used. */
  readonly reviewVersions: readonly string[];
  /** `example.com`. */
  readonly group: string;
  readonly kind: string;
  readonly random: Random;
}

const GROUP = 'apiextensions.k8s.io';
const TIMEOUT_MS = 30_000;

/**
 * Strategy `Webhook`: a webhook converts many objects in one call (apiextensions `conversion/webhook_converter.go`). It
 * may change only labels and annotations of the metadata. Rejects with upstream's words.
 */
export function webhookConversion(options: WebhookConversionOptions): ConvertVersion {
  const { client, target, group, kind, random } = options;
  const version = options.reviewVersions.find((one) => one === 'v1' || one === 'v1beta1');
  return async (objects, apiVersion) => {
    const from = objects[0]?.apiVersion ?? group;
    const failed = (what: string): StatusError =>
      new StatusError(500, '', `conversion webhook for ${from}, Kind=${kind} ${what}`);
    if (version === undefined) throw failed('failed: no supported conversion review versions');
    const uid = random.uuid();
    const review = {
      kind: 'ConversionReview',
      apiVersion: `${GROUP}/${version}`,
      request: { uid, desiredAPIVersion: apiVersion, objects },
    };
    let answer: unknown;
    try {
      const { signal } = new AbortController();
      answer = await client.post(target, JSON.stringify(review), { timeoutMs: TIMEOUT_MS, signal });
    } catch (error) {
      throw failed(`failed: ${error instanceof Error ? error.message : String(error)}`);
    }
    const response = responseOf(answer, version, uid);
    if (typeof response === 'string') throw failed(`failed: ${response}`);
    if (response.length !== objects.length) {
      throw failed(`returned ${response.length} objects, expected ${objects.length}`);
    }
    return objects.map((object, at) => {
      const converted = withMetadataOf(object, response[at], apiVersion);
      if (typeof converted !== 'string') return converted;
      throw failed(`returned invalid converted object at index ${at}: ${converted}`);
    });
  };
}

interface Review {
  readonly kind?: unknown;
  readonly apiVersion?: unknown;
  readonly response?: {
    readonly uid?: unknown;
    readonly result?: { readonly status?: unknown; readonly message?: unknown };
    readonly convertedObjects?: unknown;
  };
}

/** The converted objects, or the error. */
function responseOf(answer: unknown, version: string, uid: string): readonly unknown[] | string {
  const { kind, apiVersion, response } = (
    typeof answer === 'object' && answer !== null ? answer : {}
  ) as Review;
  const expected = `${GROUP}/${version}`;
  if (version === 'v1' && (kind !== 'ConversionReview' || apiVersion !== expected)) {
    return `expected webhook response of ${expected}, Kind=ConversionReview, got ${text(apiVersion)}, Kind=${text(kind)}`;
  }
  if (typeof response !== 'object') return 'no response provided';
  if (version === 'v1' && response.uid !== uid) {
    return `expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(response.uid ?? '')}`;
  }
  const { status, message } = response.result ?? {};
  if (status !== 'Success') {
    if (typeof message === 'string' && message !== '') return message;
    return `response.result.status was '${text(status)}', not 'Success'`;
  }
  const { convertedObjects } = response;
  return Array.isArray(convertedObjects) ? (convertedObjects as readonly unknown[]) : [];
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The converted object with the metadata that a conversion may not change, or the error. */
function withMetadataOf(object: KubeObject, converted: unknown, apiVersion: string): KubeObject | string {
  if (typeof converted !== 'object' || converted === null || Array.isArray(converted))
    return 'it is no object';
  const made = converted as Partial<KubeObject>;
  if (made.apiVersion !== apiVersion) {
    return `invalid groupVersion (expected ${apiVersion}, received ${text(made.apiVersion)})`;
  }
  if (made.kind !== object.kind) return `invalid kind (expected ${object.kind}, received ${text(made.kind)})`;
  const before = object.metadata as Partial<KubeObject['metadata']>;
  const metadata: unknown = made.metadata;
  if (typeof metadata !== 'object' || metadata === null) return 'missing metadata in converted object';
  const after = metadata as Partial<KubeObject['metadata']>;
  for (const [name, named] of [
    ['name', 'name'],
    ['namespace', 'namespace'],
    ['uid', 'UID'],
  ] as const) {
    if ((before[name] ?? '') !== (after[name] ?? '')) {
      return `must have the same ${named}: ${before[name] ?? ''} != ${after[name] ?? ''}`;
    }
  }
  const { labels: _, annotations: __, ...kept } = before;
  const labels = textsOf(after.labels);
  const annotations = textsOf(after.annotations);
  if (labels === undefined) return 'metadata.labels: must be a map of texts';
  if (annotations === undefined) return 'metadata.annotations: must be a map of texts';
  return {
    ...made,
    metadata: {
      ...kept,
      ...(Object.keys(labels).length === 0 ? {} : { labels }),
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    },
  } as KubeObject;
}

function textsOf(value: unknown): Readonly<Record<string, string>> | undefined {
  if (value === undefined || value === null) return {};
  const isMap = typeof value === 'object' && Object.values(value).every((one) => typeof one === 'string');
  return isMap ? (value as Readonly<Record<string, string>>) : undefined;
}
