import { cloneJson } from '../clone.ts';
import { equalJson } from '../equalJson.ts';
import { badRequest, StatusError } from '../status.ts';
import { placeOf } from './pointer.ts';

/** As upstream: more is refused before anything is done. */
const MAX_OPERATIONS = 10_000;

/** As upstream: what copies may add, in characters. Each could double the document. */
const MAX_COPIED = 3 * 1024 * 1024;

interface Operation {
  readonly op: 'add' | 'remove' | 'replace' | 'move' | 'copy' | 'test';
  readonly path: string;
  readonly from?: unknown;
  readonly value?: unknown;
}

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
  const checked = (operations as unknown[]).map((operation) => {
    if (!isOperation(operation)) throw badRequest('error decoding patch: Invalid JSON Patch');
    return operation;
  });
  const patched = new Patched(cloneJson(document));
  try {
    for (const operation of checked) patched.apply(operation);
  } catch (error) {
    throw notApplicable(error);
  }
  return patched.document;
}

function isOperation(value: unknown): value is Operation {
  if (typeof value !== 'object' || value === null) return false;
  const { op, path } = value as { op?: unknown; path?: unknown };
  return OPERATIONS.has(op) && typeof path === 'string';
}

/** A document on which operations are done one after the other. It shares nothing with them. */
class Patched {
  document: unknown;
  #copied = 0;

  constructor(document: unknown) {
    this.document = document;
  }

  /** Throws where the operation does not fit; the document is of no use then. */
  apply(operation: Operation): void {
    const { op, path } = operation;
    if (path === '') {
      this.#applyToRoot(operation);
      return;
    }
    switch (op) {
      case 'add':
        placeOf(this.document, path).add(valueOf(operation));
        break;
      case 'replace':
        placeOf(this.document, path).replace(valueOf(operation));
        break;
      case 'remove':
        placeOf(this.document, path).remove();
        break;
      case 'move':
        this.#move(fromOf(operation), path);
        break;
      case 'copy':
        placeOf(this.document, path).add(this.#copy(fromOf(operation)));
        break;
      case 'test':
        assertEqual(placeOf(this.document, path).get(), operation);
    }
  }

  /** As upstream, the document can be tested and exchanged for another one, no more. */
  #applyToRoot(operation: Operation): void {
    if (operation.op === 'test') {
      assertEqual(this.document, operation);
      return;
    }
    const value = valueOf(operation);
    if (operation.op !== 'replace' || typeof value !== 'object' || value === null) {
      throw new Error('the document can only be replaced, by an object or a list');
    }
    this.document = value;
  }

  #move(from: string, path: string): void {
    if (path.startsWith(`${from}/`)) throw new Error(`${from} cannot be moved into itself`);
    const value = placeOf(this.document, from).remove();
    placeOf(this.document, path).add(value);
  }

  #copy(from: string): unknown {
    const value = placeOf(this.document, from).get();
    if (value === undefined) throw new Error(`there is nothing at ${from}`);
    this.#copied += JSON.stringify(value).length;
    if (this.#copied > MAX_COPIED) throw new Error('the copies are larger than is allowed');
    return cloneJson(value);
  }
}

function valueOf({ value }: Operation): unknown {
  if (value === undefined) throw new Error('the operation has no value');
  return cloneJson(value);
}

function fromOf({ from }: Operation): string {
  if (typeof from !== 'string') throw new Error('the operation does not say from where');
  return from;
}

/** As upstream, null stands for nothing. */
function assertEqual(found: unknown, { value = null }: Operation): void {
  if (!equalJson(found ?? null, value)) throw new Error('a test has failed');
}

/** 422 with upstream's message, which does not say which operation failed. */
export function notApplicable(cause: unknown): StatusError {
  return new StatusError(422, 'Invalid', 'the server rejected our request due to an error in our request', {
    details: {},
    cause,
  });
}
