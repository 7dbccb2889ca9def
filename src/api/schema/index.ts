/** The schema of the API: what a type is, and decoding with and without strictness. */
export { builtIn } from './builtIn/builtIn.ts';
export { jsonKind } from './builtIn/conform.ts';
export { decode, decodeJsonOfYaml, decodeStrict, type Decoded } from './decode.ts';
export { fillParts } from './parts.ts';
export type { FieldProblems, Schema } from './schema.ts';
export { structuralSchema } from './structural/structural.ts';
export type { JsonSchema } from './structural/node.ts';
