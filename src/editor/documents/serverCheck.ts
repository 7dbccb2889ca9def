import { isRecord } from '../../base/isRecord.ts';
import type { KubeObject } from '../../api/meta.ts';
import { StatusError } from '../../api/status.ts';
import type { Client, NewObject } from '../../client/contract.ts';
import type { Discovery } from '../model/discovery.ts';
import { fieldsOfMessage } from './fieldsOfMessage.ts';
import type { Finding } from './finding.ts';
import type { ManifestObject } from './manifest.ts';

/** What a server says of one field of one object: it holds while the object is as it was, wherever it moves. */
export interface ServerFinding extends Finding {
  readonly object: ManifestObject;
  /** '' for the object itself. */
  readonly field: string;
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
): Promise<readonly ServerFinding[]> {
  const findings: ServerFinding[] = [];
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
  if (resource.namespaced && object.namespace === undefined && isRecord(draft.metadata)) {
    draft.metadata.namespace = checker.namespace;
  }
  await checker.client.apply(resource, draft, { fieldManager: checker.fieldManager, dryRun: true, signal });
}

function findingsOf(object: ManifestObject, error: StatusError): readonly ServerFinding[] {
  const { code, details, message = error.message } = error.status;
  if (code === 429 || code === 401 || code === 403) return [];
  // A conflict with another manager is for the user to weigh; all else stands in the way of applying.
  if (code === 409) return [finding(object, '', message, 'warning')];
  const causes = (details?.causes ?? []).flatMap(({ field = '', message: what = message }) =>
    field === '' ? [] : [{ field, message: `${field}: ${what}` }],
  );
  // A field that the schema does not know is a 500 of upstream's apply: what names a field is about the object.
  const named = causes.length > 0 ? causes : fieldsOfMessage(message);
  if (named.length > 0) return named.map((at) => finding(object, at.field, at.message, 'error'));
  return code >= 500 ? [] : [finding(object, '', message, 'error')];
}

function finding(
  object: ManifestObject,
  field: string,
  message: string,
  severity: Finding['severity'],
): ServerFinding {
  return { object, field, message, span: object.spanOf(field), severity };
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
