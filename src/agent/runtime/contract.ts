/**
 * What the agent asks of a container runtime: pod sandboxes, containers and images, modelled on CRI
 * (cri-api `pkg/apis/services.go`). Every verb is idempotent: stopping or removing what is not there succeeds,
 * pulling what is there is cheap. Failures are RuntimeErrors. Times are milliseconds since the epoch.
 */
export interface Runtime {
  readonly name: string;
  /** Name, version and API version; rejects while the runtime does not answer. */
  version(signal?: AbortSignal): Promise<{ name: string; version: string; apiVersion: string }>;
  /** Creates and starts a sandbox with its network; resolves when the pod has its address. */
  runSandbox(config: SandboxConfig, signal?: AbortSignal): Promise<SandboxId>;
  /** Kills what runs in it and gives the network back. Must come before `removeSandbox`. */
  stopSandbox(id: SandboxId): Promise<void>;
  removeSandbox(id: SandboxId): Promise<void>;
  /** All sandboxes with their containers: what is really there. The way to recover after a restart of the agent. */
  list(): Promise<readonly SandboxStatus[]>;
  /** One sandbox and its containers, undefined where it is gone. */
  status(id: SandboxId): Promise<SandboxStatus | undefined>;
  createContainer(
    sandbox: SandboxId,
    config: ContainerConfig,
    sandboxConfig: SandboxConfig,
  ): Promise<ContainerId>;
  startContainer(id: ContainerId): Promise<void>;
  /** Changes what a running container may use. What is missing in `resources` stays. */
  updateContainer(id: ContainerId, resources: ContainerConfig['resources']): Promise<void>;
  /** TERM (or the image's stop signal), after `graceSeconds` KILL. Resolves when it is down, however that was reached. */
  stopContainer(id: ContainerId, graceSeconds: number): Promise<void>;
  removeContainer(id: ContainerId): Promise<void>;
  /** Runs a command to its end, at most `timeoutMs`; output is cut at 64 KiB each. */
  execSync(id: ContainerId, command: readonly string[], timeoutMs: number): Promise<ExecResult>;
  /** A URL on a local streaming server for exec, attach or port-forward: the connection is handed through as it is. */
  stream(request: StreamRequest): Promise<string>;
  /** Makes the runtime write to a new file at the container's log path: the old one was renamed (log rotation). */
  reopenLog(id: ContainerId): Promise<void>;
  images: ImageService;
  /**
   * Ends of containers and sandboxes that came by themselves, when `status` shows them already: at once, or a few
   * seconds later where the runtime did not tell. Ends with the signal. After `reconnected` all is to be read again.
   */
  events(signal: AbortSignal): AsyncIterable<RuntimeEvent>;
  /** The running containers, of one sandbox or of all. */
  stats(sandbox?: SandboxId): Promise<readonly ContainerStats[]>;
}

export type SandboxId = string & { readonly brand?: 'sandbox' };
export type ContainerId = string & { readonly brand?: 'container' };

export interface SandboxConfig {
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  /** How often the sandbox was recreated. */
  readonly attempt: number;
  /** '' where the pod uses the host's network. */
  readonly hostname: string;
  readonly logDirectory: string;
  readonly dns?: {
    readonly servers: readonly string[];
    readonly searches: readonly string[];
    readonly options: readonly string[];
  };
  readonly hostNetwork: boolean;
  readonly hostPid: boolean;
  readonly hostIpc: boolean;
  readonly shareProcesses: boolean;
  /** The users of the pod, where they are not the node's. */
  readonly users?: UserRange;
  readonly cgroupParent: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly sysctls: Readonly<Record<string, string>>;
  readonly security: {
    readonly privileged: boolean;
    readonly runAsUser?: number;
    readonly runAsGroup?: number;
    readonly supplementalGroups: readonly number[];
    readonly selinux?: SelinuxLabel;
  };
}

/** User and group 0 of a pod are `hostId` on the node, and so on. */
export interface UserRange {
  readonly hostId: number;
  readonly length: number;
}

export interface ContainerConfig {
  readonly name: string;
  /** How often it was started before. */
  readonly attempt: number;
  /** An image reference that `images.pull` or `images.status` resolved. */
  readonly image: string;
  readonly command: readonly string[];
  readonly args: readonly string[];
  /** '' for the image's own. */
  readonly workingDir: string;
  readonly env: readonly { readonly name: string; readonly value: string }[];
  readonly mounts: readonly Mount[];
  readonly devices?: readonly {
    readonly containerPath: string;
    readonly hostPath: string;
    readonly permissions: string;
  }[];
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Relative to the sandbox's logDirectory. */
  readonly logPath: string;
  readonly stdin: boolean;
  readonly stdinOnce: boolean;
  readonly tty: boolean;
  readonly resources: {
    readonly cpuShares?: number;
    readonly cpuQuota?: number;
    readonly cpuPeriod?: number;
    readonly memoryBytes?: number;
    readonly oomScoreAdj: number;
  };
  readonly security: ContainerSecurity;
  /** A container of the same sandbox whose processes it shares (ephemeral containers). */
  readonly sharesProcessesOf?: string;
}

export interface ContainerSecurity {
  readonly privileged: boolean;
  readonly runAsUser?: number;
  readonly runAsUserName?: string;
  readonly runAsGroup?: number;
  readonly supplementalGroups: readonly number[];
  readonly readOnlyRootFilesystem: boolean;
  readonly noNewPrivileges: boolean;
  readonly addCapabilities: readonly string[];
  readonly dropCapabilities: readonly string[];
  readonly seccomp: SecurityProfile;
  readonly selinux?: SelinuxLabel;
  /** The paths of /proc and /sys that the container cannot see, and those that it sees and cannot write to. */
  readonly maskedPaths: readonly string[];
  readonly readonlyPaths: readonly string[];
}

/** `localhost`: a profile's file on the node. */
export type SecurityProfile =
  { readonly type: 'runtimeDefault' | 'unconfined' } | { readonly type: 'localhost'; readonly ref: string };

export interface SelinuxLabel {
  readonly user: string;
  readonly role: string;
  readonly type: string;
  readonly level: string;
}

export interface Mount {
  readonly containerPath: string;
  readonly hostPath: string;
  readonly readOnly: boolean;
  readonly propagation: 'private' | 'hostToContainer' | 'bidirectional';
}

export interface SandboxStatus {
  readonly id: SandboxId;
  readonly name: string;
  readonly namespace: string;
  readonly uid: string;
  readonly attempt: number;
  readonly ready: boolean;
  readonly createdAt: number;
  /** First is the pod's; empty for host network and for sandboxes that are down. */
  readonly ips: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly containers: readonly RuntimeContainer[];
}

export interface RuntimeContainer {
  readonly id: ContainerId;
  readonly name: string;
  readonly attempt: number;
  readonly state: 'created' | 'running' | 'exited' | 'unknown';
  readonly createdAt: number;
  readonly startedAt?: number;
  readonly finishedAt?: number;
  readonly exitCode?: number;
  /** `OOMKilled`, `Error`, `Completed`, as the runtime says. */
  readonly reason?: string;
  readonly message?: string;
  readonly image: string;
  readonly imageId: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Absolute. */
  readonly logPath: string;
}

export interface ExecResult {
  readonly exitCode: number;
  readonly stdout: Uint8Array;
  readonly stderr: Uint8Array;
}

export type StreamRequest =
  | {
      readonly type: 'exec';
      readonly container: ContainerId;
      readonly command: readonly string[];
      readonly tty: boolean;
      readonly stdin: boolean;
      readonly stdout: boolean;
      readonly stderr: boolean;
    }
  | {
      readonly type: 'attach';
      readonly container: ContainerId;
      readonly tty: boolean;
      readonly stdin: boolean;
      readonly stdout: boolean;
      readonly stderr: boolean;
    }
  | { readonly type: 'portForward'; readonly sandbox: SandboxId; readonly ports: readonly number[] };

export interface ImageService {
  /** The image where it is present, undefined where it is not. Knows short names (`busybox` is `docker.io/library/busybox:latest`). */
  status(reference: string): Promise<ImageStatus | undefined>;
  /** Makes it present; resolves with its id. */
  pull(
    reference: string,
    auth?: { username: string; password: string },
    signal?: AbortSignal,
  ): Promise<string>;
  list(): Promise<readonly ImageStatus[]>;
  /** Shows what is in an image that is present at a directory that is there, to be read alone. */
  mount(id: string, directory: string): Promise<void>;
  unmount(directory: string): Promise<void>;
  remove(reference: string): Promise<void>;
}

export interface ImageStatus {
  readonly id: string;
  readonly tags: readonly string[];
  readonly digests: readonly string[];
  readonly sizeBytes: number;
  /** The image's user, for runAsNonRoot: a number, or a name. */
  readonly uid?: number;
  readonly username?: string;
  /** The runtime keeps it for itself: nobody removes it. */
  readonly isPinned?: true;
}

export type RuntimeEvent =
  /** `container` is '' where the sandbox itself has ended. */
  | { readonly type: 'stopped'; readonly sandbox: SandboxId; readonly container: ContainerId }
  /** Earlier events may be missing. */
  | { readonly type: 'reconnected' };

export interface ContainerStats {
  readonly id: ContainerId;
  readonly sandbox: SandboxId;
  readonly name: string;
  readonly time: number;
  readonly cpuUsageNanos: number;
  readonly memoryWorkingSetBytes: number;
  readonly filesystemUsedBytes: number;
}

/** `reason` as kubelet puts it into a waiting state where it has one: ErrImagePull, ImageInspectError, … */
export class RuntimeError extends Error {
  override readonly name = 'RuntimeError';
  readonly code: 'notFound' | 'unavailable' | 'imagePull' | 'invalid' | 'deadline' | 'other';
  constructor(code: RuntimeError['code'], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
