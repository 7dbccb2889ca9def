/** A header's value, or several. */
type Headers = Readonly<Record<string, string | string[]>>;

/**
 * The header that tells where a request's body ends; none for a request without a body, or whose headers tell it. Node
 * adds none to DELETE, GET, HEAD, OPTIONS and TRACE: the peer takes the body for the next request on the connection.
 */
export function bodyFraming(
  headers: Headers,
  body: string | Uint8Array | AsyncIterable<Uint8Array> | undefined,
): Record<string, string> {
  if (body === undefined) return {};
  const names = Object.keys(headers).map((name) => name.toLowerCase());
  if (names.includes('content-length') || names.includes('transfer-encoding')) return {};
  if (typeof body === 'string') return { 'content-length': String(Buffer.byteLength(body)) };
  if (body instanceof Uint8Array) return { 'content-length': String(body.byteLength) };
  return { 'transfer-encoding': 'chunked' };
}
