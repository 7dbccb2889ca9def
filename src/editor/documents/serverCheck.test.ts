import assert from 'node:assert/strict';
import { deployments } from '../../api/resources.ts';
import { conflict, StatusError, type Status } from '../../api/status.ts';
import { parseManifest } from './manifest.ts';
import { checkOnServer } from './serverCheck.ts';

const TEXT = `# first
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  replica: 2
  template:
    spec:
      containers:
        - name: web
          imag: x
`;

const refusal = (code: number, message: string, more: Partial<Status> = {}): StatusError =>
  StatusError.from({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    code,
    message,
    ...more,
  });

describe('checkOnServer()', () => {
  const check = async (answer: Error | undefined, text = TEXT): Promise<readonly string[]> => {
    const checker = {
      client: { apply: () => (answer === undefined ? Promise.resolve({}) : Promise.reject(answer)) },
      discovery: { resourceOf: () => Promise.resolve(deployments) },
      namespace: 'default',
      fieldManager: 'test',
    } as unknown as Parameters<typeof checkOnServer>[1];
    const found = await checkOnServer(parseManifest(text).objects, checker, new AbortController().signal);
    return found.map(({ span, severity, message }) => `${span.start.line} ${severity} ${message}`);
  };

  it('finds nothing where the server takes it', async () => assert.deepEqual(await check(undefined), []));

  it('finds fields that the schema does not know, which upstream answers with 500', async () => {
    const typed = 'failed to create typed patch object (default/web; apps/v1, Kind=Deployment): ';
    assert.deepEqual(await check(refusal(500, `${typed}.spec.replica: field not declared in schema`)), [
      '5 error .spec.replica: field not declared in schema',
    ]);
    const both = `${typed}errors:\n  .spec.replica: field not declared in schema\n  .spec.template.spec.containers[name="web"].imag: field not declared in schema`;
    assert.deepEqual(
      (await check(refusal(500, both))).map((text) => text.slice(0, 8)),
      ['5 error ', '10 error'],
    );
  });

  it('finds the causes of what is invalid, each at its field', async () => {
    const causes = [
      { field: 'spec.selector', message: 'Required value' },
      { field: 'spec.template.spec.containers[0].image', message: 'Required value' },
    ];
    const error = refusal(422, 'Deployment.apps "web" is invalid', {
      reason: 'Invalid',
      details: { causes },
    });
    assert.deepEqual(await check(error), [
      '4 error spec.selector: Required value',
      '9 error spec.template.spec.containers[0].image: Required value',
    ]);
  });

  it('finds nothing in what is not about the object', async () => {
    for (const code of [401, 403, 429, 500, 503, 504])
      assert.deepEqual(await check(refusal(code, 'no')), [], String(code));
  });

  it('warns of a conflict, at the object', async () => {
    const error = conflict({ group: 'apps', plural: 'deployments' }, 'web', 'Apply failed with 1 conflict');
    assert.match((await check(error))[0] ?? '', /^1 warning .*Apply failed with 1 conflict/);
  });

  it('does not miss a namespace that the manifest brings', async () => {
    const missing = refusal(404, 'namespaces "new" not found', {
      reason: 'NotFound',
      details: { kind: 'namespaces', name: 'new' },
    });
    const namespace = 'apiVersion: v1\nkind: Namespace\nmetadata: {name: new}\n---\n';
    assert.equal((await check(missing)).length, 1);
    assert.deepEqual(await check(missing, namespace + TEXT), []);
  });
});
