/** Thrown where an evaluation has used up what it may. */
export class BudgetExceeded extends Error {
  override readonly name = 'BudgetExceeded';
}

/** celconfig (`k8s.io/apiserver/pkg/apis/cel/config.go`). */
export const COST_LIMITS = {
  /** One evaluation of one expression. */
  perCall: 1_000_000,
  /** All expressions about one object. */
  perObject: 10_000_000,
  /** All match conditions of one webhook or policy. */
  matchConditions: 2_500_000,
  /** Estimated: one rule of a custom definition. */
  estimatedRule: 10_000_000,
  /** Estimated: all rules of a version of a custom definition. */
  estimatedSchema: 100_000_000,
} as const;
