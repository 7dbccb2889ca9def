import { ownProperty, setOwnProperty } from '../../base/ownProperty.ts';
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
    for (const [key, value] of Object.entries(target)) {
      if (!Object.hasOwn(patch, key)) setOwnProperty(merged, key, cloneJson(value));
    }
  }
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) continue;
    const before = isObject(target) ? ownProperty(target, key) : undefined;
    setOwnProperty(merged, key, merge(before, value));
  }
  return merged;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
