import type { RequestBody, UserInfo } from '../../api/request.ts';
import { badRequest, StatusError } from '../../api/status.ts';
import type { HttpRequest } from '../../host/httpsListener.ts';
import type { BodyBudget, BodyShare } from './bodyBudget.ts';
import { isYaml, type YamlBodies } from './yamlBodies.ts';

/** As upstream's `MaxRequestBodyBytes`. */
const MAX_BODY_BYTES = 3 * 1024 * 1024;

/** What bodies share. */
export interface Bodies {
  readonly budget: BodyBudget;
  /** Missing where all YAML is read at once. */
  readonly yaml: YamlBodies | undefined;
}

/** A request's body that is still with the client: it is read for somebody who is known and may send it. */
export class IncomingBody {
  readonly #request: HttpRequest;
  readonly #bodies: Bodies;
  #share: BodyShare | undefined;
  #stop: (() => void) | undefined;

  constructor(request: HttpRequest, bodies: Bodies) {
    this.#request = request;
    this.#bodies = bodies;
  }

  /**
   * The whole body.
   * @throws StatusError RequestEntityTooLarge (413), TooManyRequests (429) where too much is being read, BadRequest for
   * one that ends early or for YAML that cannot be read
   */
  read(user: UserInfo): Promise<RequestBody> {
    const received = this.#receive(user);
    const { yaml } = this.#bodies;
    if (yaml === undefined || !isYaml(this.#request.headers['content-type'])) return received;
    return received.then((body) => (body.type === 'bytes' ? yaml.read(body, user) : body));
  }

  #receive(user: UserInfo): Promise<RequestBody> {
    const request = this.#request;
    const contentType = request.headers['content-type'] ?? '';
    if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) return Promise.reject(tooLarge());
    if (request.destroyed) return Promise.reject(endedEarly());
    const share = this.#bodies.budget.shareOf(user);
    this.#share = share;
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let size = 0;
      const receive = (chunk: Buffer): void => {
        size += chunk.length;
        if (size > MAX_BODY_BYTES) stop(tooLarge());
        else if (!share.take(chunk.length)) stop(share.refusal());
        else chunks.push(chunk);
      };
      /** The listener sees to what is left of it. */
      const stop = (error: StatusError): void => {
        request.off('data', receive);
        request.pause();
        chunks.length = 0;
        reject(error);
      };
      this.#stop = () => stop(endedEarly());
      request.on('data', receive);
      request.once('end', () => {
        this.#stop = undefined;
        if (size === 0) resolve({ type: 'none' });
        else {
          const [first] = chunks;
          const bytes = chunks.length === 1 && first !== undefined ? first : Buffer.concat(chunks);
          resolve({ type: 'bytes', bytes, contentType });
        }
      });
      request.once('error', () => reject(endedEarly()));
      // Every request closes: an error, which costs more than all else here, is made only for one that did not end.
      request.once('close', () => {
        if (!request.readableEnded) reject(endedEarly());
      });
    });
  }

  /** The request is answered, with or without its body: others may use the memory. */
  release(): void {
    this.#stop?.();
    this.#share?.release();
  }
}

function tooLarge(): StatusError {
  return new StatusError(
    413,
    'RequestEntityTooLarge',
    `Request entity too large: limit is ${MAX_BODY_BYTES}`,
  );
}

const endedEarly = (): StatusError => badRequest('the request ended before its body was complete');
