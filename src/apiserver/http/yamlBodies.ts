import type { Clock } from '../../base/clock.ts';
import { type Decoded, decodeJsonOfYaml } from '../../api/schema/index.ts';
import type { RequestBody, UserInfo } from '../../api/request.ts';
import { badRequest, type StatusError, tooManyRequests } from '../../api/status.ts';
import { TaskError, TaskThread } from '../../host/taskThread.ts';

/**
 * Up to here YAML is read at once: it takes as long as the largest body of JSON, of which a byte is read a hundred times
 * faster.
 */
const SHORT_BYTES = 8 * 1024;
/** Bodies of one user that wait for the thread or are read on it. */
const MAX_PER_USER = 4;

/** What the thread says of a body. */
export type YamlAnswer =
  | ({ readonly json: string } & Omit<Decoded, 'object'>)
  /** Why it is refused with BadRequest. */
  | { readonly refusal: string };

/** A thread that runs `src/yamlWorker.ts`. */
export type YamlThread = Pick<TaskThread<Uint8Array, YamlAnswer>, 'run'>;

/** The largest body takes some seconds, unless it is made to take longer. */
const LIMIT_MS = 10_000;
const MAX_WAITING = 16;
const IDLE_MS = 30_000;

/** It starts with the first long body. `entry` is the bundle of `src/yamlWorker.ts`. */
export function createYamlThread(entry: string, clock: Clock): TaskThread<Uint8Array, YamlAnswer> {
  return new TaskThread({
    entry,
    clock,
    limitMs: LIMIT_MS,
    maxWaiting: MAX_WAITING,
    idleMs: IDLE_MS,
  });
}

type Bytes = Extract<RequestBody, { type: 'bytes' }>;

/** Has YAML bodies read on another thread where they could hold up all other requests. */
export class YamlBodies {
  readonly #thread: YamlThread;
  readonly #ofUsers = new Map<string, number>();

  constructor(thread: YamlThread) {
    this.#thread = thread;
  }

  /** A body of YAML; the same where it is short. Rejects with BadRequest, or TooManyRequests. */
  read(body: Bytes, user: UserInfo): Promise<RequestBody> | RequestBody {
    const { bytes, contentType } = body;
    if (bytes.length <= SHORT_BYTES && !mayUnfold(bytes)) return body;
    const json = decodeJsonOfYaml(bytes);
    return json === undefined
      ? this.#onThread(body, user.name)
      : { type: 'yaml', decoded: json, contentType };
  }

  async #onThread({ bytes, contentType }: Bytes, user: string): Promise<RequestBody> {
    const under = this.#ofUsers.get(user) ?? 0;
    if (under >= MAX_PER_USER) throw busy();
    this.#ofUsers.set(user, under + 1);
    try {
      const answer = await this.#thread.run(new Uint8Array(bytes)).catch((error: unknown) => {
        throw error instanceof TaskError ? refusalOf(error) : error;
      });
      if ('refusal' in answer) throw badRequest(answer.refusal);
      const { json, ...findings } = answer;
      return { type: 'yaml', decoded: { ...findings, object: JSON.parse(json) as unknown }, contentType };
    } finally {
      const left = (this.#ofUsers.get(user) ?? 1) - 1;
      if (left === 0) this.#ofUsers.delete(user);
      else this.#ofUsers.set(user, left);
    }
  }
}

export function isYaml(contentType = ''): boolean {
  const mediaType = contentType.split(';')[0]?.trim().toLowerCase();
  return mediaType === 'application/yaml' || mediaType === 'application/apply-patch+yaml';
}

/** Whether it could have aliases, by which a short text says much. */
const mayUnfold = (bytes: Uint8Array): boolean => bytes.includes(AMPERSAND) && bytes.includes(ASTERISK);

const AMPERSAND = 0x26;
const ASTERISK = 0x2a;

function refusalOf({ reason }: TaskError): StatusError {
  return reason === 'time'
    ? badRequest('error converting YAML to JSON: yaml: the document takes too long to be read')
    : busy();
}

const busy = (): StatusError =>
  tooManyRequests('too many YAML documents are being read, please try again later, or send JSON', 1);
