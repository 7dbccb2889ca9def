import { builtIn, type JsonSchema, structuralSchema } from '../../src/api/schema/index.ts';
import { schemaContract } from './schema.suite.ts';

const text: JsonSchema = { type: 'string' };
const texts: JsonSchema = { type: 'object', additionalProperties: text };

/** A pod as far as the suite looks at it, written as a CustomResourceDefinition would. */
const podSchema: JsonSchema = {
  type: 'object',
  properties: {
    spec: {
      type: 'object',
      required: ['containers'],
      properties: {
        nodeName: text,
        restartPolicy: { ...text, default: 'Always' },
        nodeSelector: { ...texts, 'x-kubernetes-map-type': 'atomic' },
        tolerations: { type: 'array', items: { type: 'object', properties: { key: text } } },
        containers: {
          type: 'array',
          'x-kubernetes-list-type': 'map',
          'x-kubernetes-list-map-keys': ['name'],
          items: {
            type: 'object',
            required: ['name'],
            properties: {
              name: text,
              image: text,
              command: { type: 'array', items: text },
              ports: {
                type: 'array',
                'x-kubernetes-list-type': 'map',
                'x-kubernetes-list-map-keys': ['containerPort', 'protocol'],
                items: {
                  type: 'object',
                  properties: {
                    containerPort: { type: 'integer' },
                    protocol: { ...text, default: 'TCP' },
                  },
                },
              },
            },
          },
        },
      },
    },
  },
};

schemaContract('built-in types', builtIn('V1Pod'));
schemaContract(
  'structural schemas',
  structuralSchema({ group: 'example.com', version: 'v1', kind: 'Pod' }, podSchema),
);
