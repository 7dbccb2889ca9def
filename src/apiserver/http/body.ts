import type { RequestBody } from '../../api/request.ts';
import { StatusError } from '../../api/status.ts';
import type { HttpRequest } from '../../host/httpsListener.ts';

/** As upstream's `MaxRequestBodyBytes`. */
const MAX_BODY_BYTES = 3 * 1024 * 1024;

/** Reads a whole body. @throws StatusError RequestEntityTooLarge (413) */
export function readBody(request: HttpRequest): Promise<RequestBody> {
  const contentType = request.headers['content-type'] ?? '';
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    let ended = false;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= MAX_BODY_BYTES) chunks.push(chunk);
      else {
        // What is left is read and dropped, so that the answer reaches a client that is still sending.
        chunks.length = 0;
        reject(tooLarge());
      }
    });
    request.once('end', () => {
      ended = true;
      if (size === 0) resolve({ type: 'none' });
      else {
        const [first] = chunks;
        const bytes = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks);
        resolve({ type: 'bytes', bytes, contentType });
      }
    });
    request.once('error', reject);
    request.once('close', () => {
      if (!ended) reject(new Error('the request ended early'));
    });
  });
}

function tooLarge(): StatusError {
  return new StatusError(
    413,
    'RequestEntityTooLarge',
    `Request entity too large: limit is ${MAX_BODY_BYTES}`,
  );
}
