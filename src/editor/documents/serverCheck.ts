import type { KubeObject } from '../../api/meta.ts';
import { StatusError } from '../../api/status.ts';
import type { Client, NewObject } from '../../client/contract.ts';
import type { Discovery } from '../model/discovery.ts';
import type { Span } from './fieldSpan.ts';
import type { ManifestObject } from './manifest.ts';

export interface Finding {
  readonly message: string;
  readonly span: Span;
  /** A conflict with another manager is for the user to weigh; all else stands in the way of applying. */
  readonly severity: 'error' | 'warning';
}

export interface Checker {
  readonly client: Pick<Client, 'apply'>;
  readonly discovery: Pick<Discovery, 'resourceOf'>;
  readonly namespace: string;
  readonly fieldManager: string;
}

/**
 * What the server would say to these objects: each is applied as a dry run. Only answers about the object count: a
 * server that cannot be reached finds nothing. What the manifest itself brings (a namespace, a kind) is not missed.
 */
export async function checkOnServer(
  objects: readonly ManifestObject[],
  checker: Checker,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const object of objects) {
    signal.throwIfAborted();
    try {
      await dryRun(object, checker, signal);
    } catch (error) {
      if (signal.aborted || !(error instanceof StatusError)) throw error;
      if (!isBrought(error, objects)) findings.push(...findingsOf(object, error));
    }
  }
  return findings;
}

async function dryRun(object: ManifestObject, checker: Checker, signal: AbortSignal): Promise<void> {
  const resource = await checker.discovery.resourceOf(object.apiVersion, object.kind);
  const draft = structuredClone(object.value) as unknown as NewObject<KubeObject>;
  if (resource.namespaced && object.namespace === undefined && typeof draft.metadata === 'object') {
    draft.metadata.namespace = checker.namespace;
  }
  await checker.client.apply(resource, draft, { fieldManager: checker.fieldManager, dryRun: true, signal });
}

function findingsOf(object: ManifestObject, error: StatusError): readonly Finding[] {
  const { code, details } = error.status;
  if (code >= 500 || code === 429 || code === 401 || code === 403) return [];
  const severity = code === 409 ? 'warning' : 'error';
  const causes = (details?.causes ?? []).filter(({ field }) => field !== undefined && field !== '');
  if (causes.length > 0 && code !== 409) {
    return causes.map(({ field = '', message = error.message }) => ({
      message: `${field}: ${message}`,
      span: object.spanOf(field),
      severity,
    }));
  }
  const [, field = ''] =
    /(\.[\w.[\]-]+): field not declared in schema|unknown field "([^"]+)"/.exec(error.message) ?? [];
  return [{ message: error.message, span: object.spanOf(field), severity }];
}

function isBrought(error: StatusError, objects: readonly ManifestObject[]): boolean {
  const { reason, details, message = '' } = error.status;
  const kinds = (kind: string): readonly ManifestObject[] => objects.filter((object) => object.kind === kind);
  if (reason === 'NotFound' && details?.kind === 'namespaces') {
    return kinds('Namespace').some(({ name }) => name === details.name);
  }
  const missing = /^no matches for kind/.test(message) || details?.kind === 'apiVersion';
  return missing && kinds('CustomResourceDefinition').length > 0;
}
