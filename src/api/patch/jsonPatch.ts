import fastJsonPatch, { type Operation } from 'fast-json-patch';
import { cloneJson } from '../clone.ts';
import { badRequest, StatusError } from '../status.ts';

/** As upstream: more is refused before anything is done. */
const MAX_OPERATIONS = 10_000;

const OPERATIONS: ReadonlySet<unknown> = new Set(['add', 'remove', 'replace', 'move', 'copy', 'test']);

/**
 * RFC 6902. Throws BadRequest for what is no patch, RequestEntityTooLarge for too many operations, and 422 for a
 * patch that does not fit the document (apiserver `pkg/endpoints/handlers/patch.go`).
 */
export function applyJsonPatch(document: unknown, operations: unknown): unknown {
  if (!Array.isArray(operations)) {
    throw badRequest(
      'error decoding patch: json: cannot unmarshal object into Go value of type jsonpatch.Patch',
    );
  }
  if (operations.length > MAX_OPERATIONS) {
    throw new StatusError(
      413,
      'RequestEntityTooLarge',
      `Request entity is too large: The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, got ${operations.length}`,
    );
  }
  for (const operation of operations as unknown[]) {
    if (!isOperation(operation)) throw badRequest('error decoding patch: Invalid JSON Patch');
  }
  try {
    // The library inserts the patch's own values: copied, so that the result shares nothing with its input.
    return fastJsonPatch.applyPatch(cloneJson(document), cloneJson(operations) as Operation[], true)
      .newDocument;
  } catch (error) {
    throw notApplicable(error);
  }
}

function isOperation(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { op, path } = value as { op?: unknown; path?: unknown };
  return OPERATIONS.has(op) && typeof path === 'string';
}

/** 422 with upstream's message, which does not say which operation failed. */
export function notApplicable(cause: unknown): StatusError {
  return new StatusError(422, 'Invalid', 'the server rejected our request due to an error in our request', {
    details: {},
    cause,
  });
}
