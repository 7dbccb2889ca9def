import type { Http2ServerResponse } from 'node:http2';

/** A request for what is below a route. */
export interface AgentCall {
  /** Path segments behind the route's own, decoded. */
  readonly rest: readonly string[];
  readonly url: URL;
  readonly response: Http2ServerResponse;
}

/** A handler of the kubelet's server for one path. Answers only GET. */
export interface AgentRoute {
  /** The first segment: `metrics`. */
  readonly name: string;
  /** Writes the whole answer. @throws HttpError where there is none */
  serve(call: AgentCall): Promise<void> | void;
}

export function sendText({ response }: AgentCall, text: string, type = 'text/plain; charset=utf-8'): void {
  response.writeHead(200, { 'content-type': type });
  response.end(text);
}

export function sendJson(call: AgentCall, body: unknown): void {
  sendText(call, JSON.stringify(body), 'application/json');
}
