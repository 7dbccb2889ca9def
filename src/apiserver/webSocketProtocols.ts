/** Begins the subprotocol by which browsers hand over a bearer token (apiserver `pkg/authentication/request/websocket`). */
export const TOKEN_PROTOCOL = 'base64url.bearer.authorization.k8s.io.';

/** The names in a Sec-WebSocket-Protocol header, in the client's order. */
export function protocolsOf(header: string | undefined): readonly string[] {
  return (header ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

/** Without the client's token: that is no protocol to choose, and nothing for the servers behind this one. */
export function offeredProtocols(header: string | undefined): readonly string[] {
  return protocolsOf(header).filter((name) => !name.startsWith(TOKEN_PROTOCOL));
}
