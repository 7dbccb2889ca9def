import type { Span } from './fieldSpan.ts';

/** What can be done about a finding with one click. */
export type Remedy =
  /** Another name for the key at the finding's span. */
  | { readonly kind: 'rename'; readonly to: string }
  /** Another text for the value at the finding's span. */
  | { readonly kind: 'replace'; readonly with: string }
  /** The field goes to where fields of this name are: steps from the root of its object. */
  | { readonly kind: 'move'; readonly to: readonly (string | number)[] };

/** Something about a manifest, at its own place. */
export interface Finding {
  readonly message: string;
  readonly span: Span;
  /** `error`: it stands in the way of applying. */
  readonly severity: 'error' | 'warning' | 'advice';
  readonly remedies?: readonly Remedy[];
}
