import assert from 'node:assert/strict';
import { admin, startTestServer, type TestServer } from '../../../../test/harness/apiServer.ts';
import { systemClock } from '../../../base/clock.ts';
import { silentLogger } from '../../../base/logger.ts';
import { validatingAdmissionPolicies } from '../../../api/resources.ts';
import type { ValidatingAdmissionPolicy } from '../../../api/types.ts';
import { prefixOf } from '../../registry/keys.ts';
import { loopback } from '../../loopback.ts';
import { PolicyStatusKeeper } from './statusKeeper.ts';

const URL = '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies';

describe('status of policies', () => {
  let api: TestServer;
  let keeper: PolicyStatusKeeper;

  beforeEach(async () => {
    api = await startTestServer();
    const { cache, resources } = api;
    const request = loopback(api.handler, admin);
    keeper = new PolicyStatusKeeper({ cache, resources, request, clock: systemClock, logger: silentLogger });
  });
  afterEach(async () => {
    keeper.dispose();
    await api.stop();
  });

  /** The warnings about validations of Deployments: their places and first lines. */
  async function checked(validation: object, more: object = {}): Promise<readonly string[]> {
    const told = new Promise<ValidatingAdmissionPolicy>((resolve) => {
      const subscription = api.cache.onChange(prefixOf(validatingAdmissionPolicies, ''), ({ entry }) => {
        const object = entry.object as ValidatingAdmissionPolicy;
        if (object.metadata.name !== 'p' || object.status?.typeChecking === undefined) return;
        subscription.dispose();
        resolve(object);
      });
    });
    const rule = { operations: ['*'], apiGroups: ['apps'], apiVersions: ['v1'], resources: ['deployments'] };
    const { code, body } = await api.call('POST', URL, {
      metadata: { name: 'p' },
      spec: { matchConstraints: { resourceRules: [rule] }, validations: [validation], ...more },
    });
    assert.equal(code, 201, JSON.stringify(body));
    const { status } = await told;
    assert.equal(status?.observedGeneration, 1);
    return (status.typeChecking?.expressionWarnings ?? []).map(
      ({ fieldRef, warning }) => `${fieldRef}: ${warning.split('\n')[0] ?? ''}`,
    );
  }

  it('is without warnings where types fit', async () => {
    const expression =
      "object.spec.replicas > 1 && object.spec.template.spec.containers.all(c, c.resources.limits['cpu'] != '') && object.metadata.creationTimestamp < timestamp('2100-01-01T00:00:00Z')";
    assert.deepEqual(
      await checked({ expression, messageExpression: "'app ' + object.metadata.labels['app']" }),
      [],
    );
  });

  it('tells what does not fit', async () => {
    const warnings = await checked(
      { expression: "object.spec.replicas > '1'", messageExpression: "'got ' + variables.replicas" },
      { variables: [{ name: 'replicas', expression: 'object.spec.replicas' }] },
    );
    const kind = 'apps/v1, Kind=Deployment: ERROR: <input>';
    assert.deepEqual(warnings, [
      `spec.validations[0].expression: ${kind}:1:22: found no matching overload for '_>_' applied to '(int, string)'`,
      `spec.validations[0].messageExpression: ${kind}:1:8: found no matching overload for '_+_' applied to '(string, int)'`,
    ]);
  });

  it('knows the fields of kinds and of parameters', async () => {
    const warnings = await checked(
      { expression: 'object.spec.maxRetries < 10 && params.data.a == params.nothing' },
      { paramKind: { apiVersion: 'v1', kind: 'ConfigMap' } },
    );
    assert.deepEqual(warnings, [
      "spec.validations[0].expression: apps/v1, Kind=Deployment: ERROR: <input>:1:12: undefined field 'maxRetries'",
    ]);
  });
});
