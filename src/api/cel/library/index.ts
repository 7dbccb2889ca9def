import { Environment } from '../environment.ts';
import { ADDRESSES } from './addresses.ts';
import { AUTHORIZATION } from './authorization.ts';
import { TWO_VARIABLES } from './comprehensions.ts';
import { FORMATS_LIBRARY } from './formats.ts';
import { EXTENDED_LISTS, LISTS } from './lists.ts';
import { OPTIONALS } from './optionals.ts';
import { QUANTITIES } from './quantities.ts';
import { REGEX } from './regexes.ts';
import { SETS } from './sets.ts';
import { STANDARD } from './standard.ts';
import { STRINGS } from './strings.ts';
import { URLS } from './urls.ts';
import { VERSIONS } from './versions.ts';

/** The language, with those extensions that Kubernetes uses. */
export const languageLibraries = [STANDARD, OPTIONALS, STRINGS, EXTENDED_LISTS, SETS, TWO_VARIABLES];

/** The libraries that Kubernetes adds. */
const kubernetesLibraries = [
  LISTS,
  REGEX,
  URLS,
  ADDRESSES,
  QUANTITIES,
  VERSIONS,
  FORMATS_LIBRARY,
  AUTHORIZATION,
];

/**
 * The environment of all expressions of the API (`k8s.io/apiserver/pkg/cel/environment/base.go`, version 1.36), without
 * variables.
 */
export const baseEnvironment: Environment = Environment.of([...languageLibraries, ...kubernetesLibraries], {
  validateLiterals: true,
});
