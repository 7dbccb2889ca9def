/** Answers of CRI as `criConnection.ts` decodes them: every field present, int64 as number, times in nanoseconds. */
export interface CriPodMetadata {
  readonly name: string;
  readonly uid: string;
  readonly namespace: string;
  readonly attempt: number;
}

export interface CriPodSandbox {
  readonly id: string;
  readonly metadata: CriPodMetadata | null;
  /** 0 ready, 1 not ready. */
  readonly state: number;
  readonly createdAt: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface CriPodSandboxStatus extends CriPodSandbox {
  readonly network: {
    readonly ip: string;
    readonly additionalIps: readonly { readonly ip: string }[];
  } | null;
}

export interface CriContainer {
  readonly id: string;
  readonly podSandboxId: string;
  readonly metadata: { readonly name: string; readonly attempt: number } | null;
  readonly image: { readonly image: string } | null;
  readonly imageRef: string;
  /** 0 created, 1 running, 2 exited, 3 unknown. */
  readonly state: number;
  readonly createdAt: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface CriContainerStatus extends Omit<CriContainer, 'podSandboxId'> {
  readonly startedAt: number;
  readonly finishedAt: number;
  readonly exitCode: number;
  readonly reason: string;
  readonly message: string;
  readonly logPath: string;
}

export interface CriImage {
  readonly id: string;
  readonly tags: readonly string[];
  readonly digests: readonly string[];
  readonly size: number;
  readonly uid: { readonly value: number } | null;
  readonly username: string;
  readonly pinned: boolean;
}

export interface CriContainerStats {
  readonly attributes: {
    readonly id: string;
    readonly metadata: { readonly name: string } | null;
  } | null;
  readonly cpu: { readonly timestamp: number; readonly usageNanos: { readonly value: number } | null } | null;
  readonly memory: { readonly workingSet: { readonly value: number } | null } | null;
  readonly writable: { readonly usedBytes: { readonly value: number } | null } | null;
}

/** A process behind a container or a sandbox; its id is theirs. */
export interface ContainerdTask {
  readonly id: string;
  readonly pid: number;
  readonly status: number;
  readonly exitStatus: number;
  readonly exitedAt: ContainerdTime | null;
}

export interface ContainerdTime {
  readonly seconds: number;
  readonly nanos: number;
}

export interface ContainerdEnvelope {
  readonly topic: string;
  readonly event: { readonly typeUrl: string; readonly value: Uint8Array } | null;
}
