/** The template of a workload whose pods have one container and the label `app: a`. */
export const template = (more: object = {}): object => ({
  metadata: { labels: { app: 'a' } },
  spec: { containers: [{ name: 'c', image: 'i' }], ...more },
});

/** A workload that selects the pods of its template. */
export const workload = (more: object = {}): object => ({
  spec: { selector: { matchLabels: { app: 'a' } }, template: template(), ...more },
});
