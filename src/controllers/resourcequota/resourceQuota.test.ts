import assert from 'node:assert/strict';
import { configMaps, pods, resourceQuotas, services } from '../../api/resources.ts';
import { LiveResources } from '../../apiserver/resources/table.ts';
import { storedResources } from '../../apiserver/resources/stored.ts';
import { kinds } from '../../api/kinds/index.ts';
import { createAdmissionReader } from '../../apiserver/admission/reader.ts';
import { resourceQuota } from '../../apiserver/admission/resourceQuota/resourceQuota.ts';
import { StatusError } from '../../api/status.ts';
import { type ControlledCluster, startControlledCluster } from '../../../test/harness/controlledCluster.ts';
import { chargeQuota } from './charge.ts';
import { resourceQuotaController } from './resourceQuota.ts';

const NS = 'team';

describe('resource quotas', () => {
  let cluster: ControlledCluster;

  beforeEach(async () => {
    const stored = storedResources(new LiveResources(kinds));
    cluster = await startControlledCluster({
      kubelet: false,
      controllers: [
        {
          name: 'resourcequota',
          account: 'resourcequota-controller',
          create: resourceQuotaController(stored),
        },
      ],
      server: {
        admission: (cache) => [
          resourceQuota(createAdmissionReader(cache), (quota, used) =>
            chargeQuota(cluster.client, quota, used),
          ),
        ],
      },
    });
  });
  afterEach(() => cluster.stop());

  const quota = async (hard: Record<string, string>, more: object = {}): Promise<void> => {
    await cluster.client.create(resourceQuotas, {
      metadata: { name: 'q', namespace: NS },
      spec: { hard, ...more },
    });
    await cluster.until('counted', () => status()?.used !== undefined);
  };
  const status = () => cluster.get(resourceQuotas, NS, 'q')?.status;
  const pod = (name: string, requests: Record<string, string> = {}, more: object = {}) =>
    cluster.client.create(pods, {
      metadata: { name, namespace: NS },
      spec: { containers: [{ name: 'c', image: 'i', resources: { requests } }], ...more },
    });
  const refusal = async (work: Promise<unknown>): Promise<string> => {
    try {
      await work;
      return '';
    } catch (error) {
      assert.ok(error instanceof StatusError);
      return `${error.code} ${error.message}`;
    }
  };

  it('counts everything that a quota names, nothing of it included', async () => {
    await quota({
      pods: '5',
      configmaps: '3',
      resourcequotas: '2',
      'count/secrets': '1',
      'requests.cpu': '1',
    });
    assert.deepEqual(status()?.used, {
      pods: '0',
      configmaps: '0',
      resourcequotas: '1',
      'count/secrets': '0',
      'requests.cpu': '0',
    });
  });

  it('says nothing of what no served resource counts as', async () => {
    await quota({ pods: '5', storage: '1Gi', 'count/widgets.example.com': '3' });
    assert.deepEqual(status()?.used, { pods: '0' });
  });

  it('charges what comes, and gives back what goes', async () => {
    await quota({ pods: '2', 'requests.cpu': '1', 'requests.example.com/dongle': '3' });
    const resources = { cpu: '400m', 'example.com/dongle': '2' };
    await cluster.client.create(pods, {
      metadata: { name: 'a', namespace: NS },
      spec: {
        containers: [
          {
            name: 'c',
            image: 'i',
            resources: { requests: resources, limits: { 'example.com/dongle': '2' } },
          },
        ],
      },
    });
    await cluster.until('charged', () => status()?.used?.['pods'] === '1');
    assert.deepEqual(status()?.used, {
      pods: '1',
      'requests.cpu': '400m',
      'requests.example.com/dongle': '2',
    });
    assert.equal(
      await refusal(pod('b', { cpu: '700m' })),
      '403 pods "b" is forbidden: exceeded quota: q, requested: requests.cpu=700m, used: requests.cpu=400m, limited: requests.cpu=1',
    );
    await cluster.client.delete(pods, { namespace: NS, name: 'a' }, { gracePeriodSeconds: 0 });
    await cluster.until('given back', () => status()?.used?.['pods'] === '0');
    assert.equal(status()?.used?.['requests.cpu'], '0');
  });

  it('asks containers to say what is counted', async () => {
    await quota({ 'requests.cpu': '1', 'limits.memory': '1Gi' });
    assert.equal(
      await refusal(pod('a')),
      '403 pods "a" is forbidden: failed quota: q: must specify requests.cpu for: c; limits.memory for: c',
    );
  });

  it('never lets in more than there is room for, however many come at once', async () => {
    await quota({ configmaps: '5' });
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        refusal(cluster.client.create(configMaps, { metadata: { name: `c${i}`, namespace: NS } })),
      ),
    );
    assert.ok(cluster.list(configMaps, NS).length <= 5);
    assert.ok(outcomes.filter((text) => text === '').length === cluster.list(configMaps, NS).length);
    assert.ok(
      outcomes.some((text) => text.includes('exceeded quota: q, requested: configmaps=1')),
      outcomes.join(),
    );
  });

  it('is for the pods of its scopes alone', async () => {
    await quota({ pods: '1' }, { scopes: ['Terminating'] });
    await pod('lasting');
    await pod('short', {}, { activeDeadlineSeconds: 60 });
    await cluster.until('one', () => status()?.used?.['pods'] === '1');
    assert.match(await refusal(pod('shorter', {}, { activeDeadlineSeconds: 5 })), /exceeded quota: q/);
  });

  it('does not charge pods that have ended', async () => {
    await quota({ pods: '1', 'count/pods': '3' });
    await pod('a');
    await cluster.client.patch(
      pods,
      { namespace: NS, name: 'a' },
      'application/merge-patch+json',
      { status: { phase: 'Succeeded' } },
      { subresource: 'status' },
    );
    await cluster.until('given back', () => status()?.used?.['pods'] === '0');
    assert.equal(status()?.used?.['count/pods'], '1');
  });

  it('charges a service’s node ports when its type changes', async () => {
    await quota({ services: '1', 'services.nodeports': '0' });
    await cluster.client.create(services, {
      metadata: { name: 's', namespace: NS },
      spec: { ports: [{ port: 80 }], clusterIP: '10.0.0.9' },
    });
    const change = cluster.client.patch(
      services,
      { namespace: NS, name: 's' },
      'application/merge-patch+json',
      {
        spec: { type: 'NodePort' },
      },
    );
    assert.match(
      await refusal(change),
      /exceeded quota: q, requested: services.nodeports=1, used: services.nodeports=0/,
    );
  });
});
