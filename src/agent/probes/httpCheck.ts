import http from 'node:http';
import https from 'node:https';
import { withDeadline } from '../../base/abort.ts';
import { setOwnProperty } from '../../base/ownProperty.ts';
import { dialError } from './tcpCheck.ts';
import type { ProbeOutcome } from './outcome.ts';

export interface HttpUrl {
  readonly scheme: string;
  readonly host: string;
  readonly port: number;
  readonly path: string;
}

type Headers = readonly { readonly name: string; readonly value: string }[];

/** Redirects that a probe follows, on the same host alone (kubernetes `pkg/probe/http`). */
const MAX_REDIRECTS = 10;
const BODY_LIMIT = 10 * 1024;

/** 200 to 399 is success; certificates are not checked. */
export function checkHttp(
  url: HttpUrl,
  headers: Headers,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<ProbeOutcome> {
  const first = new URL(
    `${url.scheme.toLowerCase()}://${bracketed(url.host)}:${url.port}${rooted(url.path)}`,
  );
  return withDeadline(signal, timeoutMs, async (deadline) => {
    try {
      return await follow(first, headers, deadline.signal);
    } catch (error) {
      const why = deadline.isOver
        ? 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)'
        : dialError(url.host, url.port, error as NodeJS.ErrnoException);
      return { success: false, message: `Get "${first.href}": ${why}` };
    }
  });
}

async function follow(first: URL, headers: Headers, signal: AbortSignal): Promise<ProbeOutcome> {
  let at = first;
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects++) {
    const { code, location } = await get(at, headers, signal);
    const next = location === undefined || code < 300 || code > 399 ? undefined : new URL(location, at);
    if (next?.hostname === at.hostname) {
      at = next;
      continue;
    }
    return code >= 200 && code < 400
      ? { success: true, message: '' }
      : { success: false, message: `HTTP probe failed with statuscode: ${code}` };
  }
  return { success: false, message: `Get "${first.href}": stopped after ${MAX_REDIRECTS} redirects` };
}

/** Sends a request and reports the status; also what httpGet lifecycle hooks do. */
export function get(
  url: URL,
  headers: Headers,
  signal: AbortSignal,
): Promise<{ readonly code: number; readonly location: string | undefined }> {
  const own: Record<string, string | string[]> = {
    'User-Agent': 'kube-probe/1.36',
    Accept: '*/*',
    Connection: 'close',
  };
  for (const { name, value } of headers) {
    const key = Object.keys(own).find((known) => known.toLowerCase() === name.toLowerCase()) ?? name;
    setOwnProperty(own, key, value);
  }
  const options = { headers: own, signal, agent: false as const, rejectUnauthorized: false };
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? https : http).get(url, options, (response) => {
      let length = 0;
      response.on('data', (chunk: Buffer) => {
        length += chunk.length;
        if (length > BODY_LIMIT) response.destroy();
      });
      response.on('close', () =>
        resolve({ code: response.statusCode ?? 0, location: response.headers.location }),
      );
      response.on('error', reject);
    });
    request.on('error', reject);
  });
}

export const bracketed = (host: string): string => (host.includes(':') ? `[${host}]` : host);
const rooted = (path: string): string => (path.startsWith('/') ? path : `/${path}`);
