import type { CertificateRequest } from './certificateRequest.ts';

/** The signers of Kubernetes itself. */
export const CLIENT_SIGNER = 'kubernetes.io/kube-apiserver-client';
export const KUBELET_CLIENT_SIGNER = 'kubernetes.io/kube-apiserver-client-kubelet';
export const KUBELET_SERVING_SIGNER = 'kubernetes.io/kubelet-serving';
export const LEGACY_SIGNER = 'kubernetes.io/legacy-unknown';

const NODE_PREFIX = 'system:node:';
const NODES = 'system:nodes';

/** Why a signer does not sign a request; undefined where it does, or where it is none of these signers. */
export function refusalOf(
  signer: string,
  request: CertificateRequest,
  usages: readonly string[],
): string | undefined {
  switch (signer) {
    case CLIENT_SIGNER:
      return clientRefusal(usages);
    case KUBELET_CLIENT_SIGNER:
      return kubeletClientRefusal(request, usages);
    case KUBELET_SERVING_SIGNER:
      return kubeletServingRefusal(request, usages);
    default:
      return undefined;
  }
}

function clientRefusal(usages: readonly string[]): string | undefined {
  const wrong = usages.find(
    (usage) => !['digital signature', 'key encipherment', 'client auth'].includes(usage),
  );
  if (wrong !== undefined) return `invalid usage for client certificate: ${wrong}`;
  return usages.includes('client auth')
    ? undefined
    : 'missing required usage for client certificate: client auth';
}

/** `pkg/apis/certificates/helpers.go` ValidateKubeletClientCSR. */
export function kubeletClientRefusal(
  request: CertificateRequest,
  usages: readonly string[],
): string | undefined {
  if (!isOfNodes(request)) return 'subject organization is not system:nodes';
  if (request.dnsNames.length > 0) return 'DNS subjectAltNames are not allowed';
  if (request.emailAddresses.length > 0) return 'Email subjectAltNames are not allowed';
  if (request.ipAddresses.length > 0) return 'IP subjectAltNames are not allowed';
  if (request.uris.length > 0) return 'URI subjectAltNames are not allowed';
  if (!request.commonName.startsWith(NODE_PREFIX)) {
    return 'subject common name does not begin with system:node:';
  }
  return usagesRefusal(usages, 'client auth');
}

/** `pkg/apis/certificates/helpers.go` ValidateKubeletServingCSR. */
function kubeletServingRefusal(request: CertificateRequest, usages: readonly string[]): string | undefined {
  if (!isOfNodes(request)) return 'subject organization is not system:nodes';
  if (request.dnsNames.length + request.ipAddresses.length === 0) {
    return 'DNS or IP subjectAltName is required';
  }
  if (request.emailAddresses.length > 0) return 'Email subjectAltNames are not allowed';
  if (request.uris.length > 0) return 'URI subjectAltNames are not allowed';
  return (
    usagesRefusal(usages, 'server auth') ??
    (request.commonName.startsWith(NODE_PREFIX)
      ? undefined
      : 'subject common name does not begin with system:node:')
  );
}

const isOfNodes = ({ organizations }: CertificateRequest): boolean =>
  organizations.length === 1 && organizations[0] === NODES;

/** Key encipherment is for RSA alone, and may be left out. */
function usagesRefusal(usages: readonly string[], auth: string): string | undefined {
  const all = [auth, 'digital signature', 'key encipherment'];
  const has = (usage: string): boolean => usages.includes(usage);
  const isGood = has(auth) && has('digital signature') && usages.every((usage) => all.includes(usage));
  return isGood ? undefined : `usages did not match [${all.join(' ')}]`;
}
