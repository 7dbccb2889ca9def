import assert from 'node:assert/strict';
import type { KubeObject } from '../../meta.ts';
import { asLines } from '../../../../test/harness/fieldErrors.ts';
import { objectOf } from '../../../../test/harness/kindRules.ts';
import { createCa } from '../../../host/certificates.ts';
import { customResourceDefinition } from './kind.ts';

type Json = Readonly<Record<string, unknown>>;
/** What is tried, its spec, and what is said of it. */
type Case = readonly [string, Json, readonly string[]];

const kind = customResourceDefinition;
const openAPIV3Schema: Json = { type: 'object', properties: { spec: { type: 'object' } } };
const v1: Json = { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema } };
const good: Json = {
  group: 'example.com',
  scope: 'Namespaced',
  names: { plural: 'widgets', kind: 'Widget' },
  versions: [v1],
};

function definition(spec: Json, more: { metadata?: object; status?: object } = {}): KubeObject {
  const { metadata, status } = more;
  return objectOf(
    kind,
    { spec: structuredClone({ ...good, ...spec }), status: status ?? { storedVersions: ['v1'] } },
    { name: 'widgets.example.com', namespace: undefined, ...metadata },
  );
}

const withSchema = (schema: Json, version: Json = {}): Json => ({
  versions: [{ ...v1, schema: { openAPIV3Schema: schema }, ...version }],
});
const withField = (field: Json): Json => withSchema({ type: 'object', properties: { a: field } });
const AT = 'spec.validation.openAPIV3Schema';
const RULE = { rule: 'self == self' };
const EXPENSIVE = {
  type: 'array',
  maxItems: 1000,
  items: { type: 'integer' },
  default: Array.from({ length: 1000 }, () => 1),
  'x-kubernetes-validations': [{ rule: 'self.all(a, self.all(b, a == b))', message: 'each with each' }],
};

describe('validate CustomResourceDefinition', () => {
  const refused: readonly Case[] = [
    ['nothing', {}, []],
    [
      'no schema',
      { versions: [{ name: 'v1', served: true, storage: true }] },
      ['spec.versions[0].schema.openAPIV3Schema: Required value: schemas are required'],
    ],
    [
      'a scope',
      { scope: 'Global' },
      ['spec.scope: Unsupported value: "Global": supported values: "Cluster", "Namespaced"'],
    ],
    [
      'no storage version',
      { versions: [{ ...v1, storage: false }] },
      [
        `spec.versions: Invalid value: ${JSON.stringify([{ ...v1, storage: false }])}: must have exactly one version marked as storage version`,
      ],
    ],
    [
      'unknown fields kept',
      { preserveUnknownFields: true },
      [
        'spec.preserveUnknownFields: Invalid value: true: cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
      ],
    ],
    [
      'one name for object and list',
      { names: { plural: 'widgets', kind: 'Widget', listKind: 'Widget' } },
      ['spec.names.listKind: Invalid value: "Widget": kind and listKind may not be the same'],
    ],
    [
      'a warning',
      { versions: [{ ...v1, deprecationWarning: 'x' }] },
      ['spec.versions[0].deprecationWarning: Invalid value: "x": can only be set for deprecated versions'],
    ],
    [
      'a webhook that is nowhere',
      { conversion: { strategy: 'Webhook', webhook: { conversionReviewVersions: ['v9'] } } },
      [
        'spec.conversion.webhookClientConfig: Required value: required when strategy is set to Webhook',
        'spec.conversion.conversionReviewVersions: Invalid value: ["v9"]: must include at least one of v1, v1beta1',
      ],
    ],
    [
      'a column',
      { versions: [{ ...v1, additionalPrinterColumns: [{ name: '', type: 'text', jsonPath: 'a' }] }] },
      [
        'spec.additionalPrinterColumns[0].name: Required value',
        'spec.additionalPrinterColumns[0].type: Invalid value: "text": must be one of boolean,date,integer,number,string',
        'spec.additionalPrinterColumns[0].JSONPath: Invalid value: "a": must be a simple json path starting with .',
      ],
    ],
    [
      'a scale',
      {
        versions: [
          { ...v1, subresources: { scale: { specReplicasPath: '.status.x', statusReplicasPath: '' } } },
        ],
      },
      [
        'spec.subresources.scale.specReplicasPath: Invalid value: ".status.x": should be a json path under .spec',
        'spec.subresources.scale.statusReplicasPath: Required value',
      ],
    ],
    [
      'a selectable field that is none',
      { versions: [{ ...v1, selectableFields: [{ jsonPath: '.spec.x' }, { jsonPath: '.spec' }] }] },
      [
        'spec.selectableFields[0].jsonPath: Invalid value: ".spec.x": is an invalid path: does not refer to a valid field',
        'spec.selectableFields[1].jsonPath: Invalid value: ".spec": must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.',
      ],
    ],
    [
      'no type',
      withField({}),
      [`${AT}.properties[a].type: Required value: must not be empty for specified object fields`],
    ],
    [
      'no items',
      withField({ type: 'array' }),
      [`${AT}.properties[a].items: Required value: must be specified`],
    ],
    [
      'types in alternatives',
      withField({ type: 'integer', anyOf: [{ type: 'integer' }] }),
      [`${AT}.properties[a].anyOf[0].type: Forbidden: must be empty to be structural`],
    ],
    ...(['anyOf', 'oneOf', 'allOf'] as const).map((keyword): Case => [
      `rules in ${keyword}`,
      withField({ type: 'integer', [keyword]: [{ minimum: 0 }, { 'x-kubernetes-validations': [RULE] }] }),
      [
        `${AT}.properties[a].${keyword}[1].x-kubernetes-validations: Forbidden: must be empty to be structural`,
      ],
    ]),
    [
      'rules in not, and below',
      withField({
        type: 'object',
        properties: { b: { type: 'string' } },
        not: {
          properties: { b: { 'x-kubernetes-validations': [RULE] } },
          'x-kubernetes-validations': [RULE],
        },
      }),
      [
        `${AT}.properties[a].not.properties[b].x-kubernetes-validations: Forbidden: must be empty to be structural`,
        `${AT}.properties[a].not.x-kubernetes-validations: Forbidden: must be empty to be structural`,
      ],
    ],
    [
      'lists of rules that are empty',
      withField({ type: 'integer', anyOf: [{ minimum: 0, 'x-kubernetes-validations': [] }] }),
      [],
    ],
    [
      'alternatives of what is not described',
      withSchema({ type: 'object', anyOf: [{ properties: { b: {} } }] }),
      [`${AT}.properties[b]: Required value: because it is defined in ${AT}.anyOf[0].properties[b]`],
    ],
    [
      'metadata',
      withSchema({
        type: 'object',
        properties: { metadata: { type: 'object', properties: { labels: { type: 'object' } } } },
      }),
      [
        `${AT}.properties[metadata]: Forbidden: must not specify anything other than name and generateName, but metadata is implicitly specified`,
      ],
    ],
    [
      'no regular expression',
      withField({ type: 'string', pattern: '(' }),
      [
        `${AT}.properties[a].pattern: Invalid value: "(": must be a valid regular expression, but isn't: error parsing regexp: missing closing ): \`(\``,
      ],
    ],
    [
      'unique items',
      withField({ type: 'array', uniqueItems: true, items: { type: 'string' } }),
      [
        `${AT}.properties[a].uniqueItems: Forbidden: uniqueItems cannot be set to true since the runtime complexity becomes quadratic`,
      ],
    ],
    [
      'a map without keys',
      withField({
        type: 'array',
        'x-kubernetes-list-type': 'map',
        items: { type: 'object', properties: { n: { type: 'string' } } },
      }),
      [
        `${AT}.properties[a].x-kubernetes-list-map-keys: Required value: must not be empty if x-kubernetes-list-type is map`,
      ],
    ],
    [
      'a key that may be missing',
      withField({
        type: 'array',
        'x-kubernetes-list-type': 'map',
        'x-kubernetes-list-map-keys': ['n'],
        items: { type: 'object', properties: { n: { type: 'string' } } },
      }),
      [
        `${AT}.properties[a].items.properties[n].default: Required value: this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property`,
      ],
    ],
    [
      'a default of another type',
      withField({ type: 'integer', default: 'x' }),
      [`${AT}.properties[a].default: Invalid value: "string":  in body must be of type integer: "string"`],
    ],
    [
      'a default with unknown fields',
      withField({ type: 'object', properties: { b: { type: 'string' } }, default: { c: 1 } }),
      [`${AT}.properties[a].default: Invalid value: {"c":1}: must not have unknown fields`],
    ],
    [
      'a default that breaks a rule',
      withField({ type: 'string', default: 'b', 'x-kubernetes-validations': [{ rule: "self == 'a'" }] }),
      [`${AT}.properties[a].default: Invalid value: "b": failed rule: self == 'a'`],
    ],
    [
      'a default that keeps its rule',
      withField({ type: 'string', default: 'a', 'x-kubernetes-validations': [{ rule: "self == 'a'" }] }),
      [],
    ],
    [
      'a default that breaks a rule of one of its fields',
      withField({
        type: 'object',
        default: { b: 1 },
        properties: {
          b: { type: 'integer', 'x-kubernetes-validations': [{ rule: 'self > 1', message: 'more' }] },
        },
      }),
      [`${AT}.properties[a].default.b: Invalid value: 1: more`],
    ],
    [
      'a default of items that breaks a rule',
      withField({
        type: 'array',
        maxItems: 3,
        items: {
          type: 'object',
          properties: {
            b: {
              type: 'integer',
              default: 1,
              'x-kubernetes-validations': [{ rule: 'self > 1', reason: 'FieldValueForbidden' }],
            },
          },
        },
      }),
      [`${AT}.properties[a].items.properties[b].default: Forbidden: failed rule: self > 1`],
    ],
    [
      'a default that breaks a rule about changes',
      withField({ type: 'integer', default: 1, 'x-kubernetes-validations': [{ rule: 'self > oldSelf' }] }),
      [`${AT}.properties[a].default: Invalid value: 1: failed rule: self > oldSelf`],
    ],
    [
      'a default that a rule does not let in',
      withField({
        type: 'integer',
        default: 1,
        'x-kubernetes-validations': [{ rule: 'oldSelf.hasValue()', optionalOldSelf: true }],
      }),
      [`${AT}.properties[a].default: Invalid value: 1: failed rule: oldSelf.hasValue()`],
    ],
    [
      'a default beside a rule that does not compile',
      withField({ type: 'string', default: 'b', 'x-kubernetes-validations': [{ rule: 'self' }] }),
      [
        `${AT}.properties[a].default: Invalid value: "string": rule compile error: cel expression must evaluate to a bool`,
      ],
    ],
    [
      'defaults whose rules cost too much, of which the first is the last',
      withSchema({ type: 'object', properties: { a: EXPENSIVE, b: EXPENSIVE } }),
      [
        `${AT}.properties[a].default: Invalid value: "array": 'operation cancelled: actual cost limit exceeded': no further validation rules will be run due to call cost exceeds limit for rule: each with each`,
      ],
    ],
    [
      'a default in an object that breaks a rule without it',
      withField({
        type: 'object',
        properties: { b: { type: 'integer', default: 1 } },
        'x-kubernetes-validations': [{ rule: 'self.b > 1' }],
      }),
      [],
    ],
    [
      'a reference',
      withField({ type: 'string', $ref: '#/x' }),
      [`${AT}.properties[a].$ref: Forbidden: $ref is not supported`],
    ],
    [
      'a type that is none',
      withField({ type: 'text' }),
      [
        `${AT}.properties[a].type: Unsupported value: "text": supported values: "array", "boolean", "integer", "number", "object", "string"`,
      ],
    ],
    [
      'a wrong type below a list',
      withField({ type: 'array', items: { type: 7 } }),
      [
        `${AT}: Invalid value: "": json: cannot unmarshal number into Go struct field JSONSchemaProps.type of type string`,
      ],
    ],
    [
      'a rule without an expression',
      withField({ type: 'string', 'x-kubernetes-validations': [{ rule: ' ' }] }),
      [`${AT}.properties[a].x-kubernetes-validations[0].rule: Required value: rule is not specified`],
    ],
    [
      'values at the root beside a status',
      withSchema(
        { ...openAPIV3Schema, oneOf: [], anyOf: [{ required: ['spec'] }] },
        { subresources: { status: {} } },
      ),
      [
        `${AT}: Invalid value: ${JSON.stringify({ ...openAPIV3Schema, oneOf: [], anyOf: [{ required: ['spec'] }] })}: only [Description Type Format Title Maximum ExclusiveMaximum Minimum ExclusiveMinimum MaxLength MinLength Pattern MaxItems MinItems UniqueItems MultipleOf Required Items Properties ExternalDocs Example XPreserveUnknownFields XValidations] fields are allowed at the root of the schema if the status subresource is enabled`,
      ],
    ],
  ];
  for (const [what, spec, expected] of refused) {
    it(`says about ${what}: ${expected.length === 0 ? 'nothing' : 'what upstream says'}`, () => {
      assert.deepEqual(asLines(kind.validate(definition(spec))), expected);
    });
  }

  it('demands that the name is made of plural and group', () => {
    const errors = kind.validate(definition({}, { metadata: { name: 'x' } }));
    assert.deepEqual(asLines(errors), [
      'metadata.name: Invalid value: "x": must be spec.names.plural+"."+spec.group',
    ]);
  });

  it('tells where the versions differ at the version', () => {
    const v2 = { ...v1, name: 'v2', storage: false, schema: { openAPIV3Schema: { type: 'string' } } };
    assert.deepEqual(asLines(kind.validate(definition({ versions: [v1, v2] }))), [
      'spec.versions[1].schema.openAPIV3Schema.type: Invalid value: "string": must be object at the root',
    ]);
  });

  it('keeps versions that something may be stored in', () => {
    const errors = kind.validate(definition({}, { status: { storedVersions: ['v0', 'v1'] } }));
    assert.equal(errors.length, 1);
    assert.match(
      asLines(errors)[0] ?? '',
      /^status\.storedVersions\[0\]: Invalid value: "v0": missing from spec\.versions; /,
    );
  });

  describe('demands who approved of an API of the community', () => {
    const AT_APPROVAL = 'metadata.annotations[api-approved.kubernetes.io]';
    const needed = 'protected groups must have approval annotation "api-approved.kubernetes.io"';
    const see = 'see https://github.com/kubernetes/enhancements/pull/1111';
    const missing = [`${AT_APPROVAL}: Required value: ${needed}, ${see}`];
    const wrong = (value: string): string[] => [
      `${AT_APPROVAL}: Invalid value: ${JSON.stringify(value)}: ${needed} with either a URL or a reason starting with "unapproved", ${see}`,
    ];
    const inGroup = (group: string, approval?: string): KubeObject =>
      definition(
        { group },
        {
          metadata: {
            name: `widgets.${group}`,
            ...(approval === undefined ? {} : { annotations: { 'api-approved.kubernetes.io': approval } }),
          },
        },
      );

    const cases: readonly (readonly [string, string | undefined, readonly string[]])[] = [
      ['example.com', undefined, []],
      ['notk8s.io', 'wrong', []],
      ['k8s.io', undefined, missing],
      ['a.k8s.io', undefined, missing],
      ['a.b.kubernetes.io', '', missing],
      ['a.k8s.io', 'a pull request', wrong('a pull request')],
      ['a.k8s.io', '/kubernetes/pull/1', wrong('/kubernetes/pull/1')],
      ['a.k8s.io', 'https:github.com', wrong('https:github.com')],
      ['a.k8s.io', ' https://github.com', wrong(' https://github.com')],
      ['a.k8s.io', 'https://github.com/kubernetes/kubernetes/pull/78458', []],
      ['a.k8s.io', 'unapproved, a test', []],
    ];
    for (const [group, approval, expected] of cases) {
      it(`in ${group}, where the annotation is ${JSON.stringify(approval)}`, () => {
        assert.deepEqual(asLines(kind.validate(inGroup(group, approval))), expected);
      });
    }

    it('when that changes', () => {
      const update = (now: string | undefined, before: string | undefined): string[] =>
        asLines(kind.validateUpdate?.(inGroup('a.k8s.io', now), inGroup('a.k8s.io', before)) ?? []);
      assert.deepEqual(update(undefined, undefined), []);
      assert.deepEqual(update('wrong too', 'wrong'), []);
      assert.deepEqual(update(undefined, 'wrong'), missing);
      assert.deepEqual(update('wrong', undefined), wrong('wrong'));
      assert.deepEqual(update(undefined, 'unapproved'), missing);
    });
  });

  it('lets nothing change that objects are stored by, once they may be', () => {
    const status = { storedVersions: ['v1'], conditions: [{ type: 'Established', status: 'True' }] };
    const [before, now] = [definition({}, { status }), definition({ scope: 'Cluster' }, { status })];
    assert.deepEqual(asLines(kind.validateUpdate?.(now, before) ?? []), [
      'spec.scope: Invalid value: "Cluster": field is immutable',
    ]);
    assert.deepEqual(kind.validateUpdate?.(now, definition({})), [], 'before that it may');
  });

  describe('demands that a webhook can be trusted once objects are served', () => {
    const good = 'good';
    const encoded = (text: string): string => Buffer.from(text).toString('base64');
    let ca: string;
    before(async () => {
      ca = encoded((await createCa('test', 0)).cert);
    });
    const withCa = (bundle: string | undefined, established: 'True' | 'False' = 'True'): KubeObject => {
      const clientConfig = {
        url: 'https://localhost/convert',
        ...(bundle === undefined ? {} : { caBundle: bundle === good ? ca : encoded(bundle) }),
      };
      return definition(
        { conversion: { strategy: 'Webhook', webhook: { conversionReviewVersions: ['v1'], clientConfig } } },
        { status: { storedVersions: ['v1'], conditions: [{ type: 'Established', status: established }] } },
      );
    };
    const refused = [
      'spec.conversion.webhookClientConfig.caBundle: Invalid value: "YmFk": unable to load root certificates: unable to parse bytes as PEM block',
    ];
    const changes: readonly (readonly [string, () => KubeObject, () => KubeObject, readonly string[]])[] = [
      ['from good to bad', () => withCa(good), () => withCa('bad'), refused],
      ['from none to bad', () => withCa(undefined), () => withCa('bad'), refused],
      ['from bad to bad', () => withCa('worse'), () => withCa('bad'), []],
      ['from bad to good', () => withCa('bad'), () => withCa(good), []],
      ['from good to none', () => withCa(good), () => withCa(undefined), []],
      ['from good to bad before that', () => withCa(good, 'False'), () => withCa('bad', 'False'), []],
    ];
    for (const [what, before, now, expected] of changes) {
      it(what, () => {
        assert.deepEqual(asLines(kind.validateUpdate?.(now(), before()) ?? []), expected);
      });
    }

    it('of no new one', () => {
      assert.deepEqual(kind.validate(withCa('bad')), []);
    });
  });

  it('warns of formats of which nothing is made, when they are new', () => {
    const odd = definition(withField({ type: 'string', format: 'odd' }));
    const warnings = (old?: KubeObject): unknown => kind.warnings?.(odd, old);
    assert.deepEqual(warnings(), ['unrecognized format "odd"']);
    assert.deepEqual(warnings(odd), []);
  });
});
