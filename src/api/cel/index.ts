export { compile, type Compiled, type Outcome, Program } from './program.ts';
export { BudgetExceeded, COST_LIMITS } from './cost/budget.ts';
export { Environment, type EnvironmentOptions } from './environment.ts';
export { type SizeOf } from './cost/estimator.ts';
export { baseEnvironment } from './library/index.ts';
export * from './types.ts';
export {
  CelError,
  CelMap,
  Duration,
  OpaqueValue,
  Optional,
  Timestamp,
  typeNameOf,
  TypeValue,
  type Value,
} from './values.ts';
export { type Declared, declareSchema, sizesOf } from './schema/declare.ts';
export { escapeName } from './schema/escaping.ts';
export { typeOfDefinition } from './schema/openApi.ts';
