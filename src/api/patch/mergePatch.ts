import { cloneJson } from '../clone.ts';
import { badRequest } from '../status.ts';

/** RFC 7386. Throws BadRequest where the patch is no object. */
export function applyMergePatch(document: unknown, patch: unknown): unknown {
  if (!isObject(patch)) throw badRequest('error decoding patch: Invalid JSON Patch');
  return merge(document, patch);
}

function merge(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return cloneJson(patch);
  const merged: Record<string, unknown> = {};
  if (isObject(target)) {
    for (const key of Object.keys(target)) if (!(key in patch)) merged[key] = cloneJson(target[key]);
  }
  for (const [key, value] of Object.entries(patch)) {
    if (value !== null) merged[key] = merge(isObject(target) ? target[key] : undefined, value);
  }
  return merged;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
