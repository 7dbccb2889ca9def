/** What one run of a probe found. */
export interface ProbeOutcome {
  readonly success: boolean;
  /** For the Unhealthy event. */
  readonly message: string;
}
