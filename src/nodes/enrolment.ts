import type { Logger } from '../base/logger.ts';
import { badRequest, forbidden, type StatusError, unauthorized } from '../api/status.ts';
import { keyFingerprint } from '../host/keys.ts';
import type { ClusterSettings, EnrolRequest, EnrolResponse } from '../protocol/agentLink.ts';
import type { EnrolmentTokens } from './tokens.ts';

export interface EnrolmentOptions {
  readonly tokens: EnrolmentTokens;
  /** The cluster's CA certifies a public key (PEM) for this node: CN `system:node:NAME`, O `system:nodes`. */
  readonly certify: (publicKey: string, node: string) => Promise<string>;
  readonly cluster: ClusterSettings;
  readonly logger: Logger;
}

/** The credentials of a machine: a one-time token at first, its certificate when it renews that. */
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
  const { tokens, certify, cluster, logger } = options;

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
    return tokens.redeem(credentials.token, fingerprintOf(request.publicKey));
  };

  return {
    async enrol(body, credentials): Promise<EnrolResponse> {
      const request = parse(body);
      await authorize(request, credentials);
      const certificate = await certify(request.publicKey, request.nodeName).catch((error: unknown) => {
        throw notAKey(error);
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
  const { nodeName, publicKey } = Object(value) as Partial<Record<keyof EnrolRequest, unknown>>;
  if (typeof nodeName !== 'string' || nodeName === '') throw badRequest('nodeName: Required value');
  if (typeof publicKey !== 'string' || publicKey === '') throw badRequest('publicKey: Required value');
  return { nodeName, publicKey };
}

function fingerprintOf(publicKey: string): string {
  try {
    return keyFingerprint(publicKey);
  } catch (error) {
    throw notAKey(error);
  }
}

function notAKey(error: unknown): StatusError {
  return badRequest(`publicKey: Invalid value: ${messageOf(error)}`);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
