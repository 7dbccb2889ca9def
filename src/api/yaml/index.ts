/** YAML as kubectl and the API server read it: one reader for manifests and for request bodies. */
export { readYaml, type YamlDocument, type YamlProblem, type YamlText } from './documents.ts';
export { writeYaml } from './write.ts';
export { YamlLimitError } from './tokens.ts';
