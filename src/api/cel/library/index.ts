import { Environment } from '../environment.ts';
import { TWO_VARIABLES } from './comprehensions.ts';
import { EXTENDED_LISTS, LISTS } from './lists.ts';
import { OPTIONALS } from './optionals.ts';
import { REGEX } from './regexes.ts';
import { SETS } from './sets.ts';
import { STANDARD } from './standard.ts';
import { STRINGS } from './strings.ts';

/** The language with the extensions that Kubernetes has of it. */
export const languageLibraries = [STANDARD, OPTIONALS, STRINGS, EXTENDED_LISTS, SETS, TWO_VARIABLES];

/**
 * What all expressions of the API may use (`k8s.io/apiserver/pkg/cel/environment/base.go`, version 1.36), without
 * variables.
 */
export const baseEnvironment: Environment = Environment.of([...languageLibraries, LISTS, REGEX], {
  validateLiterals: true,
});
