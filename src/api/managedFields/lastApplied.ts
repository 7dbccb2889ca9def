import { cloneJson } from '../clone.ts';
import type { Draft, KubeObject } from '../meta.ts';
import type { Schema } from '../schema/schema.ts';
import { claimed } from './compare.ts';
import type { FieldSet } from './fieldSet.ts';

/** What kubectl's client-side apply leaves on an object: the manifest as it was applied. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** The only manager that moves from client-side to server-side apply under the same name. */
const KUBECTL = 'kubectl';

/**
 * The fields that kubectl applied on the client's side before: a server-side apply by kubectl takes them over without
 * a conflict (fieldmanager `lastappliedmanager.go`). Undefined where there are none.
 */
export function clientSideFields(
  schema: Schema,
  live: KubeObject | undefined,
  manager: string,
): FieldSet | undefined {
  const text = live?.metadata.annotations?.[LAST_APPLIED];
  if (manager !== KUBECTL || text === undefined) return undefined;
  let applied: unknown;
  try {
    applied = JSON.parse(text);
  } catch {
    // Written by somebody else; then nothing is known to be kubectl's.
    return undefined;
  }
  schema.conform(applied);
  return claimed(schema.shape, applied);
}

/**
 * Keeps the annotation in step, so that client-side apply can be gone back to (fieldmanager `lastappliedupdater.go`).
 * Changes the draft.
 */
export function syncLastApplied(
  draft: Draft,
  live: KubeObject | undefined,
  applied: Draft,
  manager: string,
): void {
  if (manager !== KUBECTL || live?.metadata.annotations?.[LAST_APPLIED] === undefined) return;
  const configuration = cloneJson(applied);
  const annotations = configuration.metadata.annotations;
  if (annotations !== undefined) Reflect.deleteProperty(annotations, LAST_APPLIED);
  draft.metadata.annotations = {
    ...draft.metadata.annotations,
    [LAST_APPLIED]: `${JSON.stringify(configuration)}\n`,
  };
}
