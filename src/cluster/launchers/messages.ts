/** What a control plane in a thread or process of its own tells the one who started it, and the other way. */
export type FromControlPlane =
  | { readonly type: 'ready'; readonly server: string }
  /** It could not start, or it died; `store`: because of the cluster's store, of which the message tells. */
  | { readonly type: 'failed'; readonly message: string; readonly store?: 'damaged' | 'in use' }
  | { readonly type: 'stopped' }
  | { readonly type: 'log'; readonly line: string };

export type ToControlPlane = { readonly type: 'stop' };

/** What the thread or process is started with. */
export interface ControlPlaneStart {
  readonly folder: string;
  readonly owner: 'editor' | 'process';
  readonly simulatedNodes: number;
}
