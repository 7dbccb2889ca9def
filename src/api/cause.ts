import type { Cause } from './request.ts';

/**
 * How a cause travels over HTTPS: W3C trace context (https://www.w3.org/TR/trace-context/). The revision is the trace
 * (all that follows from one change belongs together), the actor is in `tracestate` under this project's key.
 */
const KEY = 'wheelhouse';

export function headersOfCause(cause: Cause): Readonly<Record<string, string>> {
  const revision = cause.revision ?? 0;
  // An id of zeros alone is not valid: the first digit is always 1.
  const trace = `1${revision.toString(16).padStart(31, '0')}`;
  return {
    traceparent: `00-${trace}-${trace.slice(-16).replace(/^0/, '1')}-00`,
    tracestate: `${KEY}=${cause.revision ?? ''}/${encodeURIComponent(cause.actor)}`,
  };
}

/** The cause that a request's headers (names in lower case) tell; undefined where there is none or no readable one. */
export function causeOfHeaders(headers: Readonly<Record<string, string | undefined>>): Cause | undefined {
  for (const member of (headers.tracestate ?? '').split(',')) {
    const match = /^wheelhouse=(\d*)\/(\S+)$/.exec(member.trim());
    if (match?.[2] === undefined) continue;
    const actor = decode(match[2]);
    if (actor === undefined) return undefined;
    return { actor, ...(match[1] === '' ? {} : { revision: Number(match[1]) }) };
  }
  return undefined;
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
