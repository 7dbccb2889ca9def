/** What stands in the way of a cluster's life: what it is, and what to do. */
export class ClusterError extends Error {
  override readonly name = 'ClusterError';
  readonly remedy: string;

  constructor(message: string, remedy: string, cause?: unknown) {
    super(remedy === '' ? message : `${message}. ${remedy}`, cause === undefined ? undefined : { cause });
    this.remedy = remedy;
  }
}
