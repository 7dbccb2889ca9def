import type { Clock } from '../../base/clock.ts';
import type { Disposable } from '../../base/disposable.ts';
import type { Duplex } from 'node:stream';
import type { WebhookClientConfig } from '../../api/types.ts';
import { WEBHOOK_PORT } from '../../api/webhooks/clientConfig.ts';
import { HttpsPool, type PooledResponse } from '../../host/httpsPool.ts';
import { answerError, transportError } from './callErrors.ts';

export interface WebhookClientOptions {
  /** Opens a TCP connection to one of a service's endpoints. Rejects with the error of upstream's resolver. */
  dialService(service: ServiceAddress, signal: AbortSignal): Promise<Duplex>;
  readonly clock: Clock;
}

export interface ServiceAddress {
  readonly namespace: string;
  readonly name: string;
  readonly port: number;
}

/** The part of a configuration that a call needs. */
export type WebhookTarget = Pick<WebhookClientConfig, 'url' | 'service' | 'caBundle'>;

/** Upstream's `defaultCacheSize`: connections are kept for this many peers. */
const MAX_POOLS = 200;
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
const HEADERS = {
  'content-type': 'application/json',
  accept: 'application/json, */*',
  'user-agent': 'kube-apiserver-admission',
};

/**
 * Calls webhooks, by URL or through a service, and keeps connections for the next call (apiserver `pkg/util/webhook`
 * ClientManager). It does not know the questions: admission and the conversion of custom resources use it.
 */
export class WebhookClient implements Disposable {
  readonly #options: WebhookClientOptions;
  /** In the order of their last use. */
  readonly #pools = new Map<string, HttpsPool>();

  constructor(options: WebhookClientOptions) {
    this.#options = options;
  }

  /**
   * Posts a JSON text and resolves to the decoded answer. Rejects with an error in upstream's words. It is a
   * StatusError if the webhook answered without success. The webhook is told `timeoutMs` in whole seconds.
   */
  async post(
    target: WebhookTarget,
    body: string,
    { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
  ): Promise<unknown> {
    const at = addressOf(target);
    const path = `${at.path}?timeout=${Math.ceil(timeoutMs / 1000)}s`;
    const url = `https://${at.authority}${path}`;
    const call = new AbortController();
    const timer = this.#options.clock.timeout(timeoutMs, () =>
      call.abort(new Error('context deadline exceeded')),
    );
    const cancel = (): void => call.abort(new Error('context canceled', { cause: signal.reason }));
    if (signal.aborted) cancel();
    signal.addEventListener('abort', cancel, { once: true });
    try {
      let code: number;
      let text: string;
      try {
        const answer = await this.#poolOf(target).request({
          method: 'POST',
          host: at.host,
          port: at.port,
          path,
          headers: HEADERS,
          body,
          signal: call.signal,
        });
        code = answer.code;
        text = await textOf(answer);
      } catch (error) {
        throw transportError(url, call.signal.aborted ? call.signal.reason : error);
      }
      if (code < 200 || code > 299) throw answerError(code, text);
      return parsed(text);
    } finally {
      timer.dispose();
      signal.removeEventListener('abort', cancel);
    }
  }

  dispose(): void {
    for (const pool of this.#pools.values()) pool.dispose();
    this.#pools.clear();
  }

  #poolOf(target: WebhookTarget): HttpsPool {
    const key = JSON.stringify([target.url, target.service, target.caBundle]);
    const pool = this.#pools.get(key) ?? this.#newPool(target);
    this.#pools.delete(key);
    this.#pools.set(key, pool);
    if (this.#pools.size > MAX_POOLS) {
      for (const [oldest, unused] of this.#pools) {
        this.#pools.delete(oldest);
        unused.retire();
        break;
      }
    }
    return pool;
  }

  #newPool({ service, caBundle }: WebhookTarget): HttpsPool {
    const ca =
      caBundle === undefined || caBundle === '' ? {} : { ca: Buffer.from(caBundle, 'base64').toString() };
    if (service === undefined) return new HttpsPool(ca);
    const { namespace, name, port = WEBHOOK_PORT } = service;
    return new HttpsPool({
      ...ca,
      serverName: `${name}.${namespace}.svc`,
      dial: (signal) => this.#options.dialService({ namespace, name, port }, signal),
    });
  }
}

interface Address {
  readonly host: string;
  readonly port: number;
  /** `host:port` as the URL has it. */
  readonly authority: string;
  readonly path: string;
}

function addressOf({ url, service }: WebhookTarget): Address {
  if (service !== undefined) {
    const { namespace, name, port = WEBHOOK_PORT, path = '' } = service;
    const host = `${name}.${namespace}.svc`;
    const full = path.startsWith('/') ? path : `/${path}`;
    return { host, port, authority: `${host}:${port}`, path: full };
  }
  const { hostname, port, host, pathname } = new URL(url ?? '');
  return {
    host: hostname.replace(/^\[|\]$/g, ''),
    port: port === '' ? WEBHOOK_PORT : Number(port),
    authority: host,
    path: pathname,
  };
}

async function textOf({ body }: PooledResponse): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) throw new Error(`the answer is larger than ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`couldn't get version/kind; json parse error: ${(error as Error).message}`, {
      cause: error,
    });
  }
}
