import { Environment } from '../environment.ts';
import { OPTIONALS } from './optionals.ts';
import { STANDARD } from './standard.ts';

/**
 * What all expressions of the API may use (`k8s.io/apiserver/pkg/cel/environment/base.go`, version 1.36), without
 * variables.
 */
export const baseEnvironment: Environment = Environment.of([STANDARD, OPTIONALS], { validateLiterals: true });
