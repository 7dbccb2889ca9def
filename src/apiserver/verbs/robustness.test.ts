import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { KubeObject } from '../../api/meta.ts';
import type { Status } from '../../api/status.ts';
import { silentLogger } from '../../base/logger.ts';
import { setOwnProperty } from '../../base/ownProperty.ts';
import { startTestServer, type TestServer } from '../../../test/harness/apiServer.ts';
import { inheritedKeys, restoreBuiltIns } from '../../../test/harness/builtIns.ts';

type Json = Record<string, unknown>;

/** One complete object of each kind that has rules of its own. */
const objects: Readonly<Record<string, Json>> = {
  '/api/v1/namespaces/d/pods': {
    spec: {
      containers: [
        {
          name: 'a',
          image: 'x',
          ports: [{ containerPort: 80, name: 'http', protocol: 'TCP' }],
          env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
          resources: { requests: { cpu: '1', memory: '1Mi' }, limits: { cpu: '1' } },
          readinessProbe: { httpGet: { path: '/', port: 'http' }, periodSeconds: 1 },
          volumeMounts: [{ name: 'v', mountPath: '/v' }],
          securityContext: { runAsUser: 1 },
          lifecycle: { preStop: { exec: { command: ['true'] } } },
        },
      ],
      initContainers: [{ name: 'i', image: 'x' }],
      volumes: [{ name: 'v', configMap: { name: 'c', items: [{ key: 'k', path: 'p' }] } }],
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [{ matchExpressions: [{ key: 'k', operator: 'In', values: ['v'] }] }],
          },
        },
      },
      tolerations: [{ key: 'k', operator: 'Exists', effect: 'NoSchedule' }],
      topologySpreadConstraints: [
        { maxSkew: 1, topologyKey: 'zone', whenUnsatisfiable: 'DoNotSchedule', labelSelector: {} },
      ],
    },
  },
  '/api/v1/namespaces/d/services': {
    spec: {
      clusterIP: 'None',
      clusterIPs: ['None'],
      selector: { a: 'b' },
      ports: [{ name: 'http', port: 80, targetPort: 'http', protocol: 'TCP' }],
    },
  },
  '/api/v1/namespaces/d/configmaps': { data: { k: 'v' }, binaryData: { b: 'AAAA' } },
  '/api/v1/namespaces/d/secrets': { type: 'Opaque', data: { k: 'AAAA' }, stringData: { s: 't' } },
  '/api/v1/nodes': { spec: { taints: [{ key: 'k', effect: 'NoSchedule' }], podCIDR: '10.0.0.0/24' } },
  '/api/v1/namespaces/d/events': {
    involvedObject: { kind: 'Pod', namespace: 'd' },
    reason: 'r',
    message: 'm',
  },
  '/apis/apps/v1/namespaces/d/deployments': {
    spec: {
      replicas: 1,
      strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: '25%', maxUnavailable: 1 } },
      selector: { matchLabels: { a: 'b' } },
      template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'a', image: 'x' }] } },
    },
  },
  '/apis/discovery.k8s.io/v1/namespaces/d/endpointslices': {
    addressType: 'IPv4',
    ports: [{ name: 'p', port: 1 }],
    endpoints: [{ addresses: ['10.0.0.1'], conditions: { ready: true } }],
  },
  '/apis/rbac.authorization.k8s.io/v1/clusterroles': {
    rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }],
  },
  '/apis/coordination.k8s.io/v1/namespaces/d/leases': {
    spec: { holderIdentity: 'h', leaseDurationSeconds: 1, renewTime: '2026-01-01T00:00:00.000000Z' },
  },
};

/** The object with one part replaced: which one the numbers choose, level by level. */
function mutated(value: unknown, choices: readonly number[], replacement: unknown): unknown {
  const [choice, ...rest] = choices;
  if (typeof value !== 'object' || value === null || choice === undefined) return replacement;
  const copy = structuredClone(value) as Json;
  const keys = Object.keys(copy);
  const key = keys[choice % Math.max(keys.length, 1)];
  if (key === undefined) return replacement;
  copy[key] = mutated(copy[key], rest, replacement);
  return Array.isArray(value) ? Object.values(copy) : copy;
}

/** The pointer to that part. */
function pointer(value: unknown, choices: readonly number[]): string {
  const [choice, ...rest] = choices;
  if (typeof value !== 'object' || value === null || choice === undefined) return '';
  const keys = Object.keys(value);
  const key = keys[choice % Math.max(keys.length, 1)];
  if (key === undefined) return '';
  return `/${key.replaceAll('/', '~1')}${pointer((value as Json)[key], rest)}`;
}

/** The object with one key more at every level. */
function extended(value: unknown, key: string, addition: unknown): unknown {
  if (Array.isArray(value)) return value.map((item) => extended(item, key, addition));
  if (typeof value !== 'object' || value === null) return value;
  const copy: Json = {};
  for (const [name, item] of Object.entries(value)) copy[name] = extended(item, key, addition);
  setOwnProperty(copy, key, addition);
  return copy;
}

describe('bad bodies', () => {
  let server: TestServer;
  before(async () => {
    server = await startTestServer({ logger: silentLogger });
  });
  after(() => server.stop());

  const path = fc.array(fc.nat({ max: 30 }), { minLength: 1, maxLength: 8 });
  const inherited = fc.constantFrom(...inheritedKeys);
  const replacement = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.dictionary(inherited, fc.jsonValue({ maxDepth: 1 }), { noNullPrototype: true }),
    fc.constantFrom(
      null,
      '',
      0,
      -1,
      2 ** 53,
      'x',
      '1Gi',
      '/..',
      [],
      {},
      [null],
      [''],
      [{}],
      { '': '' },
      true,
      ...inheritedKeys,
    ),
  );
  const operation = fc.constantFrom('add', 'replace', 'remove', 'test', 'copy', 'move');

  for (const [url, part] of Object.entries(objects)) {
    it(`are refused with a code below 500 by POST, PUT and patches of ${url}`, async () => {
      const metadata = { name: 'x', labels: { l: 'm' }, finalizers: ['a.b/c'] };
      const send = async (
        method: string,
        to: string,
        body: unknown,
        type = 'application/json',
      ): Promise<void> => {
        const text = JSON.stringify(body);
        const answer = await server.call<Status>(method, to, text, { headers: { 'content-type': type } });
        const { message = '' } = answer.body;
        // Upstream's own answer to an apply of what is no field.
        const undeclared = message.startsWith('failed to create typed patch object');
        assert.ok(answer.code < 500 || undeclared, `${method} ${to} ${text}: ${message}`);
        assert.deepEqual(restoreBuiltIns(), [], `${method} ${to} ${text} changed what all objects share`);
      };
      const sendAll = async (body: Json): Promise<void> => {
        await send('POST', `${url}?dryRun=All`, {
          ...body,
          metadata: { name: 'y', ...(body.metadata as Json) },
        });
        await send('POST', `${url}?dryRun=All`, body);
        await send('PUT', `${url}/x?dryRun=All`, body);
        await send('PATCH', `${url}/x?dryRun=All`, body, 'application/merge-patch+json');
        await send('PATCH', `${url}/x?dryRun=All`, body, 'application/strategic-merge-patch+json');
        const { managedFields: _, ...applied } = { ...(body.metadata as Json | undefined) };
        const manager = 'dryRun=All&fieldManager=m&force=true';
        await send(
          'PATCH',
          `${url}/x?${manager}`,
          { ...body, metadata: applied },
          'application/apply-patch+yaml',
        );
      };
      const made = await server.call<KubeObject>('POST', url, { metadata, ...structuredClone(part) });
      assert.equal(made.code, 201, JSON.stringify(made.body));
      const { apiVersion, kind } = made.body;
      const { managedFields } = made.body.metadata;
      const whole = { apiVersion, kind, metadata: { ...metadata, managedFields }, ...part };
      await fc.assert(
        fc.asyncProperty(
          path,
          replacement,
          inherited,
          operation,
          fc.boolean(),
          async (choices, value, key, op, everywhere) => {
            const at = pointer(whole, choices);
            await sendAll(mutated(whole, choices, value) as Json);
            await sendAll(
              (everywhere
                ? extended(whole, key, value)
                : mutated(whole, choices, extended({}, key, value))) as Json,
            );
            for (const operations of [
              [{ op, path: at, value, from: `${at}/${key}` }],
              [{ op, path: `${at}/${key}`, value, from: at }],
              [
                { op: 'add', path: at, value: extended({}, key, {}) },
                { op, path: `${at}/${key}/${key}`, value, from: `${at}/${key}` },
              ],
            ]) {
              await send('PATCH', `${url}/x?dryRun=All`, operations, 'application/json-patch+json');
            }
          },
        ),
        { numRuns: 60 },
      );
    });
  }
});
