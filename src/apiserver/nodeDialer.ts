import type { Duplex } from 'node:stream';

/**
 * The API server's way to a node, whatever carries it (the hub's reversed HTTP/2 link). Rejects with a StatusError:
 * ServiceUnavailable with a text that names the node where it is not connected.
 */
export interface NodeDialer {
  /** An HTTP request to the agent, as the API server makes to a kubelet. */
  request(
    node: string,
    request: {
      method: string;
      path: string;
      headers?: Record<string, string>;
      body?: AsyncIterable<Uint8Array>;
      signal: AbortSignal;
    },
  ): Promise<{ code: number; headers: Record<string, string>; body: AsyncIterable<Uint8Array> }>;
  /** A raw tunnel to a streaming endpoint of the agent (exec, attach, portForward). The client's own upgrade request is written to it unchanged. */
  upgrade(node: string, path: string, signal: AbortSignal): Promise<Duplex>;
  /** A TCP connection that the node makes to `host:port` (a pod, a service's endpoint). */
  connect(node: string, host: string, port: number, signal: AbortSignal): Promise<Duplex>;
}
