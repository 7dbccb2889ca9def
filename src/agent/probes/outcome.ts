/** The result of one run of a probe. */
export interface ProbeOutcome {
  readonly success: boolean;
  /** For the Unhealthy event. */
  readonly message: string;
}
