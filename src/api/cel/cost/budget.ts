/** Thrown when an evaluation has used up its budget. */
export class BudgetExceeded extends Error {
  override readonly name = 'BudgetExceeded';
}

/** celconfig (`k8s.io/apiserver/pkg/apis/cel/config.go`). */
export const COST_LIMITS = {
  /** The limit of one evaluation of one expression. */
  perCall: 1_000_000,
  /** The limit of all expressions about one object. */
  perObject: 10_000_000,
  /** The limit of all match conditions of one webhook or policy. */
  matchConditions: 2_500_000,
  /** The limit of the estimated cost of one rule of a custom definition. */
  estimatedRule: 10_000_000,
  /** The limit of the estimated cost of all rules of a version of a custom definition. */
  estimatedSchema: 100_000_000,
} as const;
