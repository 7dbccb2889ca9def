/** What `npm start` tells its worker, which runs on Node 24 from the sources. */
export type ToWorker = { readonly type: 'run'; readonly step: string } | { readonly type: 'stop' };

export type FromWorker =
  | { readonly type: 'log'; readonly step: string; readonly line: string }
  | { readonly type: 'done'; readonly step: string; readonly result: unknown }
  | { readonly type: 'failed'; readonly step: string; readonly message: string };

/** The worker's one argument, as JSON. */
export interface WorkerOptions {
  readonly cluster: string;
  readonly nodes: number;
}
