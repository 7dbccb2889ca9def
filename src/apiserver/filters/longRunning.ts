import type { RequestInfo } from '../../api/request.ts';

const STREAMS = new Set(['log', 'exec', 'attach', 'portforward', 'proxy']);

/** Requests that last as long as the client wants: no deadline for them, and they fill no slot. */
export function isLongRunning(info: RequestInfo): boolean {
  return info.verb === 'watch' || STREAMS.has(info.subresource);
}
