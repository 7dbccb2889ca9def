import { X509Certificate } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { request } from 'node:https';
import { isIP } from 'node:net';
import { TLSSocket } from 'node:tls';

const TIMEOUT_MS = 10_000;
/** Extended key usage of servers. */
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';

export interface ServerAnswer {
  readonly headers: IncomingHttpHeaders;
  /** From the end of the handshake to the answer. */
  readonly roundTripMs: number;
  /** What the server showed: signed by `ca` for this host, and for nothing but a server. */
  readonly certificate: { readonly validFrom: number; readonly validTo: number };
}

/**
 * Asks a server without credentials for what a machine whose clock is wrong may believe: everything about the server's
 * certificate is checked but its time. The handshake proves that the server has the certificate's key. A client that
 * has no idea of the time holds what the server says about it against that certificate. Rejects where the certificate
 * is not of `ca` (PEM) or not the host's.
 */
export function askWithoutTime(
  url: URL,
  ca: string,
  headers: Readonly<Record<string, string>>,
  monotonic: () => number,
): Promise<ServerAnswer> {
  return new Promise((resolve, reject) => {
    let checked: Omit<ServerAnswer, 'headers' | 'roundTripMs'> | undefined;
    let asked = 0;
    const call = request(url, {
      agent: false,
      rejectUnauthorized: false,
      headers,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    call.once('socket', (socket) =>
      socket.once('secureConnect', () => {
        const certificate = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
        const fault = faultOf(certificate, new X509Certificate(ca), url.hostname);
        if (certificate === undefined || fault !== undefined) {
          call.destroy(new Error(fault));
          return;
        }
        const { validFrom, validTo } = certificate;
        checked = { certificate: { validFrom: Date.parse(validFrom), validTo: Date.parse(validTo) } };
        asked = monotonic();
      }),
    );
    call.once('error', reject);
    const answered = ({ headers: answer }: { headers: IncomingHttpHeaders }): void => {
      if (checked !== undefined) resolve({ ...checked, headers: answer, roundTripMs: monotonic() - asked });
      call.destroy();
    };
    call.once('response', answered);
    call.once('upgrade', answered);
    call.end();
  });
}

function faultOf(
  certificate: X509Certificate | undefined,
  ca: X509Certificate,
  host: string,
): string | undefined {
  if (certificate === undefined) return 'the server shows no certificate';
  if (!certificate.checkIssued(ca) || !certificate.verify(ca.publicKey)) {
    return "the server's certificate is not of the cluster's authority";
  }
  const name = isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host);
  if (name === undefined) return `the server's certificate is not for ${host}`;
  // The types know nothing of certificates without the extension.
  const usages = certificate.keyUsage as readonly string[] | undefined;
  return usages?.includes(SERVER_AUTH) === true ? undefined : "the certificate is no server's";
}

/** True for failures of TLS whose cause may be the time of day alone. */
export function isFailureOfTime(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return code === 'CERT_NOT_YET_VALID' || code === 'CERT_HAS_EXPIRED';
}
