import { configMaps } from '../../api/resources.ts';
import type { BootstrapObject } from './systemObjects.ts';

/**
 * What servers that serve a part of the API need to know of this one: whose client certificates they may take, and how it
 * tells who asks (controlplane `controller/clusterauthenticationtrust`).
 */
export function extensionAuthentication(trust: {
  /** Of clients, PEM. */
  readonly clientCa: string;
  /** Of this server's own certificate before others, PEM. */
  readonly frontProxyCa: string;
  readonly frontProxyName: string;
}): BootstrapObject {
  return {
    resource: configMaps,
    authoritative: true,
    object: {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'extension-apiserver-authentication', namespace: 'kube-system' },
      data: {
        'client-ca-file': trust.clientCa,
        'requestheader-client-ca-file': trust.frontProxyCa,
        'requestheader-allowed-names': JSON.stringify([trust.frontProxyName]),
        'requestheader-username-headers': '["X-Remote-User"]',
        'requestheader-uid-headers': '["X-Remote-Uid"]',
        'requestheader-group-headers': '["X-Remote-Group"]',
        'requestheader-extra-headers-prefix': '["X-Remote-Extra-"]',
      },
    },
  };
}
