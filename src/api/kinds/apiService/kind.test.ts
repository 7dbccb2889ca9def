import assert from 'node:assert/strict';
import { asLines } from '../../../../test/harness/fieldErrors.ts';
import type { Draft, KubeObject } from '../../meta.ts';
import { apiService } from './kind.ts';

const spec = {
  group: 'example.com',
  version: 'v1alpha1',
  groupPriorityMinimum: 2000,
  versionPriority: 200,
  service: { namespace: 'ns', name: 'svc' },
};

function linesOf(more: object, name = 'v1alpha1.example.com'): string[] {
  const draft = { metadata: { name }, spec: { ...spec, ...more } } as unknown as Draft;
  apiService.setDefaults?.(draft);
  return asLines(apiService.validate(draft as unknown as KubeObject));
}

describe('APIService', () => {
  it('is served by a service, or here', () => {
    assert.deepEqual(linesOf({ caBundle: 'AAAA' }), []);
    assert.deepEqual(linesOf({ service: undefined }), []);
  });

  it('has the name that its version makes', () => {
    assert.deepEqual(linesOf({}, 'other'), [
      'metadata.name: Invalid value: "other": must be `spec.version+"."+spec.group`: "v1alpha1.example.com"',
    ]);
  });

  it('has priorities', () => {
    assert.deepEqual(linesOf({ groupPriorityMinimum: 0, versionPriority: 1001 }), [
      'spec.groupPriorityMinimum: Invalid value: 0: must be positive and less than 20000',
      'spec.versionPriority: Invalid value: 1001: must be positive and less than 1000',
    ]);
  });

  it('trusts one authority, nobody, or everybody', () => {
    assert.deepEqual(linesOf({ caBundle: 'AAAA', insecureSkipTLSVerify: true }), [
      'spec.insecureSkipTLSVerify: Invalid value: true: may not be true if caBundle is present',
    ]);
    assert.deepEqual(linesOf({ service: undefined, caBundle: 'AAAA', insecureSkipTLSVerify: true }), [
      'spec.caBundle: Invalid value: "3 bytes": local APIServices may not have a caBundle',
      'spec.insecureSkipTLSVerify: Invalid value: true: local APIServices may not have insecureSkipTLSVerify',
    ]);
    assert.deepEqual(linesOf({ service: {} }), [
      'spec.service.namespace: Required value',
      'spec.service.name: Required value',
    ]);
  });

  it('is available at once where it is served here', () => {
    for (const service of [undefined, spec.service]) {
      const draft = {
        metadata: { name: 'a' },
        spec: { service },
        status: { conditions: [] },
      } as unknown as Draft;
      apiService.prepareForCreate?.(draft, { now: '2026-01-01T00:00:00Z', user: { name: '', groups: [] } });
      const [, , available] = apiService.columns;
      assert.equal(
        available?.cell(draft as unknown as KubeObject, 0),
        service === undefined ? 'True' : 'Unknown',
      );
    }
  });
});
