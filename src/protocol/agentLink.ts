/**
 * The wire between the control plane and a node. A node makes every connection; all go to the API server's HTTPS
 * port, below `/wheelhouse/v1/`.
 *
 * 1. `bootstrap`: a WebSocket (subprotocol `wheelhouse.bootstrap.v1`). Authorization is `Bearer TOKEN` with a one-time
 *    token, or the node's client certificate once it has one. The server sends BootstrapOffer as a text frame; the
 *    node answers BootstrapAnswer; if it wants the bundle, it follows in binary frames of at most 256 KiB.
 * 2. `enrol`: POST EnrolRequest with the same one-time token, answered by EnrolResponse. The token is spent.
 * 3. `link`: a WebSocket (subprotocol `wheelhouse.link.v1`) with the node's client certificate. Its binary frames are
 *    the bytes of one HTTP/2 connection with the roles turned round: the control plane is the HTTP/2 client.
 *
 * Over the link the control plane asks what an API server asks of a kubelet (paths below, as kubelet's own
 * `pkg/kubelet/server/server.go`), and four things more: a `PUT` of HostFiles to HOST_FILES_PATH, on each connect; a
 * `DELETE` of localVolumeCall(NAME), which takes a volume of the node-local provisioner away with all that is in it;
 * `CONNECT` to `ADDRESS:PORT` opens a TCP tunnel from the node (pod and service proxying); and a `CONNECT` to
 * LINK_UPGRADE_AUTHORITY with the header `x-wheelhouse-path` opens a raw tunnel to the streaming endpoint of that path:
 * the bytes that follow are the client's upgrade request as it came and everything after it, unchanged.
 *
 * Requests with the authority OWNER_AUTHORITY are the owner's own. Anyone who may use nodes/proxy of the API chooses
 * the path and headers of a request, never its authority.
 */
export const LINK_ROOT = '/wheelhouse/v1';
export const BOOTSTRAP_PATH = `${LINK_ROOT}/bootstrap`;
export const ENROL_PATH = `${LINK_ROOT}/enrol`;
export const LINK_PATH = `${LINK_ROOT}/link`;
export const BOOTSTRAP_PROTOCOL = 'wheelhouse.bootstrap.v1';
export const LINK_PROTOCOL = 'wheelhouse.link.v1';
export const HOST_FILES_PATH = `${LINK_ROOT}/host-files`;
/** Below it, by PersistentVolume: what only the owner may have taken away. */
export const LOCAL_VOLUMES_PATH = `${LINK_ROOT}/local-volumes`;
export const localVolumeCall = (volume: string): string =>
  `${LOCAL_VOLUMES_PATH}/${encodeURIComponent(volume)}`;
export const OWNER_AUTHORITY = 'owner.invalid';
export const LINK_UPGRADE_AUTHORITY = 'kubelet.invalid:10250';
export const LINK_PATH_HEADER = 'x-wheelhouse-path';
/** On the link's upgrade request: the digest of the agent that runs. 426 answers one that should renew itself. */
export const AGENT_DIGEST_HEADER = 'x-wheelhouse-agent';
/** On the server's answers to bootstrap and link upgrades: the control plane's time, in milliseconds since 1970. */
export const TIME_HEADER = 'x-wheelhouse-time';
/** The control plane pings a link this often and drops one that does not answer; its pings carry its time as well. */
export const LINK_PING_MS = 15_000;
/** So does the node, after a longer time: after the sleep of a VM nothing else tells that the connection is gone. */
export const LINK_SILENCE_MS = 20_000;

export interface NodeFiles {
  /** BootstrapConfig as JSON. */
  readonly config: string;
  /** The agent's folder: what it must find again after a restart. Goes with the machine. */
  readonly state: string;
  /** The agent's bundle. */
  readonly bundle: string;
  /** The node's key, certificate and cluster settings in one JSON file (0600), replaced as a whole. */
  readonly identity: string;
  /** HostFiles.proxy: read by what runs containerd, in shell syntax that systemd understands as well (0600). */
  readonly proxy: string;
  /** HostFiles.certificates: where Debian's update-ca-certificates finds it. */
  readonly certificates: string;
  /** For a container node: the process id of containerd, which is restarted if it ends. */
  readonly containerdPid: string;
}

/** Where a machine keeps what makes it a node; below another root for tests. */
export function nodeFiles(root = ''): NodeFiles {
  const state = `${root}/var/lib/wheelhouse`;
  return {
    config: `${root}/etc/wheelhouse/bootstrap.json`,
    state,
    bundle: `${state}/agent.mjs`,
    identity: `${state}/identity.json`,
    proxy: `${root}/etc/wheelhouse/proxy.env`,
    certificates: `${root}/usr/local/share/ca-certificates/wheelhouse-host.crt`,
    containerdPid: `${root}/run/wheelhouse-containerd.pid`,
  };
}

/** The agent leaves with this code where it wants to be renewed: the bootstrap starts over at once. */
export const RENEW_EXIT_CODE = 75;
/** In the agent's environment: the digest of its bundle. */
export const AGENT_DIGEST_ENV = 'WHEELHOUSE_AGENT_DIGEST';

/** What a machine starts with (a JSON file put on it by its provider, mode 0600). */
export interface BootstrapConfig {
  /** `https://ADDRESS:PORT` of the API server as nodes dial it. */
  readonly server: string;
  /** The cluster CA, PEM: the only trusted root. */
  readonly ca: string;
  readonly nodeName: string;
  /** One-time; useless after enrolment. */
  readonly token: string;
  /** Further settings for the agent (labels, taints, declared capacity). */
  readonly node: NodeSettings;
}

export interface NodeSettings {
  readonly labels: Readonly<Record<string, string>>;
  /** Declared capacity, for container nodes that should not show the host's: quantities. */
  readonly capacity?: Readonly<Record<string, string>>;
  readonly providerID?: string;
  /** True where the machine has a clock of its own (a VM): the agent sets it to the control plane's on each connect. */
  readonly ownClock?: boolean;
}

/** How the desktop reaches the world, for its nodes: contents of files, missing where there is nothing to say. */
export interface HostFiles {
  /** Proxies as shell variables; may hold credentials. */
  readonly proxy?: string;
  /** Authorities that the desktop trusts beyond the public ones, PEM. */
  readonly certificates?: string;
}

export interface BootstrapOffer {
  readonly type: 'agent';
  /** `sha256:HEX` of the bundle. */
  readonly digest: string;
  readonly size: number;
  /** The current declaration of the node. It replaces the one in its configuration. */
  readonly node?: NodeSettings;
}

export interface BootstrapAnswer {
  readonly type: 'fetch' | 'have';
}

export interface EnrolRequest {
  readonly nodeName: string;
  /** SPKI, PEM. Its private key never leaves the node. */
  readonly publicKey: string;
}

export interface EnrolResponse {
  /** PEM: CN `system:node:NAME`, O `system:nodes`. */
  readonly certificate: string;
  readonly cluster: ClusterSettings;
}

/** The facts that every node of a cluster needs. */
export interface ClusterSettings {
  readonly clusterName: string;
  readonly clusterDomain: string;
  /** 10.244.0.0/16 and the like. */
  readonly clusterCIDR: string;
  readonly serviceCIDR: string;
  readonly dnsAddress: string;
  /** How pods of other nodes are reached: routes on the nodes' network (default), or VXLAN where it carries none. */
  readonly podNetwork?: 'routes' | 'vxlan';
}

/** Paths over the link, as kubelet serves them. */
export const agentPaths = {
  healthz: '/healthz',
  pods: '/pods',
  containerLogs: (namespace: string, pod: string, container: string): string =>
    `/containerLogs/${namespace}/${pod}/${container}`,
  exec: (namespace: string, pod: string, container: string): string =>
    `/exec/${namespace}/${pod}/${container}`,
  attach: (namespace: string, pod: string, container: string): string =>
    `/attach/${namespace}/${pod}/${container}`,
  portForward: (namespace: string, pod: string): string => `/portForward/${namespace}/${pod}`,
  statsSummary: '/stats/summary',
} as const;
