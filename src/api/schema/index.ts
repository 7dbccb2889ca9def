/** The schema of the API: models, decoding with and without strictness, conformance of objects to their models. */
export { checkFields, conform, jsonKind, pruneUnknown, type FieldProblems } from './conform.ts';
export { decode, decodeStrict, type Decoded } from './decode.ts';
export { hasModel, modelOf, type Model, type Property, type Scalar, type Type } from './models.ts';
