/**
 * What nodes told before their machines were started, woken or put back: what `whenReady` must not take for news. The
 * API shows a node as Ready until it has been silent for a while.
 */
export interface EarlierReports {
  /**
   * For machines that were down: the time of each one's last report. Their agents report everything when they start.
   */
  readonly reports?: ReadonlyMap<string, string>;
  /** Whose machines go on where they were: their agents tell nothing new, they must be asked. */
  readonly woken?: ReadonlySet<string>;
}

/**
 * What the life of a cluster (`cluster/`) needs from its API, which `nodes/` gives. Connects with the cluster's own
 * kubeconfig.
 */
export interface NodeAdmin {
  /** A one-time token with which a machine may become this node. */
  issueToken(node: string): Promise<string>;
  /** For `EarlierReports.reports`. */
  lastReports(nodes: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /**
   * Says of nodes whose machines are down that nobody hears of them, at once: else they look ready, and their pods with
   * them, until they have been silent for long enough.
   */
  noteDown(nodes: readonly string[]): Promise<void>;
  /** Resolves when all are Ready; tells each as it becomes so. */
  whenReady(
    nodes: readonly string[],
    onReady: (node: string) => void,
    signal: AbortSignal,
    before?: EarlierReports,
  ): Promise<void>;
  /** Keeps new pods from the node; tells whether it was open to them. Nothing where there is no such node. */
  cordon(node: string): Promise<boolean>;
  uncordon(node: string): Promise<void>;
  /**
   * Cordons the node and evicts its pods, so that they start elsewhere; tells those (`NAMESPACE/NAME`) that it waits
   * for, whenever they become fewer. Nothing where there is no such node.
   */
  drain(node: string, signal: AbortSignal, onLeft: (pods: readonly string[]) => void): Promise<void>;
  /** The capacity that the node reports: CPUs, and memory in bytes. */
  capacity(node: string): Promise<{ readonly cpus: number; readonly memoryBytes: number }>;
  /** Deletes the Node object and what was issued for it. */
  forget(node: string): Promise<void>;
  close(): void;
}
