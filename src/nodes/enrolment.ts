import type { Logger } from '../base/logger.ts';
import { badRequest, forbidden, unauthorized } from '../api/status.ts';
import { csrKeyFingerprint } from '../host/certificates.ts';
import type { ClusterSettings, EnrolRequest, EnrolResponse } from '../protocol/agentLink.ts';
import type { EnrolmentTokens } from './tokens.ts';

export interface EnrolmentOptions {
  readonly tokens: EnrolmentTokens;
  /** Signs a PKCS#10 request (PEM) with the cluster's CA for this node: CN `system:node:NAME`, O `system:nodes`. */
  readonly sign: (csr: string, node: string) => Promise<string>;
  readonly cluster: ClusterSettings;
  readonly logger: Logger;
}

/** Who asks: by a one-time token at first, by its certificate when it renews it. */
export interface EnrolCredentials {
  readonly token: string | undefined;
  /** From a verified client certificate. */
  readonly node: string | undefined;
}

export interface Enrolment {
  /** Rejects with a StatusError: BadRequest, Unauthorized, Forbidden. */
  enrol(body: string, credentials: EnrolCredentials): Promise<EnrolResponse>;
}

/** Gives nodes their certificates, the first and every later one. */
export function createEnrolment(options: EnrolmentOptions): Enrolment {
  const { tokens, sign, cluster, logger } = options;

  const authorize = async (request: EnrolRequest, credentials: EnrolCredentials): Promise<void> => {
    const node = await nodeOf(request, credentials);
    if (node === undefined) throw unauthorized();
    if (node !== request.nodeName) {
      throw forbidden(
        { group: '', plural: 'nodes' },
        request.nodeName,
        `the credentials are those of "${node}"`,
      );
    }
  };
  const nodeOf = async (
    request: EnrolRequest,
    credentials: EnrolCredentials,
  ): Promise<string | undefined> => {
    if (credentials.node !== undefined && (await tokens.knows(credentials.node))) return credentials.node;
    if (credentials.token === undefined) return undefined;
    // Before it is spent: a token that is tried on another node's name stays good.
    const node = await tokens.verify(credentials.token);
    if (node !== request.nodeName) return node;
    return tokens.redeem(credentials.token, await fingerprintOf(request.csr));
  };

  return {
    async enrol(body, credentials): Promise<EnrolResponse> {
      const request = parse(body);
      await authorize(request, credentials);
      const certificate = await sign(request.csr, request.nodeName).catch((error: unknown) => {
        throw badRequest(`the certificate request is not valid: ${messageOf(error)}`);
      });
      logger.info('node enrolled', { node: request.nodeName, renewal: credentials.node !== undefined });
      return { certificate, cluster };
    },
  };
}

function parse(body: string): EnrolRequest {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (error) {
    throw badRequest(`the enrolment request is not JSON: ${messageOf(error)}`);
  }
  const { nodeName, csr } = Object(value) as Partial<Record<keyof EnrolRequest, unknown>>;
  if (typeof nodeName !== 'string' || nodeName === '') throw badRequest('nodeName: Required value');
  if (typeof csr !== 'string' || csr === '') throw badRequest('csr: Required value');
  return { nodeName, csr };
}

async function fingerprintOf(csr: string): Promise<string> {
  try {
    return await csrKeyFingerprint(csr);
  } catch (error) {
    throw badRequest(`the certificate request is not valid: ${messageOf(error)}`);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
