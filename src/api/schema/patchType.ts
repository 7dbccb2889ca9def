/** The facts about a type that a strategic merge patch needs. */
export type PatchType =
  | { readonly kind: 'scalar' }
  | { readonly kind: 'struct'; readonly fields: ReadonlyMap<string, PatchField> }
  | { readonly kind: 'list'; readonly items: PatchType }
  | { readonly kind: 'map'; readonly values: PatchType };

export interface PatchField {
  readonly type: PatchType;
  readonly patchStrategy: 'merge' | 'replace';
  /** With `patchStrategy: merge` on a list of structs. */
  readonly patchMergeKey: string | undefined;
}
