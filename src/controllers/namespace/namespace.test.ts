import assert from 'node:assert/strict';
import { kinds } from '../../api/kinds/index.ts';
import { configMaps, namespaces, pods, serviceAccounts } from '../../api/resources.ts';
import { storedResources } from '../../apiserver/resources/stored.ts';
import { LiveResources } from '../../apiserver/resources/table.ts';
import { type ControlledCluster, startControlledCluster } from '../../../test/harness/controlledCluster.ts';
import { rootCaPublisher } from '../rootCaPublisher.ts';
import { serviceAccountController } from '../serviceAccount.ts';
import { namespaceController } from './namespace.ts';

const resources = storedResources(new LiveResources(kinds));
const controllers = [
  { name: 'namespace', account: 'namespace-controller', create: namespaceController(resources) },
  { name: 'serviceaccount', account: 'service-account-controller', create: serviceAccountController },
  { name: 'root-ca-publisher', account: 'root-ca-cert-publisher', create: rootCaPublisher('CA PEM') },
];

describe('namespaces', () => {
  let cluster: ControlledCluster;

  beforeEach(async () => {
    cluster = await startControlledCluster({ controllers, kubelet: false });
    await cluster.client.create(namespaces, { metadata: { name: 'shop' } });
  });
  afterEach(() => cluster.stop());

  const account = () => cluster.get(serviceAccounts, 'shop', 'default');
  const rootCa = () => cluster.get(configMaps, 'shop', 'kube-root-ca.crt');
  const namespace = () => cluster.list(namespaces).find((each) => each.metadata.name === 'shop');
  const condition = (type: string) => namespace()?.status?.conditions?.find((each) => each.type === type);

  it('get a default account and the root CA, also when these are deleted or changed', async () => {
    await cluster.until('both', () => account() !== undefined && rootCa() !== undefined);
    assert.deepEqual(rootCa()!.data, { 'ca.crt': 'CA PEM' });
    const before = account()!.metadata.uid;
    await cluster.client.delete(serviceAccounts, { namespace: 'shop', name: 'default' });
    await cluster.client.patch(
      configMaps,
      { namespace: 'shop', name: 'kube-root-ca.crt' },
      'application/merge-patch+json',
      { data: { 'ca.crt': 'wrong' } },
    );
    await cluster.until(
      'both again',
      () =>
        account() !== undefined &&
        account()!.metadata.uid !== before &&
        rootCa()?.data?.['ca.crt'] === 'CA PEM',
    );
  });

  it('are emptied pods first, tell what holds them up, and go', async () => {
    await cluster.until('set up', () => account() !== undefined && rootCa() !== undefined);
    await cluster.client.create(configMaps, { metadata: { name: 'c', namespace: 'shop' } });
    await cluster.client.create(configMaps, { metadata: { name: 'elsewhere', namespace: 'other' } });
    await cluster.client.create(pods, {
      metadata: { name: 'held', namespace: 'shop', finalizers: ['example.com/hold'] },
      spec: { containers: [{ name: 'c', image: 'x' }] },
    });
    await cluster.client.delete(namespaces, { name: 'shop' });
    await cluster.until(
      'the pod is being deleted and the conditions say so',
      () =>
        cluster.get(pods, 'shop', 'held')?.metadata.deletionTimestamp !== undefined &&
        condition('NamespaceFinalizersRemaining')?.status === 'True',
    );
    assert.equal(namespace()!.status!.phase, 'Terminating');
    assert.equal(
      condition('NamespaceContentRemaining')!.message,
      'Some resources are remaining: pods. has 1 resource instances',
    );
    assert.equal(
      condition('NamespaceFinalizersRemaining')!.message,
      'Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances',
    );
    assert.equal(condition('NamespaceDeletionContentFailure')!.status, 'False');
    assert.ok(cluster.get(configMaps, 'shop', 'c') !== undefined, 'the rest waits for the pods');

    await cluster.client.patch(pods, { namespace: 'shop', name: 'held' }, 'application/merge-patch+json', {
      metadata: { finalizers: null },
    });
    await cluster.until('the namespace is gone', () => namespace() === undefined);
    assert.equal(cluster.list(configMaps, 'shop').length, 0);
    assert.equal(cluster.list(configMaps, 'other').length, 1);
  });
});
